"""What there is to take away: the report."""

from __future__ import annotations

import streamlit as st

from ui.your_model.looking import Looked


def take_away(seen: Looked) -> None:
    """The report, as one page that opens anywhere."""
    st.header("Take it away")
    st.download_button(
        "Report as one HTML page",
        seen.opened.recording.html,
        file_name="gradients.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
    )
