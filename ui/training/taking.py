"""What there is to take away: what was recorded, and the run as a program."""

from __future__ import annotations

import streamlit as st

from ui.frame import blocks
from ui.training import export, runs


def take_away() -> None:
    """What was recorded, and the run as a program."""
    st.header("Take it away")
    run = runs.looked_at()
    row = blocks.downloads(
        "training",
        lambda: export.history_csv(run.started_with, run.read()),
        lambda: export.script(run.started_with, run.read()),
        data="History as CSV",
        program="Run as PyTorch script",
    )
    row.download_button(
        "History as JSON",
        lambda: export.history_json(run.started_with, run.read()),
        file_name="training.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
    )
