"""A recording that grows: new records are on screen a second or two after they are written."""

from __future__ import annotations

import streamlit as st

from ui import live
from ui.controls import store
from ui.settings.recording import RECORDING
from ui.your_model import opened

SOON, LATER = 1.0, 5.0  # seconds between two looks at the file
RESTS = 300.0  # seconds without a change after which it is looked at less often
_DRAWN = "recording_drawn"  # in the session: the signature of the file that is on screen


def remember() -> None:
    """Note what this run draws; before it opens the file."""
    st.session_state[_DRAWN] = opened.signature(store.get(RECORDING.key))


def follow() -> None:
    """Look at the file again and again, while it may grow, and run the page where it has."""
    name = store.get(RECORDING.key)
    still = opened.grows(name)
    if still is None or opened.dropped()[0] is not None:
        return

    def look() -> None:
        if opened.signature(store.get(RECORDING.key)) != st.session_state.get(_DRAWN):
            st.rerun()

    live.fragment(look, SOON if still < RESTS else LATER)()
