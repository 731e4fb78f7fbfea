"""What the gradient of the parameters says: which of them feels it, and how sensitive they are."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from ui import live, run
from ui.controls.wording import say
from ui.frame import blocks
from ui.gradient_flow import feeling_figures, feeling_words, memory_words
from ui.look.typeset import typeset


def parameters(config: RNNConfig, flow: GradientFlow) -> None:
    """Whether the run is sensitive, and two charts of ∂L/∂θ, or why there are none."""
    st.header("What the parameters feel")
    with live.group("parameters"):
        small_changes(config, flow)
    columns = st.columns(2, gap="medium")
    for column, chart, missing in zip(columns, CHARTS, MISSING, strict=True):
        with column, live.group("parameters"):
            if not chart(config, flow):
                st.caption(say(missing(config)))


def draw(config: RNNConfig, flow: GradientFlow) -> None:
    """The same, wherever it stands."""
    small_changes(config, flow)
    for chart in CHARTS:
        chart(config, flow)


def small_changes(config: RNNConfig, flow: GradientFlow) -> None:
    """Whether the run is sensitive: what a change of the recurrent weights moves."""
    said = memory_words.sensitive(flow, run.log10_sensitivity(config))
    live.words("sensitive", f'<p class="unroll-look">{typeset(say(said))}</p>')


def felt(config: RNNConfig, flow: GradientFlow) -> bool:
    """Which parameter feels it, and from how far back; whether there is anything to draw."""
    found = run.felt(config)
    if found is None:
        return False
    blocks.explain(
        "felt",
        feeling_figures.felt(found),
        feeling_words.felt_title(),
        feeling_words.felt_caption(flow, found),
        more=feeling_words.felt_more(found),
    )
    return True


def longer_memory(config: RNNConfig, _flow: GradientFlow) -> bool:
    """‖∂L/∂θ‖ while the cell is made to remember longer; whether there was time for it."""
    found = run.longer_memory(config)
    if found is None:
        return False
    blocks.explain(
        "longer_memory",
        feeling_figures.longer_memory(found, config),
        feeling_words.memory_title(found),
        feeling_words.memory_caption(found),
    )
    return True


# Left and right, and what is said where there is none.
CHARTS = (felt, longer_memory)
MISSING = (feeling_words.no_gradient, feeling_words.no_curve)
