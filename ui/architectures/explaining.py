"""How the gated cells carry it: the LSTM's two paths and what the gates do; and the files."""

from __future__ import annotations

from itertools import cycle

import streamlit as st

from rnn_core.studies.architectures import Compared, Comparison
from ui import live, run
from ui.architectures import cards, experiment, export, figures, words
from ui.controls.wording import say
from ui.frame import blocks


def paths_and_gates(comparison: Comparison) -> None:
    """Two columns, of which a cell's two paths take the left one."""
    if not _gated(comparison):
        st.caption(
            "Choose the LSTM to see its two paths drawn apart, and the LSTM or the GRU to see "
            "what their gates do."
        )
    left, right = st.columns(2, gap="medium")
    of_two_paths = _of_two_paths(comparison)
    for one in of_two_paths:
        with left, live.group("paths_and_gates"):
            paths(comparison, one.cell, first=one is of_two_paths[0])
    places = cycle((right, left) if of_two_paths else (left, right))
    for place, one in zip(places, _gated(comparison), strict=False):
        with place, live.group("paths_and_gates"):
            gates(one)


def draw(comparison: Comparison) -> None:
    """The cards and the same charts, wherever they stand."""
    one_step(comparison)
    of_two_paths = _of_two_paths(comparison)
    for one in of_two_paths:
        paths(comparison, one.cell, first=one is of_two_paths[0])
    for one in _gated(comparison):
        gates(one)


def one_step(comparison: Comparison) -> None:
    """What a step of each cell is."""
    live.words("one_step", cards.cards(comparison, say))


def _gated(comparison: Comparison) -> list[Compared]:
    """The cells with gates, the last one first."""
    return [one for one in comparison.cells if one.about.kept][::-1]


def _of_two_paths(comparison: Comparison) -> list[Compared]:
    return [one for one in comparison.cells if one.about.direct_path]


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
    st.header("Take it away")
    blocks.downloads(
        "architectures",
        lambda: export.csv(comparison),
        lambda: export.script(comparison.config, comparison.names, export.seeds_of(comparison)),
    )
