"""A text in two depths: in the field's words and letters, and in plain ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from rnn_core.numbers import spoken

PLAIN, FULL = "plain", "full"  # the depths


class Said(str):
    """A text that has a plain form beside it.

    It is the full text itself, with the terms, letters and formulas of the field: whatever knows
    no depths (the terminal, an export) says that. `plain` says the same of the same numbers to
    somebody who has met neither: no Greek, no letter with an index, no power of ten. Both are made
    where the numbers are, by one function, so that neither is forgotten.

    Added to another text it stays in two depths; put into an f-string it is the full text alone.
    """

    plain: str

    def __new__(cls, full: str, *, plain: str) -> Said:
        made = super().__new__(cls, full)
        made.plain = plain
        return made

    def __add__(self, other: str) -> Said:
        return Said(str(self) + str(other), plain=self.plain + at(other, PLAIN))

    def __radd__(self, other: str) -> Said:
        return Said(str(other) + str(self), plain=at(other, PLAIN) + self.plain)

    @property
    def stripped(self) -> Said:
        """Without blanks at its ends, in both depths."""
        return Said(self.strip(), plain=self.plain.strip())

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        return (str(self),), {"plain": self.plain}


def alike(text: str) -> Said:
    """A text that is plain enough to be said in both depths."""
    return text if isinstance(text, Said) else Said(text, plain=text)


def told(value: float, digits: int = 3) -> Said:
    """A number of either sign and any size: 3.1·10⁻⁸ to so many digits, 31 billionths."""
    full = spoken.number(value, digits)
    if value == 0 or not math.isfinite(value):
        return alike(full)
    size = spoken.everyday(math.log10(abs(value)))
    if value < 0 and not size.startswith("less than"):  # so small that the sign says nothing
        size = f"below −{size.removeprefix('more than ')}" if " than " in size else f"−{size}"
    return Said(full, plain=size)


def told_log10(log10: float) -> Said:
    """The number 10^log10, as far from 1 as it may be."""
    return Said(spoken.from_log10(log10), plain=spoken.everyday(log10))


_POWER = re.compile(r"(?:(\d+(?:\.\d+)?)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_LEVEL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def everyday_numbers(text: str) -> Said:
    """A text that is plain but for powers of ten: 3.1·10⁻⁸ becomes 31 billionths."""

    def everyday(match: re.Match[str]) -> str:
        mantissa, power = match.groups()
        return spoken.everyday(math.log10(float(mantissa or 1)) + int(power.translate(_LEVEL)))

    return Said(str(text), plain=_POWER.sub(everyday, at(text, PLAIN)))


NOTHING = alike("")


def at(text: str, depth: str) -> str:
    """The text in one depth; one that has no other form is said as it is."""
    return text.plain if depth == PLAIN and isinstance(text, Said) else str(text)


def joined(texts: Iterable[str], between: str = " ") -> Said:
    """Texts one after another, in both depths; those that say nothing in one are left out of it."""
    texts = list(texts)
    full, plain = (between.join(filter(None, (at(t, d) for t in texts))) for d in (FULL, PLAIN))
    return Said(full, plain=plain)
