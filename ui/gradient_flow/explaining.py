"""Why the gradient does what it does: the laws beside the run, and four charts."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from ui import live, run
from ui.controls import store, wording
from ui.frame import blocks
from ui.gradient_flow import captions, figures, law_words
from ui.look.typeset import typeset


def theory(config: RNNConfig, flow: GradientFlow) -> None:
    """The laws on the chart, each with its formula and how far it is off here."""
    laws = run.laws(config, store.get("laws"))
    if laws:
        st.header("What theory says")
    for label, formula, sentence, when in law_words.theory(flow, laws):
        name, said = st.columns([1, 2], gap="medium", vertical_alignment="center")
        if wording.formulas():
            name.markdown(f"**{label}** \n\n ${formula}$", help=when)
        else:
            name.markdown(f"**{label}**", help=f"${formula}$\n\n{when}")
        said.html(f"<p>{typeset(wording.say(sentence))}</p>")


def charts(config: RNNConfig, flow: GradientFlow, step: int | None) -> None:
    """What units and eigenvalues do to it; which loss it comes from, and where it goes."""
    columns = st.columns(2, gap="medium")
    for number, chart in enumerate(CHARTS):
        with columns[number % 2], live.group("explaining_charts"):
            chart(config, flow, step)


def by_unit(config: RNNConfig, flow: GradientFlow, _step: int | None) -> None:
    """The gate that keeps the state, or φ′, by unit and step; nothing for a cell with neither."""
    if config.cell_used.kept:
        blocks.explain(
            "gate_map",
            figures.gate_map(flow),
            captions.gate_title(flow),
            captions.gate_caption(flow),
            step_axis="x",
        )
    elif config.cell_used.has_slope:
        blocks.explain(
            "derivative_map",
            figures.derivative_map(flow),
            captions.derivative_title(),
            captions.derivative_caption(flow),
            step_axis="x",
        )


def eigenvalues(_config: RNNConfig, flow: GradientFlow, step: int | None) -> None:
    """Of the matrix of the recurrence, and of the selected step's Jacobian, on the unit circle."""
    blocks.explain(
        "eigenvalues",
        figures.eigenvalues(flow, step),
        captions.eigenvalues_title(flow),
        captions.eigenvalues_caption(flow, step),
    )


def teaching(_config: RNNConfig, flow: GradientFlow, _step: int | None) -> None:
    """Which loss reaches which state."""
    blocks.explain(
        "teaching",
        figures.teaching(flow),
        captions.teaching_title(),
        captions.teaching_caption(flow),
        step_axis="xy",
    )


def shares(_config: RNNConfig, flow: GradientFlow, _step: int | None) -> None:
    """How much of the weights' gradient each step contributes."""
    blocks.explain(
        "shares",
        figures.shares(flow),
        captions.shares_title(flow),
        captions.shares_caption(flow),
        step_axis="x",
    )


# Left and right in turn.
CHARTS = (by_unit, teaching, eigenvalues, shares)
