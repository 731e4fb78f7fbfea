"""Settings: the kinds there are, each read from a link and written to one.

`read` gives the legal value nearest to what a link says, and a sentence for the reader if that is
not what it said.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf", re.ASCII | re.IGNORECASE)
_NONE = "none"  # a choice of nothing, in a link


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number on a slider from `low` to `high`; the engine takes what is `legal`.

    name: of the field of the config it sets.
    """

    name: str = ""
    label: str
    low: float
    high: float
    step: float
    default: float = 0
    digits: int = 0
    help: str = ""
    unit: str = ""
    log: bool = False
    legal: tuple[float, float] | None = None  # where it is wider than the slider

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest legal value."""
        return self.legal or (self.low, self.high)

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)

    def read(self, text: str) -> tuple[float | int, str]:
        limits = f"from {_plain(self.low)} to {_plain(self.high)}"
        kind = "a whole number " if self.whole else "a number "
        must = f"{self.label} must be {kind}{limits}"
        # float() would also take 1_0 and digits of other scripts.
        value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
        if math.isnan(value):
            return self.default, f"{must}; “{short(text)}” became {self.write(self.default)}."
        legal = min(max(value, self.low), self.high)
        legal = round(legal) if self.whole else legal
        if legal == value:
            return legal, ""
        return legal, f"{must}; {short(text)} became {self.write(legal)}."

    def write(self, value: float) -> str:
        return _written(value)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice by name, with the words shown for each name."""

    label: str
    words: dict[str, str]
    default: str = ""
    help: str = ""

    def read(self, text: str) -> tuple[str, str]:
        if text in self.words:
            return text, ""
        chosen = nearest(text, self.words) or self.default
        return chosen, (
            f"{self.label} is one of {', '.join(self.words)}; “{short(text)}” became {chosen}."
        )

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True, kw_only=True)
class Several:
    """Some of several names, `least` or more; kept in the order of `words`."""

    label: str
    words: dict[str, str]
    default: tuple[str, ...]
    help: str = ""
    least: int = 1

    def read(self, text: str) -> tuple[tuple[str, ...], str]:
        if self.least == 0 and text in ("", _NONE):
            return (), ""
        asked = [part for part in text.split(",") if part.strip()]
        found, wrong = set(), []
        for part in asked:
            name = part if part in self.words else nearest(part, self.words)
            if name:
                found.add(name)
            if name != part:
                wrong.append(f"“{short(part)}” {f'became {name}' if name else 'was left out'}")
        if not found:
            kept = ", ".join(self.default)
            return self.default, (
                f"{self.label} are some of {', '.join(self.words)}; “{short(text)}” became {kept}."
            )
        said = f"{self.label} are some of {', '.join(self.words)}; {', '.join(wrong)}."
        return self.ordered(found), said if wrong else ""

    def ordered(self, names) -> tuple[str, ...]:
        return tuple(name for name in self.words if name in names)

    def write(self, value: tuple[str, ...]) -> str:
        return ",".join(value) or _NONE


@dataclass(frozen=True, kw_only=True)
class Flag:
    """On or off."""

    label: str
    default: bool = False
    help: str = ""

    def read(self, text: str) -> tuple[bool, str]:
        if text in ("1", "0"):
            return text == "1", ""
        kept = self.write(self.default)
        return self.default, f"{self.label} is 1 (on) or 0 (off); “{short(text)}” became {kept}."

    def write(self, value: bool) -> str:
        return "1" if value else "0"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A short text that matches `pattern`; `rule` says that in words."""

    label: str
    pattern: str
    rule: str
    default: str
    help: str = ""
    _whole: re.Pattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_whole", re.compile(self.pattern))

    def read(self, text: str) -> tuple[str, str]:
        if self._whole.fullmatch(text):
            return text, ""
        return self.default, (
            f"{self.label} must be {self.rule}; “{short(text)}” became {self.default}."
        )

    def write(self, value: str) -> str:
        return value


Setting = Number | Choice | Several | Flag | Text


def short(text: str) -> str:
    """A piece of a link as it may be repeated on the page: short, one line, no markup."""
    text = "".join(c if c.isprintable() and c not in "`*_[]<>$\\:#|~" else " " for c in text)
    return text if len(text) <= 24 else text[:23] + "…"


def nearest(text: str, words: Iterable[str]) -> str | None:
    """The one of `words` that a mistyped `text` probably means, or None."""
    tidy = text.strip().lower().replace(" ", "_").replace("-", "_")
    return next(iter(difflib.get_close_matches(tidy, words, 1, 0.6)), None)


def _written(value) -> str:
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _plain(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:g}"
