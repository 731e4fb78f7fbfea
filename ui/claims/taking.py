"""From a claim to the page where its network can be played with."""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from ui.claims import experiment
from ui.controls import network
from ui.settings.claims import NOTHING


def query() -> str:
    """The network as a link to Gradient flow."""
    return network.query(RNNConfig(**experiment.found().network))


def link() -> None:
    """A link to it, once the claim has run."""
    if experiment.predicted() != NOTHING and experiment.found().network:
        st.html(
            f'<p class="unroll-play"><a href="./?{query()}" target="_self">'
            "Play with such a network on Gradient flow</a></p>"
        )
