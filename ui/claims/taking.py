"""From a claim to the page where its network can be played with."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

import streamlit as st

from rnn_core.config import RNNConfig
from ui.claims import experiment
from ui.settings.claims import NOTHING


def query() -> str:
    """The network as a link to Gradient flow: what is not as it starts there."""
    usual = asdict(RNNConfig())
    own = {k: v for k, v in experiment.found().network.items() if usual[k] != v}
    return urlencode(own)


def network() -> None:
    """A link to it, once the claim has run."""
    if experiment.predicted() != NOTHING and experiment.found().network:
        st.html(
            f'<p class="unroll-play"><a href="./?{query()}" target="_self">'
            "Play with such a network on Gradient flow</a></p>"
        )
