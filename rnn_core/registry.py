"""Registries: a thing is one file and one line, and none is taken half-filled.

    CELLS = load(__name__, ("vanilla", "gru", "lstm"), "CELL", Cell)

gives the `CELL` of each file of a package under the file's own name, in the order in which menus
show them. What any part of the app needs to know of a thing is a field of its entry; `complete`
refuses an entry that lacks one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from importlib import import_module
from typing import TypeVar

Entry = TypeVar("Entry")


def load(package: str, names: Iterable[str], attribute: str, kind: type[Entry]) -> dict[str, Entry]:
    """The entry `attribute` of every file of `package` that `names` lists, by its name.

    Raises TypeError for a file without such an entry, and ValueError for a name listed twice.
    """
    found: dict[str, Entry] = {}
    for name in names:
        entry = getattr(import_module(f"{package}.{name}"), attribute, None)
        if not isinstance(entry, kind):
            raise TypeError(
                f"{package}.{name} must hold {attribute}, a {kind.__name__}, got {entry!r}"
            )
        if name in found:
            raise ValueError(f"{name} stands twice in the registry of {package}")
        found[name] = entry
    return found


def complete(entry: object) -> None:
    """Refuse an entry with an empty field: the `__post_init__` of every kind of entry.

    A field without a default must be filled: text with text, a function with a function, a tuple
    with something. Raises ValueError naming the kind, the field and what it got; a field that is
    not given at all is refused by Python itself, by name.
    """
    for field in fields(entry):  # type: ignore[arg-type]
        value = getattr(entry, field.name)
        required = field.default is MISSING and field.default_factory is MISSING
        wants = str(field.type)
        if wants.startswith("Callable"):
            wrong = not callable(value) and (required or value is not None)
        else:
            wrong = required and (value is None or value == "" or value == ())
        if wrong:
            raise ValueError(f"{type(entry).__name__} needs {field.name} ({wants}), got {value!r}")
