"""Every setting there is, by the key by which the session, widgets and links know it."""

from __future__ import annotations

from functools import cache

from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.settings import NEVER, Setting, by_key
from ui import pages
from ui.settings.pages import PAGES

SETTINGS: dict[str, Setting] = by_key((*NETWORK_SETTINGS, *PAGES))

_IN_LINKS = [setting for setting in SETTINGS.values() if setting.linked != NEVER]
_KEYS = {name: setting for setting in _IN_LINKS for name in (setting.key, *setting.also)}

# Every name that a link may hold, with what it stands for: a run's settings by their plain names,
# too, where nothing else has that name.
LINKED: dict[str, Setting] = {setting.name: setting for setting in _IN_LINKS} | _KEYS

# Names in a link that are Streamlit's own.
FOREIGN = ("embed", "embed_options")


@cache
def owned(owner: str) -> tuple[Setting, ...]:
    """The settings of one owner: a config's, or a page's."""
    return tuple(setting for setting in SETTINGS.values() if setting.owner == owner)


@cache
def own_names(key: str) -> tuple[str, ...]:
    """The names by which every link knows a setting."""
    return tuple(name for name, setting in LINKED.items() if setting.key == key)


@cache
def names_on(page: str) -> dict[str, tuple[str, ...]]:
    """What else a link to a page may call that page's settings, by key.

    `cell` is the cell of whatever the page shows, be it a network's or a run's, and so is
    `train_cell`; its own name goes first where a link holds both.
    """
    owners = next((each.owners for each in pages.PAGES if each.name == page), ())
    found = {}
    for setting in (each for each in _IN_LINKS if each.owner in owners):
        same = (other.key for other in _IN_LINKS if other.thing == setting.thing)
        names = dict.fromkeys((setting.thing, *same))
        found[setting.key] = tuple(name for name in names if name not in own_names(setting.key))
    return {key: names for key, names in found.items() if names}
