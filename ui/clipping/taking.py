"""What there is to take away: the descents, the experiment, and the windows."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from ui import run
from ui.clipping import experiment, export
from ui.export import harmless
from ui.frame import blocks


def take_away(config: RNNConfig) -> None:
    """Three files of the descents; one of the windows of `config`, where there are any."""
    st.header("Take it away")
    found = run.truncated(config)
    paths, settings = experiment.descents(), experiment.settings()
    row = blocks.downloads(
        "clipping",
        lambda: export.descents_csv(paths, settings),
        lambda: export.script(paths, settings),
        data="Descents as CSV",
        program="Descents as Python",
    )
    row.download_button(
        "Descents as JSON",
        lambda: export.descents_json(paths, settings),
        file_name="clipping.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
    )
    if found is not None and found.finite:
        row.download_button(
            "Windows as CSV",
            lambda: harmless(export.windows_csv(found, config)),
            file_name="truncation.csv",
            mime="text/csv",
            icon=":material/table:",
            on_click="ignore",
        )
