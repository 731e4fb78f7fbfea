"""How the gated cells carry it: the LSTM's two paths and what the gates do; and the files."""

from __future__ import annotations

from itertools import cycle

import streamlit as st

from rnn_core.studies.architectures import Compared, Comparison
from ui import run
from ui.architectures import experiment, export, figures, words
from ui.frame import blocks


def paths_and_gates(comparison: Comparison) -> None:
    """Two columns, of which a cell's two paths take the left one."""
    gated = [one for one in comparison.cells if one.about.kept]
    of_two_paths = [one for one in comparison.cells if one.about.direct_path]
    if not gated:
        st.caption(
            "Choose the LSTM to see its two paths drawn apart, and the LSTM or the GRU to see "
            "what their gates do."
        )
    left, right = st.columns(2, gap="medium")
    for one in of_two_paths:
        with left:
            paths(comparison, one.cell, first=one is of_two_paths[0])
    for place, one in zip(cycle((right, left) if of_two_paths else (left, right)), gated[::-1]):
        with place:
            gates(one)


def paths(comparison: Comparison, cell: str, *, first: bool) -> None:
    """The two paths of one cell's gradient, and what the product of gates promises."""
    found = run.paths_of(cell, experiment.shared(), comparison.seeds)
    blocks.explain(
        "paths" if first else f"paths_{cell}",
        figures.paths(found),
        words.paths_title(cell),
        words.paths(found),
        step_axis="x",
    )


def gates(one: Compared) -> None:
    """The gates of one cell as a heat map."""
    flow = run.gradient_flow(one.config)
    blocks.explain(
        f"gates_{one.cell}",
        figures.gates(flow),
        words.gates_title(one.cell),
        words.gates(flow),
        step_axis="x",
        more=words.jobs(one.cell),
    )


def take_away(comparison: Comparison) -> None:
    """Every curve, and the experiment."""
    st.subheader("Take it away")
    blocks.downloads(
        "architectures",
        lambda: export.csv(comparison),
        lambda: export.script(comparison.config, comparison.names, export.seeds_of(comparison)),
    )
