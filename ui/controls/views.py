"""Streamlit's own widgets as views of something that others change as well: scenes, links, sliders.

Streamlit sends a widget's value with every message, so what comes from the browser may be older
than what has been put in the widget's place meanwhile: a scene is clicked, and the next message,
sent before the scene is on screen, says of every box what stood there before. It would look like a
choice of the reader's and undo half of the scene. So a widget whose value somebody else has changed
is from then on another widget, with another key, and nobody listens to the old one any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

_VIEWS = "views"  # in the session: name -> how many such changes there have been, the value shown


def view(
    name: str, read: Callable[[], Any], choose: Callable[[Any], object]
) -> tuple[Any, dict[str, Any]]:
    """The value to show first, and the widget's `key` and `on_change`.

    read: what the widget is to show now, in Streamlit's form of it. choose(value): the reader's
    choice; where it is not taken, the widget goes back to what `read` says then. The key is `name`,
    with a number behind it once somebody else has changed the value.
    """
    shown, views = read(), st.session_state.setdefault(_VIEWS, {})
    count, before = views.get(name, (0, shown))
    key = _key(name, count)
    # Another server's session may find in the browser what it never heard of.
    if shown != before or st.session_state.get(key, shown) != shown:
        key = _key(name, count := count + 1)
    views[name] = (count, shown)

    def changed() -> None:
        newest, before = views[name]
        value = st.session_state.get(key, before)
        if newest != count or value == before:
            return
        choose(value)
        now = read()
        views[name] = (count, now)
        if now != value:
            st.session_state[key] = now

    return shown, {"key": key, "on_change": changed}


def _key(name: str, count: int) -> str:
    return f"{name}@{count}" if count else name
