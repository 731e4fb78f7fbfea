"""Numbers as they are said: 3.1·10⁻⁸, ×0.87, 12 %, 1 step.

A tie is rounded away from zero, as at school and as JavaScript's toFixed does: 0.125 is 13 %.
Python's own formats round it to the even digit.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

_LONGEST = Context(prec=1200, rounding=ROUND_HALF_UP)  # every digit that a float64 can have


def fixed(value: float, decimals: int) -> str:
    """A number to so many decimals, with a real minus; never a negative zero."""
    if not math.isfinite(value):
        return number(value)
    return _written(_rounded(value, decimals))


def whole(value: float) -> int:
    """The nearest whole number."""
    return int(_rounded(value, 0))


def _rounded(value: float | Decimal, decimals: int) -> Decimal:
    exactly = value if isinstance(value, Decimal) else Decimal(float(value))
    return exactly.quantize(Decimal(1).scaleb(-decimals), context=_LONGEST)


def _significant(value: float, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(float(value)))


def _written(value: Decimal) -> str:
    return f"{value if value else abs(value):f}".replace("-", "−")


def number(value: float, digits: int = 3) -> str:
    """A number of either sign and any size to `digits` significant digits."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    size = abs(value)
    if 1e-3 <= size < 1e4:  # not by way of a logarithm, which could lose a tie
        return sign + plain(size, digits)
    return sign + from_log10(math.log10(size), digits)


def exact(value: float) -> str:
    """A setting as it was set: 0.5, −1.25, or six digits after training."""
    rounded = float(_significant(value, 6)) if math.isfinite(value) else value
    return f"{rounded:.6g}".replace("-", "−")


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
    mantissa = fixed(10 ** (log10 - exponent), max(digits - 2, 0))
    if mantissa.startswith("10"):
        exponent, mantissa = exponent + 1, fixed(1, max(digits - 2, 0))
    return f"{mantissa}·{power_of_ten(exponent)}"


def plain(value: float, digits: int = 3) -> str:
    """A number to `digits` significant digits, as a power of ten where it is small."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if abs(value) < 1e-3:
        return ("−" if value < 0 else "") + from_log10(math.log10(abs(value)), digits)
    rounded = _significant(value, digits)  # first, since rounding may add a digit in front
    return _written(_rounded(rounded, max(digits - 1 - rounded.adjusted(), 0)))


def signed(value: float) -> str:
    """An exponent to three decimals, with a real minus; never a negative zero."""
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    return fixed(value, 3)


def factor(value: float) -> str:
    """×0.87 per step; more digits close to 1, where they decide."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "×0"
    if abs(value - 1) < 0.05:
        return f"×{fixed(value, 3)}"
    return f"×{number(value)}" if value < 0.1 or value >= 99.995 else f"×{fixed(value, 2)}"


def steps(value: float) -> str:
    """A number of steps: 5.0, 0.24, 1,200; 'over 10,000' where the curve is flat."""
    if not math.isfinite(value) or value > 10_000:
        return "over 10,000"
    return plain(value, 2) if value < 10 else f"{whole(value):,}"


def percent(share: float) -> str:
    """A share in percent: never 0 % or 100 % for what is only nearly so."""
    if not math.isfinite(share):
        return "–"
    value = Decimal(float(share)) * 100  # exactly: a product of floats could make or lose a tie
    if 0 < value < Decimal("0.1"):
        return "under 0.1 %"
    if Decimal("99.9") < value < 100:
        return "over 99.9 %"
    coarse = value == 0 or 10 <= value < Decimal("99.5") or value >= 100
    return f"{_written(_rounded(value, 0 if coarse else 1))} %"


def count(number: int, noun: str) -> str:
    """1 step, 2 steps."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"
