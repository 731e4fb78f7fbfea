"""Numbers as they are said: 3.1·10⁻⁸, ×0.87, 12 %, 1 step."""

from __future__ import annotations

import math


def number(value: float, digits: int = 3) -> str:
    """A number of either sign and any size to `digits` significant digits."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    return sign + from_log10(math.log10(abs(value)), digits)


def exact(value: float) -> str:
    """A setting as it was set: 0.5, −1.25, or six digits after training."""
    return f"{value:.6g}".replace("-", "−")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """10⁻⁸; 1 for exponent 0."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPT)


def from_log10(log10: float, digits: int = 3) -> str:
    """The number 10^log10 in words: 0.0123, 3.1·10⁻⁸, 0 for -inf."""
    if math.isnan(log10):
        return "–"
    if log10 == -math.inf:
        return "0"
    if log10 == math.inf:
        return "∞"
    if -2.9999 <= log10 < 4:
        return plain(10.0**log10, digits)
    exponent = math.floor(log10)
    mantissa = f"{10 ** (log10 - exponent):.{max(digits - 2, 0)}f}"
    if mantissa.startswith("10"):
        exponent, mantissa = exponent + 1, f"{1:.{max(digits - 2, 0)}f}"
    return f"{mantissa}·{power_of_ten(exponent)}"


def plain(value: float, digits: int = 3) -> str:
    """A number to `digits` significant digits, as a power of ten where it is small."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if abs(value) < 1e-3:
        return ("−" if value < 0 else "") + from_log10(math.log10(abs(value)), digits)
    rounded = float(f"{value:.{digits - 1}e}")  # first, since rounding may add a digit in front
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:.{decimals}f}"


def signed(value: float) -> str:
    """An exponent to three decimals, with a real minus; never a negative zero."""
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if abs(value) < 5e-4:
        return "0.000"
    return f"{'−' if value < 0 else ''}{abs(value):.3f}"


def factor(value: float) -> str:
    """×0.87 per step; more digits close to 1, where they decide."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "×0"
    if abs(value - 1) < 0.05:
        return f"×{value:.3f}"
    return f"×{from_log10(math.log10(value))}" if value < 0.1 or value >= 100 else f"×{value:.2f}"


def steps(value: float) -> str:
    """A number of steps: 5.0, 0.24, 1,200; 'over 10,000' where the curve is flat."""
    if not math.isfinite(value) or value > 10_000:
        return "over 10,000"
    return f"{value:,.0f}" if value >= 100 else plain(value, 2) if value < 10 else f"{value:.0f}"


def percent(share: float) -> str:
    """A share in percent: never 0 % or 100 % for what is only nearly so."""
    value = 100 * share
    if 0 < value < 0.1:
        return "under 0.1 %"
    if 99.9 < value < 100:
        return "over 99.9 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def count(number: int, noun: str) -> str:
    """1 step, 2 steps."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"
