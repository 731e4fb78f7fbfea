"""The forward side of the same Jacobians: what the state still knows of its start."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians.product import JacobianProduct
from ui import live, run
from ui.controls.wording import say
from ui.frame import blocks
from ui.gradient_flow import memory_figures, memory_words
from ui.look import norms


def still_known(config: RNNConfig, flow: GradientFlow) -> None:
    """Four charts of the product of Jacobians, or why there are none."""
    st.header("What the state still knows")
    product = run.jacobian_product(config)
    if product is None:
        st.caption(say(memory_words.TOO_LARGE))
        return
    columns = st.columns(2, gap="medium")
    for number, chart in enumerate(CHARTS):
        with columns[number % 2], live.group("memory"):
            chart(flow, product)


def draw(config: RNNConfig, flow: GradientFlow) -> None:
    """The same charts, wherever they stand; none where the product is too large."""
    product = run.jacobian_product(config)
    if product is None:
        return
    for chart in CHARTS:
        chart(flow, product)


def both_ways(flow: GradientFlow, product: JacobianProduct) -> None:
    """‖∂h_t/∂h_1‖ beside ‖∂L/∂h_t‖."""
    letter, loss = norms.state_letter(flow), norms.loss_letter(flow.config)
    blocks.explain(
        "memory_norms",
        memory_figures.norms(product, letter, loss),
        memory_words.norms_title(letter, loss),
        memory_words.norms_caption(flow, product),
        step_axis="x",
    )


def singular_values(_flow: GradientFlow, product: JacobianProduct) -> None:
    """Of the product, by lag."""
    blocks.explain(
        "singular_values",
        memory_figures.singular_values(product),
        memory_words.singular_title(),
        memory_words.singular_caption(product),
    )


def trajectories(flow: GradientFlow, product: JacobianProduct) -> None:
    """The state from several starts, in a plane."""
    blocks.explain(
        "trajectories",
        memory_figures.plane(product),
        "The state from several starts, the same input",
        memory_words.plane_caption(flow, product),
    )


def distances(_flow: GradientFlow, product: JacobianProduct) -> None:
    """How far apart those states are."""
    blocks.explain(
        "distances",
        memory_figures.distances(product),
        "How far apart they are",
        memory_words.distances_caption(product),
        step_axis="x",
    )


# Left and right in turn.
CHARTS = (both_ways, singular_values, trajectories, distances)
