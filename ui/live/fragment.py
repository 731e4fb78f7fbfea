"""A fragment that may write to containers made outside it, whatever the reader clicks how fast."""

import functools
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError


def fragment(function: Callable) -> Callable:
    """`st.fragment`, except that a fragment that has lost its containers runs the whole page.

    A click stops the run of the page that is under way, perhaps before a fragment has taken its
    place in the containers that this run made; if the fragment's own turn comes next, Streamlit
    has no place for it and puts an error on the screen. A run of the page makes the places again.
    """

    @st.fragment
    @functools.wraps(function)
    def guarded(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except StreamlitInvalidLayoutContextError:
            st.rerun()

    return guarded
