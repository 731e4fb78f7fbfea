"""What would help, each change tried before it is offered."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from ui import run
from ui.controls import network
from ui.controls.wording import say
from ui.gradient_flow import check_words
from ui.look.typeset import typeset


def remedies(config: RNNConfig, flow: GradientFlow) -> None:
    """A line for each remedy, and a button that takes it over."""
    st.header("What would help")
    found = run.remedies(config)
    if not found:
        st.caption(say(check_words.no_remedy(flow, too_large=run.too_large_to_try(config))))
    for number, tried in enumerate(found):
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.button("Apply", key=f"remedy_{number}", on_click=apply, args=(dict(tried.change),))
        said = check_words.remedy(tried.title, tried.factor, tried.log10_ratio)
        row.html(typeset(say(said)))


def apply(change: dict) -> None:
    """Take a remedy over; the controls stand outside this fragment, so the whole page runs."""
    network.put(**change)
    st.session_state["rerun_page"] = True


def wants_the_page() -> bool:
    """Whether a remedy has been taken over since the page ran."""
    return st.session_state.pop("rerun_page", False)
