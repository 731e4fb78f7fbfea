"""Where z lies on φ in the selected pair, and what there is to take away."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rnn_core.config import RNNConfig
from ui import live, run
from ui.controls import widgets, wording
from ui.frame import blocks
from ui.initialisation import experiment, export, figures, words
from ui.look.typeset import captioned

HISTOGRAM_HEIGHT = 300


def one_pair(config: RNNConfig) -> None:
    """The histogram, and the choice of the pair beside it."""
    init, activation = experiment.shown()
    live.follows("details")
    picture, beside = st.columns([3.3, 1], gap="medium")
    with picture, live.group("one_pair"):
        histogram(config)
    with beside:
        widgets.choice("shown_init")
        widgets.choice("shown_activation")
        st.button(
            "Open on the main page",
            icon=":material/open_in_full:",
            key="open_pair",
            on_click=experiment.open_pair,
            args=(init, activation),
        )


def histogram(config: RNNConfig) -> None:
    """Where z lies on φ in the selected pair."""
    init, activation = experiment.shown()
    pair = replace(config, init=init, activation=activation)
    panel = run.gradient_grid(pair, (init,), (activation,)).panels[0]
    found = run.preactivations(pair)
    title = wording.say(words.histogram_title()) + f": {words.pair(init, activation)}"
    caption = wording.say(words.histogram(found, panel))
    live.chart(
        wording.drawn(figures.preactivation(found, activation)),
        key="preactivation",
        height=HISTOGRAM_HEIGHT,
        title=captioned(title),
        caption=captioned(caption),
        alt=f"{title}. {caption}",
    )


def take_away(config: RNNConfig) -> None:
    """Every curve, and the experiment."""
    st.header("Take it away")
    inits, activations = experiment.chosen()
    blocks.downloads(
        "initialisation_activation",
        lambda: export.csv(run.gradient_grid(config, inits, activations)),
        lambda: export.script(config, inits, activations),
    )
