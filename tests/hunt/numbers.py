"""Numbers as a reader takes them: what a text may mean by "3.1·10⁻⁸", "×0.87" or "12 %"."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
# A number of any size as the texts write it, and a group of its own in a pattern.
N = r"((?:over |under )?−?(?:∞|–|\d+(?:,\d{3})*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?))"
COUNT = r"(\d+(?:,\d{3})*)"
PERCENT = r"((?:over |under )?\d+(?:\.\d+)? %)"
# Curves travel as float32: seven digits of a logarithm.
FLOAT32 = 2e-7


@dataclass(frozen=True)
class Said:
    """What was said of a number: its sign, and log₁₀ of its size from `low` to `high`.

    Not a number ("–") has a sign of NaN.
    """

    sign: float
    low: float
    high: float

    def means(self, log10: float, slack: float = 1e-5) -> bool:
        """Whether 10^log10 may have been written so, `slack` decades aside."""
        if math.isnan(self.sign):
            return math.isnan(log10)
        if math.isinf(self.low) and self.low == self.high:
            return log10 == self.low
        slack += FLOAT32 * abs(log10)
        return self.low - slack <= log10 <= self.high + slack

    def is_number(self, value: float, slack: float = 1e-5) -> bool:
        """The same of the number itself, its sign included."""
        if value == 0 or math.isnan(value):
            return self.means(-math.inf if value == 0 else math.nan)
        return self.sign == math.copysign(1, value) and self.means(math.log10(abs(value)), slack)


def said(text: str, digits: int = 3) -> Said:
    """What `text` means; `digits` are the significant ones of a whole number longer than that."""
    text = text.strip()
    beyond, text = text.startswith("over "), text.removeprefix("over ")
    below, text = text.startswith("under "), text.removeprefix("under ")
    sign = -1.0 if text.startswith("−") else 1.0
    text = text.removeprefix("−").replace(",", "")
    if text == "–":
        return Said(math.nan, math.nan, math.nan)
    if text == "∞":
        return Said(sign, math.inf, math.inf)
    mantissa, _, power = text.partition("·10")
    exponent = int(power.translate(_POWERS)) if power else 0
    value = float(mantissa)
    if value == 0 and "." not in mantissa:
        return Said(0.0, -math.inf, -math.inf)
    whole, _, decimals = mantissa.partition(".")
    half = 0.5 * 10.0 ** -len(decimals)
    if not decimals and not power and len(whole) > digits:
        half = 0.5 * 10.0 ** (len(whole) - digits)
    low, high = (math.log10(v) if v > 0 else -math.inf for v in (value - half, value + half))
    low, high = low + exponent, high + exponent
    if beyond:
        low, high = math.log10(value), math.inf
    if below:
        low, high = -math.inf, math.log10(value)
    return Said(sign, low, high)


def whole(text: str) -> int:
    """A count: "1,200"."""
    return int(text.replace(",", ""))


def is_share(text: str, share: float, slack: float = 1e-6) -> bool:
    """Whether a share may have been written so: "0 %" and "100 %" only if it is exactly that."""
    share = min(max(share, 0.0), 1.0)
    if text == "0 %":
        return share <= slack
    if text == "100 %":
        return share >= 1.0 - slack
    value = float(re.sub(r"over |under | %", "", text)) / 100.0
    if text.startswith("over "):
        return value - slack <= share
    if text.startswith("under "):
        return 0.0 < share <= value + slack
    half = 0.5 * 10.0 ** -len(text.removesuffix(" %").partition(".")[2]) / 100.0
    return abs(share - value) <= half + slack
