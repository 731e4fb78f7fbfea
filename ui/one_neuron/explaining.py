"""The terms one by one, the closed form of a linear unit, and whether the gradient is right."""

from __future__ import annotations

import streamlit as st

from rnn_core.studies.one_neuron import Pass
from ui import live
from ui.controls import store, widgets
from ui.controls.wording import drawn, say
from ui.frame import blocks
from ui.one_neuron import export, figures, nodes, tables, unit, words

CHART_HEIGHT = 240


def terms(p: Pass) -> None:
    """One term per step of the gradient: sign and size, and shares."""
    for column, chart in zip(st.columns(2, gap="medium"), TERMS, strict=True):
        with column, live.group("terms"):
            chart(p)


def sizes(p: Pass) -> None:
    """Sign and size of each term."""
    caption = say(words.terms_caption(p))
    live.chart(
        drawn(figures.terms(p)),
        key="terms",
        height=CHART_HEIGHT,
        title=say(words.terms_title()),
        caption=nodes.maths(caption),
        alt=caption,
        step_axis="x",
    )


def shares(p: Pass) -> None:
    """Each term's share."""
    caption = say(words.shares_caption(p))
    live.chart(
        drawn(figures.shares(p)),
        key="term_shares",
        height=CHART_HEIGHT,
        title="Their shares: short-term on the right, long-term on the left",
        caption=nodes.maths(caption),
        alt=caption,
        step_axis="x",
    )


TERMS = (sizes, shares)


def closed_form(p: Pass) -> None:
    """w to the power n: what a linear unit does to the gradient over a lag."""
    st.header("The closed form: a linear unit multiplies by w at every step")
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        widgets.slider("power_w")
        widgets.slider("power_lag")
        with live.group("first_screen"):
            powers()
    with right, live.group("first_screen"):
        power_curve(p)


def powers() -> None:
    """The numbers."""
    live.words("powers", tables.powers(store.get("power_w"), store.get("power_lag"), say))


def power_curve(p: Pass) -> None:
    """The curve."""
    w, lag = store.get("power_w"), store.get("power_lag")
    caption = say(words.power_caption(w, lag, words.per_step(p)))
    live.chart(
        drawn(figures.power(w, lag)),
        key="power",
        height=CHART_HEIGHT,
        title=say(words.power_title()),
        caption=nodes.maths(caption),
        alt=caption,
    )


def check(p: Pass) -> None:
    """The difference quotient beside the gradient, and what to take away."""
    st.header("Is it right? Take it away, or doubt it")
    rows = unit.finite_differences(p)
    st.html(tables.differences(rows))
    st.caption(nodes.maths(say(words.differences_caption(rows))), unsafe_allow_html=True)
    blocks.downloads(
        "one_neuron",
        lambda: export.csv(p),
        lambda: export.script(p),
        data="Every number as CSV",
        program="Both passes as Python",
    )
