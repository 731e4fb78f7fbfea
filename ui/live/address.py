"""The address bar: the page's state as a link, kept up to date without a history entry per move."""

import functools

import streamlit as st

from ui.live import assets, session, wire

_HEIGHT = 34  # px, as in address.js


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    return st.components.v2.component(
        "unroll.address", js=assets.loader("address"), isolate_styles=False
    )


def address(query: str, *, key: str = "address") -> None:
    """Show `query` in the address bar once the page has come to rest, with a button to copy it.

    `st.query_params` would push a history entry for every change, and Back would walk through them;
    here the entry is replaced. The server reads the new query with the next message as usual.
    """
    payload = {"key": key, "query": query}
    _component(assets.version())(
        key=f"live_{key}", data=wire.pack(payload, session.envelope()), height=_HEIGHT
    )
