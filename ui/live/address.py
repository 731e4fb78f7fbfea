"""The address bar: the page's state as a link, kept up to date without a history entry per move,
and the dialog that shares it."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.live import assets, session, wire

_HEIGHT = 34  # px, as in address.js


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    return st.components.v2.component(
        "unroll.address", js=assets.loader("address"), isolate_styles=False
    )


def address(
    query: str,
    *,
    key: str = "address",
    hidden: Sequence[str] = (),
    present: bool = False,
    quiz: bool = False,
    answer: dict[str, Any] | None = None,
    on_link: Callable[[str | None], None] = lambda link: None,
    on_present: Callable[[bool], None] = lambda present: None,
) -> None:
    """Show `query` in the address bar once the page has come to rest, with a button to share it.

    `st.query_params` would push a history entry for every change, and Back would walk through them;
    here the entry is replaced. The server reads the new query with the next message as usual.

    hidden: what this page leaves out. present: whether it is shown large; `on_present` hears of a
    change. quiz: whether the page can ask before it shows. `on_link(link)` is called with the link
    that the open dialog shows, and with None once it is closed; `answer` is for that link:
    link, parts ([[name, label, CSS selector], …], what can be hidden), and code ((n, n), its QR
    code) or problem (why there is none).
    """
    component_key = f"live_{key}"

    def asked() -> None:
        if told := session.told(component_key, "link"):
            link = told["link"]
            on_link(link if isinstance(link, str) else None)

    def presented() -> None:
        if told := session.told(component_key, "present"):
            on_present(bool(told["on"]))

    payload = {
        "key": key,
        "query": query,
        "hidden": list(hidden),
        "present": present,
        "quiz": quiz,
        "answer": answer,
    }
    _component(assets.version())(
        key=component_key,
        data=wire.pack(payload, session.envelope()),
        on_link_change=asked,
        on_present_change=presented,
        height=_HEIGHT,
    )
