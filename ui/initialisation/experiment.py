"""The page's experiment, from what is on screen: one network under many pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.network.starts import OURS, STARTS
from rnn_core.network_settings import GAIN
from rnn_core.settings import NETWORK
from ui import run
from ui.controls import network, store, wording
from ui.settings.every import owned

SETTINGS = (
    "inits",
    "activations",
    "panel_sequences",
    "whole_range",
    "shown_init",
    "shown_activation",
)


def shared() -> RNNConfig:
    """What every panel has in common: the network on screen, with this page's batch.

    W_h is scaled no further than every activation's slider reaches: a panel's link opens it. The
    start is ours: a framework's would decide the initialisation of every panel.
    """
    config = network.network()
    gain, batch = GAIN.nearest(config.gain), store.get("panel_sequences")
    return network.fitted(replace(config, cell="vanilla", start=OURS, gain=gain, batch_size=batch))


def start_note() -> str:
    """That this page leaves out the start on screen, where that is a framework's."""
    start = STARTS[store.get("start")]
    if not start.decides:
        return ""
    return f"Started as ours: {start.label}’s start would decide W_h in every panel."


def outcome(values: Mapping) -> str:
    """How many panels of such settings, by key, flow: a few words."""
    network_settings = {own.name: values[own.key] for own in owned(NETWORK) if own.key in values}
    config = network.fitted(RNNConfig(**network_settings, batch_size=values["panel_sequences"]))
    found = run.gradient_grid(config, values["inits"], values["activations"])
    return f"{found.verdicts['flowing']} of {len(found.panels)} flow"


def chosen() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The initialisations and the activations on screen."""
    return store.get("inits"), store.get("activations")


def shown() -> tuple[str, str]:
    """The pair whose histogram is shown."""
    return store.get("shown_init"), store.get("shown_activation")


def drawn_from() -> tuple:
    """The state on screen."""
    return shared(), [store.get(name) for name in SETTINGS], wording.depth()


def open_pair(init: str, activation: str) -> None:
    """Take a pair over, with the sequences it was drawn from: the main page shows this curve; for
    callbacks."""
    network.put(
        init=init,
        activation=activation,
        cell="vanilla",
        start=OURS,
        batch_size=store.get("panel_sequences"),
    )
    st.session_state["open_main_page"] = True
