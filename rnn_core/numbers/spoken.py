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


# -- in plain words: no powers of ten

_LARGE = ((15, ""), (12, "trillion"), (9, "billion"), (6, "million"))  # from 10^: its name
_DIGITS = 2
_NEARLY = 5e-4  # of 1


def everyday(log10: float) -> str:
    """The number 10^log10 without a power of ten: 0.000072, 170 billionths, 4,400, 23 billion.

    Two digits; beyond trillions and trillionths only that it is.
    """
    if not math.isfinite(log10):
        return from_log10(log10)
    if log10 >= _LARGE[0][0]:
        return "more than 1,000 trillion"
    if log10 < -12:
        return "less than a trillionth"
    if log10 < -6:
        power, name = (9, "billionths") if log10 >= -9 else (12, "trillionths")
        return f"{_grouped(10 ** (log10 + power))} {name}"
    power, name = next((each for each in _LARGE if log10 >= each[0]), (0, ""))
    return f"{_grouped(10 ** (log10 - power))} {name}".strip()


def _grouped(value: float) -> str:
    """Two digits, with commas between thousands and no power of ten."""
    rounded = _significant(value, _DIGITS)
    return f"{_rounded(rounded, max(_DIGITS - 1 - rounded.adjusted(), 0)):,f}"


def share_of(log10: float, whole: str) -> str:
    """10^log10 of something, in plain words: 27 % of it, 0.000072 of it, 4,400 times it."""
    if log10 == -math.inf:
        return f"0 of {whole}"
    if log10 < 0:
        share = percent(10.0**log10) if log10 >= -2 else everyday(log10)
        return f"{share} of {whole}"
    times = everyday(log10) if log10 >= math.log10(1.05) else fixed(10.0**log10, 3)
    return f"{times} times {whole}"


def made(log10: float) -> str:
    """What a factor of 10^log10 would do: leave 27 % of it, make it 4,400 times as large."""
    return (
        f"leave {share_of(log10, 'it')}" if log10 < 0 else f"make it {share_of(log10, 'as large')}"
    )


def kept(factor: float, what: str) -> str:
    """What a factor does to something, in plain words: keeps 85 % of it, makes it 1.2 times as
    large, leaves it as it is."""
    if not math.isfinite(factor):
        return f"changes {what} by what no number says"
    if factor == 0:
        return f"leaves nothing of {what}"
    if abs(factor - 1) < _NEARLY:
        return f"leaves {what} {'as it is' if factor == 1 else 'nearly as it is'}"
    if factor < 1:
        return f"keeps {percent(factor)} of {what}"
    times = everyday(math.log10(factor)) if factor >= 1.05 else fixed(factor, 3)
    return f"makes {what} {times} times as large"


def is_left(log10: float, whole: str = "it") -> str:
    """27 % of it is left; 170 billionths of it are left; nothing of it is left."""
    if log10 == -math.inf:
        return f"nothing of {whole} is left"
    if log10 >= 0:
        return f"there is {share_of(log10, 'as much')}"
    said = share_of(log10, whole)
    return f"{said} {'are' if said.split()[1].endswith('ths') else 'is'} left"
