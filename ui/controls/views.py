"""The pages' own settings under the names they had: each of these is one call of the store or a
widget."""

from __future__ import annotations

from ui.controls import store, widgets
from ui.settings.every import SETTINGS

values = store.everything
get = store.get
put = store.put


def query(names: tuple[str, ...], *, changed_only: bool = False) -> str:
    """The settings as a query string; whether only changed ones, their declarations say."""
    return store.query(SETTINGS[name] for name in names)


def slider(name: str) -> None:
    widgets.slider(SETTINGS[name])


def choice(name: str, *, row: bool = False) -> None:
    widgets.choice(SETTINGS[name], row=row)


def several(name: str) -> None:
    widgets.several(SETTINGS[name])


def flag(name: str) -> None:
    widgets.flag(SETTINGS[name])


def text(name: str) -> None:
    widgets.text(SETTINGS[name])
