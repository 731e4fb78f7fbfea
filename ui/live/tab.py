"""The browser tab across a reload: a token in its sessionStorage, and nothing to be seen."""

import functools
from typing import Any

import streamlit as st

from ui.live import assets, session, wire

_KEY = "tab"


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    return st.components.v2.component("unroll.tab", js=assets.loader("tab"), isolate_styles=False)


def claim() -> dict[str, Any] | None:
    """What the browser says about a token that its tab had before this session: ``{"token", "at",
    "reloaded"}``, or None.

    at: names the claim. reloaded: whether the page that had the token has been left for this one;
    if not, the tab may be a duplicate of one that is still open.
    """
    told = st.session_state.get(f"live_{_KEY}")
    return told["claim"] if told and told["claim"] else None


def mount(token: str, *, heard: str | None) -> None:
    """Let the tab keep `token`, the one of this session.

    If it has another one, the browser claims that first; with `heard`, the name of the claim that
    has been decided, it takes `token` for the answer.
    """
    payload = {"key": _KEY, "token": token, "heard": heard}
    _component(assets.version())(
        key=f"live_{_KEY}",
        data=wire.pack(payload, session.envelope()),
        on_claim_change=_claimed,
        height=1,
    )


def _claimed() -> None:
    """Called when the browser claims a token.

    Empty, because Streamlit runs the page after any callback, and `claim` reads there what was
    said.
    """
