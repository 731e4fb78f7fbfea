"""One gradient of two numbers: what clipping by norm and by value make of it."""

from __future__ import annotations

import streamlit as st

from ui import live
from ui.clipping import experiment, figures, words
from ui.clipping.tables import table
from ui.controls import store, widgets
from ui.controls.wording import drawn, say
from ui.look.typeset import typeset

CHART_HEIGHT = 330


def sliders() -> None:
    """The reader's own vector; or whose it is, where the cliff gives it."""
    if store.get("vector_of") == "own":
        for name in ("vector_length", "vector_angle", "vector_limit"):
            widgets.slider(name)
    else:
        _, limit = experiment.vector()
        st.caption(
            f"Update {experiment.update_shown()} of the descent clipped by norm, with "
            f"the threshold {words.exact(limit)} of the cliff."
        )


def picture() -> None:
    """The vector and its clipped versions, with the circle and the square."""
    g, limit = experiment.vector()
    ways = experiment.both_ways(g, limit)
    caption = say(words.vectors(ways, limit))
    live.chart(
        drawn(figures.vectors(ways, limit)),
        key="vectors",
        height=CHART_HEIGHT,
        title="One gradient, clipped both ways",
        caption=typeset(caption),
        alt=caption,
    )


def numbers() -> None:
    """Their lengths and angles."""
    ways = experiment.both_ways(*experiment.vector())
    live.words("vector_rows", table(words.vector_head(), words.vector_rows(ways), say))
