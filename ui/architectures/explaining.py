"""How the gated cells carry it: the LSTM's two paths and what the gates do; and the files."""

from __future__ import annotations

import streamlit as st

from rnn_core.studies.architectures import Comparison
from ui import run
from ui.architectures import experiment, export, figures, words
from ui.frame import blocks


def paths_and_gates(comparison: Comparison) -> None:
    """Two columns, of which the LSTM's paths take the left one."""
    gated = [name for name in comparison.names if name in words.HEAT_GATES]
    if not gated:
        st.caption(
            "Choose the LSTM to see its two paths drawn apart, and the LSTM or the GRU to see "
            "what their gates do."
        )
    left, right = st.columns(2, gap="medium")
    if "lstm" in gated:
        found = run.paths_of_lstm(experiment.shared(), comparison.seeds)
        with left:
            blocks.explain(
                "paths",
                figures.paths(found),
                words.paths_title(),
                words.paths(found),
                step_axis="x",
            )
    for place, name in zip(
        (right, left) if "lstm" in gated else (left,), gated[::-1], strict=False
    ):
        with place:
            gates(comparison, name)


def gates(comparison: Comparison, name: str) -> None:
    """The gates of one cell as a heat map."""
    flow = run.gradient_flow(comparison[name].config)
    blocks.explain(
        f"gates_{name}",
        figures.gates(flow),
        words.gates_title(name),
        words.gates(flow),
        step_axis="x",
        more=words.jobs(name),
    )


def take_away(comparison: Comparison) -> None:
    """Every curve, and the experiment."""
    st.subheader("Take it away")
    blocks.downloads(
        "architectures",
        lambda: export.csv(comparison),
        lambda: export.script(comparison.config, comparison.names, export.seeds_of(comparison)),
    )
