// What width and colour mean in the river, where a step stands, and how its numbers are written.
// Everything is absolute: r = log10 of the gradient relative to the loss end. Within ±7 it is drawn
// as it is; float32's relative precision is 1.2e-7, and past it width stands still. Colour goes on,
// by the log of the decades: 10⁸ is no 10³⁶¹. Never divided by the data's own maximum.

export const LIMIT = 7;
/** Where float64 ends, in decades. */
export const FLOAT64 = 308;
/** Where colour ends: a gradient that is known by its log10 alone may be past float64. */
export const END = 3000;

// Shared with the main chart, so that step t stands at the same x in both.
export const MARGIN = { left: 64, right: 24 };

/**
 * Centre of step t when the drawing is `width` pixels wide: the axis runs from 0.5 to T + 0.5.
 * @type {(t: number, steps: number, width: number) => number}
 */
export function stepX(t, steps, width) {
  return MARGIN.left + ((t - 0.5) / steps) * (width - MARGIN.left - MARGIN.right);
}

/**
 * The step whose column holds pixel x.
 * @type {(x: number, steps: number, width: number) => number}
 */
export function stepAt(x, steps, width) {
  const share = (x - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
  return Math.min(steps, Math.max(1, Math.ceil(share * steps)));
}

const HAIRLINE = 1.5;
export const SWELL = 2.4;

/**
 * River width in pixels: hairline at r <= -7, `mid` at 0, SWELL * mid at r >= 7; 0 where nothing
 * flows.
 * @type {(r: number, mid: number) => number}
 */
export function riverWidth(r, mid) {
  if (Number.isNaN(r) || r === -Infinity) return 0;
  const share = Math.min(1, Math.max(-1, r / LIMIT));
  return share < 0 ? mid + (mid - HAIRLINE) * share : mid * (1 + (SWELL - 1) * share);
}

// Past ±7 away from the background: darker on light, and on dark, where that would sink into it, to
// violet and pink.
const ANCHORS = {
  light: [
    [-END, "#010610"],
    [-FLOAT64, "#062350"],
    [-7, "#08519c"],
    [-3, "#6baed6"],
    [0, "#8c8f94"],
    [3, "#fc8d59"],
    [7, "#d7301f"],
    [FLOAT64, "#67000d"],
    [END, "#200006"],
  ],
  dark: [
    [-END, "#c46bff"],
    [-FLOAT64, "#7468f0"],
    [-7, "#4292c6"],
    [-3, "#6baed6"],
    [0, "#8c8f94"],
    [3, "#fc8d59"],
    [7, "#d7301f"],
    [FLOAT64, "#ff4fa3"],
    [END, "#ffb8e4"],
  ],
};
const LEVELS = 280; // within the limits
const BEYOND = 90; // past either

/** How far r is past the limits, from 0 at ±7 to 1 at ±END: by the log of its decades. */
const beyond = (r) => Math.min(1, Math.log(Math.abs(r) / LIMIT) / Math.log(END / LIMIT));

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const mix = (a, b, share) => a.map((v, i) => Math.round(v + (b[i] - v) * share));

function colourOf(r, anchors) {
  let i = 1;
  while (i < anchors.length - 1 && r > anchors[i][0]) i += 1;
  const [r0, c0] = anchors[i - 1];
  const [r1, c1] = anchors[i];
  const share =
    Math.abs(r) > LIMIT
      ? (Math.log(r / r0) || 0) / Math.log(r1 / r0)
      : (r - r0) / (r1 - r0);
  return mix(c0, c1, Math.min(1, Math.max(0, share)));
}

/**
 * Colours for one theme; `background` is [r, g, b]. Tabulated: an update asks for hundreds.
 * @param {boolean} dark
 * @param {number[]} background
 */
export function palette(dark, background) {
  const anchors = ANCHORS[dark ? "dark" : "light"].map(([r, hex]) => [r, channels(hex)]);
  const full = [];
  const tint = [];
  for (let i = -BEYOND; i <= LEVELS + BEYOND; i += 1) {
    const past = Math.max(-i, i - LEVELS);
    const inside = -LIMIT + (2 * LIMIT * i) / LEVELS;
    const outside = Math.sign(i) * LIMIT * (END / LIMIT) ** (past / BEYOND);
    const rgb = colourOf(past > 0 ? outside : inside, anchors);
    full.push(`rgb(${rgb})`);
    tint.push(`rgb(${mix(rgb, background, dark ? 0.66 : 0.74)})`);
  }
  const level = (r) => {
    if (Number.isNaN(r)) return BEYOND + LEVELS / 2;
    if (r < -LIMIT) return BEYOND - Math.round(BEYOND * beyond(r));
    if (r > LIMIT) return BEYOND + LEVELS + Math.round(BEYOND * beyond(r));
    return BEYOND + Math.round((LEVELS * (r + LIMIT)) / (2 * LIMIT));
  };
  return { full: (r) => full[level(r)], tint: (r) => tint[level(r)] };
}

/**
 * A positive number given by its log10, at any depth; exponent is null where plain digits read
 * better.
 * @type {(log10: number, significant?: number) => { mantissa: string, exponent: number | null }}
 */
export function digits(log10, significant = 3) {
  if (log10 === -Infinity) return { mantissa: "0", exponent: null };
  if (!Number.isFinite(log10)) return { mantissa: log10 > 0 ? "∞" : "–", exponent: null };
  if (Math.abs(log10) <= 3) {
    const value = 10 ** log10;
    const decimals = Math.max(0, significant - 1 - Math.floor(log10 + 1e-9));
    return { mantissa: value.toFixed(decimals), exponent: null };
  }
  // float32 keeps seven digits of log10: past ±1000 the third digit of the mantissa is not known.
  const shown = Math.abs(log10) > 1000 ? Math.min(2, significant) : significant;
  let exponent = Math.floor(log10);
  let mantissa = (10 ** (log10 - exponent)).toFixed(shown - 1);
  if (Number(mantissa) >= 10) {
    exponent += 1;
    mantissa = (1).toFixed(shown - 1);
  }
  return { mantissa, exponent };
}

const RAISED = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};
const raised = (n) => String(n).replace(/./g, (c) => RAISED[c]);

/** @type {(log10: number, significant?: number) => string} */
export function asText(log10, significant) {
  const { mantissa, exponent } = digits(log10, significant);
  return exponent === null ? mantissa : `${mantissa}·10${raised(exponent)}`;
}

/** @type {(log10: number, significant?: number) => string} */
export function asHTML(log10, significant) {
  const { mantissa, exponent } = digits(log10, significant);
  if (exponent === null) return mantissa;
  return `${mantissa}·10<sup>${String(exponent).replace("-", "−")}</sup>`;
}

/**
 * A share between 0 and 1 in per cent, without pretending that a small one is nothing, or
 * nearly all of it all.
 * @param {number} share
 */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  if (share <= 0) return "0 %";
  const log10 = Math.log10(share * 100);
  if (log10 < -3) return `${asText(log10, 2)} %`;
  const text = (share * 100).toFixed(Math.max(0, Math.min(4, 1 - Math.floor(log10))));
  if (share >= 1 || text !== "100") return `${text} %`;
  return share > 0.999 ? "over 99.9 %" : `${(share * 100).toFixed(1)} %`;
}
