// Numbers as ui/look/plot.py writes them: three digits, powers of ten where they are far from 1.

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (n) =>
  (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => DIGITS[d]).join("");

export function number(value, digits = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e4) {
    const rounded = Number(size.toPrecision(digits));
    const decimals = Math.max(digits - 1 - Math.floor(Math.log10(rounded)), 0);
    return sign + rounded.toFixed(decimals);
  }
  const [mantissa, exponent] = size.toExponential(Math.max(digits - 2, 0)).split("e");
  return `${sign}${mantissa}·10${raised(Number(exponent))}`;
}
