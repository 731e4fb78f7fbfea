"""Every setting there is, by the key by which the session, widgets and links know it."""

from __future__ import annotations

from functools import cache

from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.settings import NEVER, Setting, by_key
from ui.settings.pages import PAGES

SETTINGS: dict[str, Setting] = by_key((*NETWORK_SETTINGS, *PAGES))

# Every name that a link may hold, with what it stands for.
LINKED: dict[str, Setting] = {
    name: setting
    for setting in SETTINGS.values()
    if setting.linked != NEVER
    for name in (setting.key, *setting.also)
}

# Names in a link that are Streamlit's own.
FOREIGN = ("embed", "embed_options")


@cache
def owned(owner: str) -> tuple[Setting, ...]:
    """The settings of one owner: a config's, or a page's."""
    return tuple(setting for setting in SETTINGS.values() if setting.owner == owner)
