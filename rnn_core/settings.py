"""Settings: the kinds there are. A setting is declared once, beside what it decides.

One declaration serves the config (its default and its limits), the widget, the link and the words
about it. `check` gives the value as a config keeps it, or raises an error that names the field.
`read` gives the legal value nearest to what a link says, and a sentence for the reader if that is
not what it said.
"""

from __future__ import annotations

import difflib
import math
import numbers
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rnn_core.registry import complete

# Who owns a setting; a page's own name stands for that page.
NETWORK = "network"  # RNNConfig
RUN = "run"  # TrainConfig
SHARING = "sharing"  # how any page is shown

# When a link holds a setting.
ALWAYS, CHANGED, NEVER = "always", "changed", "never"

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf", re.ASCII | re.IGNORECASE)
_NONE = "none"  # a choice of nothing, in a link


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every setting has; each kind adds its `default`.

    name: of the field of its owner's config; on a page it is the key. label, help: on screen.
    brief: its name in a list, where the label is too long for it. tells: a value as a few words,
    where the name and the value would not do.
    owner: NETWORK, RUN, SHARING or a page's name.
    key: what the session, the widgets and the links know it by; its name, unless something else is
    said. also: other names by which a link may know it. thing: what it sets, where others set the
    same by other names: a page takes any of their names for its own. linked: ALWAYS, CHANGED (where
    it is not what it starts with) or NEVER.
    """

    name: str
    label: str
    help: str = ""
    brief: str = ""
    tells: Callable[[Any], str] | None = None
    owner: str = NETWORK
    key: str = ""
    also: tuple[str, ...] = ()
    thing: str = ""
    linked: str = ALWAYS

    def __post_init__(self) -> None:
        complete(self)
        self._must(bool(self.owner), "an owner", self.owner)
        self._must(self.linked in (ALWAYS, CHANGED, NEVER), "linked, of three words", self.linked)
        object.__setattr__(self, "key", self.key or self.name)
        object.__setattr__(self, "thing", self.thing or self.name)
        self._check_declaration()

    def _check_declaration(self) -> None:
        """Refuse a declaration that contradicts itself."""

    def _must(self, holds: bool, needs: str, got: object) -> None:
        if not holds:
            raise ValueError(f"{type(self).__name__} {self.name} needs {needs}, got {got!r}")

    @property
    def hangs(self) -> bool:
        """Whether its limits hang on other settings, which are then read before it."""
        return False

    def among(self, values: Mapping[str, Any]) -> Setting:
        """The same where other settings, by key, are at `values`: some limits hang on others."""
        return self

    def check(self, value: Any) -> Any:
        """The value as a config keeps it.

        Raises ValueError (or TypeError) naming the field, its limit and the value.
        """
        raise NotImplementedError

    def said(self, text: str) -> Any:
        """What `text` says, legal or not; the text itself where it says nothing of this kind."""
        return text

    def understands(self, text: str) -> bool:
        """Whether `text` says anything of this kind, be it legal or not."""
        return True

    def read(self, text: str) -> tuple[Any, str]:
        """The legal value nearest to `text`, and a sentence if that is not what it says."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The value as a link holds it."""
        return str(value)

    @property
    def called(self) -> str:
        """Its name in a list of several."""
        return self.brief or self.label

    def in_words(self, value: Any) -> str:
        """The value in a list of several settings': "H 64", "no clipping"."""
        if self.tells is not None:
            return self.tells(value)
        return f"{self.called} {value:g}" if isinstance(value, float) else f"{self.called} {value}"


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A number on a slider from `low` to `high`; the engine takes what is `legal`.

    aside: it is seldom moved, and stands apart from a cell's others.
    reaches: the slider's upper end where other settings, by key, are at given values. high_of_run:
    its upper end in a training run, where that is another.
    """

    low: float
    high: float
    step: float
    default: float
    digits: int = 0
    unit: str = ""
    log: bool = False
    aside: bool = False
    legal: tuple[float, float] | None = None  # where it is wider than the slider
    reaches: Callable[[Mapping[str, Any]], float] | None = None
    high_of_run: float | None = None

    def _check_declaration(self) -> None:
        low, high = self.limits
        self._must(low <= self.low < self.high <= high, "low < high, inside legal", self.low)
        self._must(self.low <= self.default <= self.high, "a default in its range", self.default)
        self._must(self.step > 0, "a step above 0", self.step)
        self._must(self.low > 0 or not self.log, "low above 0, where it is log", self.low)

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest legal value."""
        return self.legal or (self.low, self.high)

    @property
    def hangs(self) -> bool:
        return self.reaches is not None

    def among(self, values: Mapping[str, Any]) -> Number:
        return self if self.reaches is None else replace(self, high=self.reaches(values))

    def nearest(self, value: float) -> float:
        """The value, or the end of the slider that it lies beyond."""
        return min(max(value, self.low), self.high)

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)

    def check(self, value: Any) -> float | int:
        kind: type[Any] = numbers.Integral if self.whole else numbers.Real
        if not isinstance(value, kind) or isinstance(value, bool):
            wanted = "a whole number" if self.whole else "a number"
            raise TypeError(f"{self.name} must be {wanted}, got {value!r}")
        low, high = self.limits
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{self.name} must be from {low:g} to {high:g}, got {value!r}")
        # A NumPy scalar would make two equal configs print, hash to disk and export apart.
        return int(value) if self.whole else float(value) + 0.0  # -0.0 is 0.0

    def _parsed(self, text: str) -> float:
        # float() would also take 1_0 and digits of other scripts.
        text = text.strip()  # of more than float() takes for white space
        return float(text) if _NUMBER.fullmatch(text) else math.nan

    def said(self, text: str) -> float | int | str:
        value = self._parsed(text)
        if self.whole:
            return int(value) if value.is_integer() else text
        return text if math.isnan(value) else value

    def understands(self, text: str) -> bool:
        return not math.isnan(self._parsed(text))

    def read(self, text: str) -> tuple[float | int, str]:
        limits = f"from {_plain(self.low)} to {_plain(self.high)}"
        kind = "a whole number " if self.whole else "a number "
        must = f"{self.label} must be {kind}{limits}"
        value = self._parsed(text)
        if math.isnan(value):
            return self.default, f"{must}; “{short(text)}” became {self.write(self.default)}."
        legal = self.nearest(value)
        legal = round(legal) if self.whole else legal
        if legal == value:
            return legal, ""
        return legal, f"{must}; {short(text)} became {self.write(legal)}."

    def write(self, value: float) -> str:
        return _written(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """A choice by name, with the words shown for each name."""

    words: Mapping[str, str]
    default: str

    def _check_declaration(self) -> None:
        self._must(self.default in self.words, "a default among its words", self.default)

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.words)

    def check(self, value: Any) -> str:
        return _one_of(self.name, self.choices, value)

    def read(self, text: str) -> tuple[str, str]:
        if text in self.words:
            return text, ""
        chosen = nearest(text, self.words) or self.default
        return chosen, (
            f"{self.label} is one of {', '.join(self.words)}; “{short(text)}” became {chosen}."
        )


@dataclass(frozen=True, kw_only=True)
class Several(Setting):
    """Some of several names, `least` or more; kept in the order of `words`.

    headings: what each name stands under on a page, or None where all stand together.
    """

    words: Mapping[str, str]
    default: tuple[str, ...] = ()
    least: int = 1
    headings: Mapping[str, str] | None = None

    def _check_declaration(self) -> None:
        known = all(name in self.words for name in self.default)
        self._must(known and len(self.default) >= self.least, "a legal default", self.default)

    def check(self, value: Any) -> tuple[str, ...]:
        names = tuple(_one_of(self.name, tuple(self.words), name) for name in value)
        if len(names) < self.least:
            raise ValueError(f"{self.name} must be {self.least} or more, got {value!r}")
        return names

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

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in self.words if name in names)

    def grouped(self) -> dict[str, tuple[str, ...]]:
        """The names by their heading, in the order in which headings first come up."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.words:
            heading = self.headings[name] if self.headings else self.label
            found[heading] = (*found.get(heading, ()), name)
        return found

    def write(self, value: tuple[str, ...]) -> str:
        return ",".join(value) or _NONE


@dataclass(frozen=True, kw_only=True)
class Flag(Setting):
    """On or off; `texts` are the words for off and on in a link, `rule` says so to the reader."""

    default: bool = False
    texts: tuple[str, str] = ("0", "1")
    rule: str = ""

    choices = (False, True)

    def check(self, value: Any) -> bool:
        return _one_of(self.name, self.choices, value)

    def said(self, text: str) -> bool:
        return text == self.texts[1]

    def read(self, text: str) -> tuple[bool, str]:
        if text in self.texts:
            return self.said(text), ""
        kept = self.write(self.default)
        rule = self.rule or f"{self.label} is 1 (on) or 0 (off)"
        return self.default, f"{rule}; “{short(text)}” became {kept}."

    def write(self, value: bool) -> str:
        return self.texts[value]


@dataclass(frozen=True, kw_only=True)
class Text(Setting):
    """A short text that matches `pattern`; `rule` says that in words."""

    pattern: str
    rule: str
    default: str = ""
    _whole: re.Pattern[str] = field(init=False, repr=False, compare=False, default=re.compile(""))

    def _check_declaration(self) -> None:
        object.__setattr__(self, "_whole", re.compile(self.pattern))
        self._must(bool(self._whole.fullmatch(self.default)), "a legal default", self.default)

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not self._whole.fullmatch(value):
            raise ValueError(f"{self.name} must be {self.rule}, got {value!r}")
        return value

    def read(self, text: str) -> tuple[str, str]:
        if self._whole.fullmatch(text):
            return text, ""
        return self.default, (
            f"{self.label} must be {self.rule}; “{short(text)}” became {self.default}."
        )


@dataclass(frozen=True, kw_only=True)
class Place(Setting):
    """A whole number from 1 to what the setting with the key `of` is at, or None for nowhere."""

    of: str
    default: int | None = None
    most: int = 1

    hangs = True

    def among(self, values: Mapping[str, Any]) -> Place:
        return replace(self, most=values[self.of])

    def check(self, value: Any) -> int | None:
        if value is not None and not 1 <= value <= self.most:
            raise ValueError(f"{self.name} must be from 1 to {self.most}, got {value!r}")
        return value

    def read(self, text: str) -> tuple[int | None, str]:
        try:
            place = int(text)
        except ValueError:
            must = f"{self.label} must be a whole number from 1 to {self.most}"
            return None, f"{must}; “{short(text)}” was left out."
        legal = min(max(place, 1), self.most)
        if legal == place:
            return legal, ""
        return legal, f"{self.label} must be from 1 to {self.most}; {short(text)} became {legal}."


@dataclass(frozen=True, kw_only=True)
class Changes(Setting):
    """Some other settings, each at another value: {name: value}; {} for none.

    of: the settings that may stand in it, by name. In a link: "clip:none,gain:1.5". A value that
    its setting cannot read stays as the text that it is, for the config to refuse.
    """

    of: Mapping[str, Setting]
    rule: str
    default: Mapping[str, Any] = field(default_factory=dict)

    # Fields and values, never free text.
    _change = r"[a-z_]{1,20}:[a-zA-Z0-9_.+-]{1,24}"
    pattern = rf"{_NONE}|{_change}(,{_change}){{0,9}}"

    def check(self, value: Any) -> Mapping[str, Any]:
        return {name: self.of[name].check(changed) for name, changed in value.items()}

    def read(self, text: str) -> tuple[Mapping[str, Any], str]:
        if text == _NONE:
            return {}, ""
        if not re.fullmatch(self.pattern, text):
            return {}, f"{self.label} must be {self.rule}; “{short(text)}” became {_NONE}."
        pairs = (pair.partition(":")[::2] for pair in text.split(","))
        return {
            name: self.of[name].said(value) if name in self.of else value for name, value in pairs
        }, ""

    def write(self, value: Mapping[str, Any]) -> str:
        pairs = (
            f"{name}:{int(changed) if isinstance(changed, bool) else changed}"
            for name, changed in value.items()
        )
        return ",".join(pairs) or _NONE


class Words(Mapping[str, str]):
    """A registry's names with the words for each, as the registry is now: whatever is entered
    later has its words, too."""

    def __init__(self, registry: Mapping[str, Any], say: Callable[[Any], str]) -> None:
        self._registry, self._say = registry, say

    def __getitem__(self, name: str) -> str:
        return self._say(self._registry[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._registry)

    def __len__(self) -> int:
        return len(self._registry)


def by_key(settings: Iterable[Setting]) -> dict[str, Setting]:
    """The settings by their keys.

    Raises ValueError for a name that two of them have in a link, and for a field declared twice.
    """
    found: dict[str, Setting] = {}
    taken: set[object] = set()
    for setting in settings:
        for name in (setting.key, *setting.also, (setting.owner, setting.name)):
            if name in taken:
                raise ValueError(f"{name} is declared twice, the second time by {setting}")
            taken.add(name)
        found[setting.key] = setting
    return found


def validate(config: object, settings: Iterable[Setting]) -> None:
    """Check the fields of a frozen config by their declarations, and keep them as plain values.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """
    for setting in settings:
        value = setting.check(getattr(config, setting.name))
        object.__setattr__(config, setting.name, value)


def short(text: str) -> str:
    """A piece of a link as it may be repeated on the page: short, one line, no markup."""
    text = "".join(c if c.isprintable() and c not in "`*_[]<>$\\:#|~" else " " for c in text)
    return text if len(text) <= 24 else text[:23] + "…"


def nearest(text: str, words: Iterable[str]) -> str | None:
    """The one of `words` that a mistyped `text` probably means, or None."""
    tidy = text.strip().lower().replace(" ", "_").replace("-", "_")
    return next(iter(difflib.get_close_matches(tidy, words, 1, 0.6)), None)


def _one_of(name: str, known: tuple[Any, ...], value: Any) -> Any:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, got {value!r}")
    return value


def _written(value: float) -> str:
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _plain(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:g}"
