"""A named number, what it is in words, and how it is read from a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rnn_core.numbers import spoken
from rnn_core.registry import complete
from rnn_core.settings import Choice, Flag, Number, Setting

Value = float | str | bool
NUMBER, WORD, FLAG = "number", "word", "flag"


@dataclass(frozen=True, kw_only=True)
class Named:
    """One reading.

    name: as a goal writes it. label: its name in a sentence. what: what it is, a clause. unit: of
    the number; "" for a ratio. kind: NUMBER, WORD or FLAG. words: those that a WORD may be, in the
    order of menus. say: the value as it is said. read: from the result; NaN where there is none.
    exact: a setting, which is said as it was set.
    """

    name: str
    label: str
    what: str
    read: Callable[[Any], Any]
    unit: str = ""
    kind: str = NUMBER
    words: tuple[str, ...] = ()
    say: Callable[[Any], str] | None = None
    exact: bool = False

    def __post_init__(self) -> None:
        complete(self)
        if not self.name.isidentifier():
            raise ValueError(f"name must be an identifier, got {self.name!r}")
        if (self.kind == WORD) != bool(self.words):
            raise ValueError(f"{self.name} must have words if it is one, got {self.words!r}")

    def value(self, result: Any) -> Value:
        """The reading, as a plain float, str or bool."""
        found = self.read(result)
        if self.kind == NUMBER:
            return math.nan if found is None else float(found)
        return bool(found) if self.kind == FLAG else str(found)

    def said(self, value: Value) -> str:
        """A value as a sentence has it, its unit included."""
        if self.say is not None:
            return self.say(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return value
        return f"{self.plainly(value)} {self.unit}".strip()

    def plainly(self, value: Value) -> str:
        """The same without its unit."""
        if self.say is not None or not isinstance(value, float):
            return self.said(value)
        return amount(value, exact=self.exact)

    def wanted(self, value: Value) -> str:
        """A value that a goal asks for: as it was written."""
        if self.say is not None or not isinstance(value, float):
            return self.said(value)
        return f"{amount(value, exact=True)} {self.unit}".strip()


class Readings(Mapping[str, Value]):
    """What can be read from one result: computed when it is first asked for, and kept."""

    def __init__(self, names: Mapping[str, Named], result: Any) -> None:
        self.names, self._result = names, result
        self._found: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._found:
            self._found[name] = self.names[name].value(self._result)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def say(self, name: str) -> str:
        """The reading as a sentence has it."""
        return self.names[name].said(self[name])


def amount(value: float, *, exact: bool = False) -> str:
    """A number: whole ones in full, others to three digits, or exact as they were set."""
    if value.is_integer() and abs(value) < 1e9:
        return f"{int(value):,}".replace("-", "−")
    return spoken.exact(value) if exact else spoken.number(value)


def by_name(*groups: Iterable[Named]) -> dict[str, Named]:
    """The readings by name. Raises ValueError for a name given twice."""
    found: dict[str, Named] = {}
    for one in (one for group in groups for one in group):
        if one.name in found:
            raise ValueError(f"the reading {one.name} is declared twice")
        found[one.name] = one
    return found


def of_settings(
    settings: Iterable[Setting], value: Callable[[Any, Setting], Any]
) -> Iterator[Named]:
    """The settings that decide a result, as readings of it: numbers, choices and flags.

    value(result, setting): what the setting is at there.
    """
    for setting in settings:
        kinds = {Number: NUMBER, Choice: WORD, Flag: FLAG}
        kind = next((kind for of, kind in kinds.items() if isinstance(setting, of)), None)
        if kind is None:
            continue
        yield Named(
            name=setting.name,
            label=setting.label,
            what=f"the setting “{setting.label}”",
            unit=getattr(setting, "unit", ""),
            kind=kind,
            words=tuple(getattr(setting, "words", ())),
            say=_words_of(setting) if kind == WORD else None,
            exact=True,
            read=_reader(value, setting),
        )


def _reader(value: Callable[[Any, Setting], Any], setting: Setting) -> Callable[[Any], Any]:
    return lambda result: value(result, setting)


def _words_of(setting: Setting) -> Callable[[Any], str]:
    return lambda value: str(getattr(setting, "words", {}).get(value, value))


def tenfold(value: Any) -> str:
    """Said of a logarithm to base ten: the number itself."""
    log10 = float(value)
    if log10.is_integer():
        return spoken.power_of_ten(int(log10)) if abs(log10) > 3 else f"{10.0**log10:g}"
    return spoken.from_log10(log10)


def share(value: Any) -> str:
    """Said of a share from 0 to 1."""
    return spoken.percent(float(value))


def times(value: Any) -> str:
    """Said of a factor."""
    return f"×{value:g}" if float(value).is_integer() else spoken.factor(float(value))
