"""The sliders of the page, group by group, as the task, the cell and the clipping ask for them."""

from __future__ import annotations

import streamlit as st

from rnn_core.training.settings import CLIPPED_AT
from ui.look.started import adds_bias, in_place
from ui.training import controls, plan


def first() -> None:
    """What one moves while a run goes on: the learning rate and the threshold."""
    controls.slider("learning_rate")
    controls.slider(CLIPPED_AT.get(plan.get("clip"), "max_norm"))


def of_the_cell() -> None:
    """Its size, and its own settings but for those that stand aside."""
    controls.slider("hidden_size")
    _own(aside=False)


def _own(*, aside: bool) -> None:
    config = plan.plan().config
    network = config.network()
    for setting in (one for one in config.cell_used.settings if one.aside == aside):
        if said := in_place(network, setting):
            st.caption(said)
        else:
            controls.slider(setting.name)
    if adds_bias(network) and not aside:
        controls.slider("added_bias")


def of_the_network() -> None:
    """How its weights begin."""
    if "gain" in plan.plan().config.cell_used.hears:
        controls.slider("gain")
    controls.slider("input_gain")
    _own(aside=True)


def of_an_update() -> None:
    """What one update is made of."""
    cell = plan.plan().config.cell_used
    controls.slider("batch_size")
    controls.slider("truncation")
    if cell.two_factors:
        controls.slider("omega")
    else:
        st.caption(f"Ω needs J = diag(φ′) W_h, which the {cell.label} has not.")


def text() -> None:
    """The reader's own text, where the task learns one."""
    with st.container(gap="xsmall"):
        if controls.uses_text():
            controls.text_area("From 40 to 20,000 characters, of 2 to 64 different ones.")
            if controls.too_long_for_a_link():
                st.caption("This text is too long for a link: whoever opens it pastes their own.")


def folded(label: str, icon: str, *, key: str):
    """An expander to be filled while it is `open`.

    What is not seen is not there: the browser goes through all there is at every drawing.
    """
    return st.expander(label, icon=icon, key=key, on_change="rerun")
