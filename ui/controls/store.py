"""The store: what is on screen, by setting, in the session and in the URL.

One dictionary holds the value of every setting by its key; sliders, boxes, scenes and links all
write there, and widgets show what stands there. Being no widget's own state, it survives a change
of page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from rnn_core.settings import CHANGED, NETWORK, NEVER, SHARING, Setting, Text, nearest, short
from ui.live.address import earlier_moves
from ui.settings.every import FOREIGN, LINKED, SETTINGS, owned

_VALUES, _NOTES = "settings", "link_notes"  # in the session

# A network's settings and unknown names are named in the order of the link, the others after them.
_TURNS = {name: turn for turn, name in enumerate(LINKED, 1) if LINKED[name].owner != NETWORK}


# What is read in place of a session's settings, where there is no session.
_given: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)


@contextmanager
def given(values: dict[str, Any]) -> Iterator[None]:
    """Have the block read `values`, every setting by key, whatever a session holds."""
    token = _given.set(values)
    try:
        yield
    finally:
        _given.reset(token)


def everything() -> dict[str, Any]:
    """Every setting of this session by key; read from the URL when the session is new."""
    if (values := _given.get()) is not None:
        return values
    if _VALUES not in st.session_state:
        found, remarks = read(st.query_params.to_dict())
        st.session_state[_VALUES], st.session_state[_NOTES] = found, remarks
    return st.session_state[_VALUES]


def get(key: str) -> Any:
    """The value of one setting."""
    return everything()[key]


def values(owner: str) -> dict[str, Any]:
    """The values of an owner's settings by name: what makes its config."""
    held = everything()
    return {setting.name: held[setting.key] for setting in owned(owner)}


def put(**changes: Any) -> None:
    """Change settings by key; for callbacks. What a link had wrong has been seen by then."""
    if earlier := earlier_moves():
        moved(earlier)
    everything().update(changes)
    st.session_state[_NOTES] = []


def moved(values: Mapping[str, Any]) -> None:
    """Take over what the browser says of settings by key, brought to their limits; for callbacks.

    It may say anything: what is no setting, or no value for one, changes nothing.
    """
    held, taken = everything(), {}
    for key, value in sorted(values.items(), key=lambda item: _TURNS.get(item[0], 0)):
        written = _written(value)
        if key in SETTINGS and written is not None:
            taken[key], _ = SETTINGS[key].among(held | taken).read(written)
    if taken:
        put(**taken)


def _written(value: Any) -> str | None:
    """As a link holds it; None for what no link could."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return repr(int(value)) if float(value).is_integer() else repr(value)


def take(owner: str, changes: Mapping[str, Any]) -> None:
    """Change an owner's settings by name."""
    keys = {setting.name: setting.key for setting in owned(owner)}
    put(**{keys[name]: value for name, value in changes.items()})


def typed(key: str, value: Any) -> bool:
    """Whether a value is the reader's own text."""
    return isinstance(SETTINGS[key], Text) and value != SETTINGS[key].default


def notes() -> list[str]:
    """What had to be changed in the link that opened this session, a sentence each."""
    everything()
    return st.session_state[_NOTES]


def note(remark: str) -> None:
    """One more of these."""
    notes().append(remark)


# -- the URL


def read(params: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Every setting by key, as a link says it, and a sentence for each that had to be changed."""
    found = {key: setting.default for key, setting in SETTINGS.items()}
    remarks = []
    for name in sorted(params, key=lambda name: _TURNS.get(name, 0)):
        if name in LINKED:
            setting = LINKED[name].among(found)
            found[setting.key], remark = setting.read(params[name])
        else:
            remark = "" if name in FOREIGN else _unknown(name)
        if remark:
            remarks.append(remark)
    return found, remarks


def _unknown(name: str) -> str:
    meant = nearest(name, (*LINKED, *FOREIGN))
    hint = f" (did you mean {meant}?)" if meant else ""
    return f"The link names “{short(name)}”, which is no setting here; it was left out{hint}."


def link(page: str) -> str:
    """The query of a page's own settings, and after it how the page is shown."""
    shown = query(setting.key for setting in owned(SHARING))
    return "&".join(text for text in (page, shown) if text)


def query(keys: Iterable[str], values: Mapping[str, Any] | None = None) -> str:
    """The settings as a query string that `read` reads back.

    values: by key; those of the session, unless others are given.
    """
    held = everything() if values is None else values
    settings = [SETTINGS[key] for key in keys]
    pairs = [(s.key, s.write(held[s.key])) for s in settings if _is_written(s, held[s.key])]
    return urlencode(pairs, safe=",")


def _is_written(setting: Setting, value: Any) -> bool:
    if setting.linked == CHANGED:
        return value != setting.default
    return setting.linked != NEVER
