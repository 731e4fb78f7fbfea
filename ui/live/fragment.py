"""A fragment that may write to containers made outside it, whatever the reader clicks how fast."""

import functools
from collections.abc import Callable

import streamlit as st

from ui.internals.layout import LostContainers
from ui.live import session
from ui.server import waiting


def fragment(function: Callable, run_every: float | None = None) -> Callable:
    """`st.fragment`, except that a fragment that has lost its containers runs the whole page.

    With `run_every` it runs again and again, after so many seconds.

    A click stops the run of the page that is under way, perhaps before a fragment has taken its
    place in the containers that this run made; if the fragment's own turn comes next, Streamlit
    has no place for it and puts an error on the screen. A run of the page makes the places again.
    """

    @functools.wraps(function)
    def guarded(*args, **kwargs):
        if session.mixed():
            st.rerun()
        try:
            function(*args, **kwargs)
            waiting.over()
        except LostContainers:
            st.rerun()

    return st.fragment(guarded, run_every=run_every)
