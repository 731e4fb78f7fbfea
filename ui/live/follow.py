"""The mark of a fragment that follows the leading charts, for what is no chart. Nothing to be seen.

Charts say themselves whether they show what the leading ones show. A sentence, a table or a file to
take away cannot: the mark, which stands before them, says it for their fragment.
"""

import functools

import streamlit as st

from ui.live import assets, session, wire


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    return st.components.v2.component(
        "unroll.follow", js=assets.loader("follow"), isolate_styles=False
    )


def follows(key: str) -> None:
    """Have the fragment this is called in run again once the leading charts have come to rest.

    At once where this place, or what stands within a screen below it, is in view; else a little
    later.
    """
    _component(assets.version())(
        key=f"live_follow_{key}",
        data=wire.pack({"key": f"follow_{key}"}, session.envelope()),
        on_seen_change=seen,
        height=1,
    )


def seen() -> None:
    """Called when the browser asks for this fragment.

    Empty, because Streamlit runs the fragment again after any callback, and that run is all that
    was asked for. Without a callback it would not run.
    """
