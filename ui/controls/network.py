"""The network on screen: its settings as a config, no larger than the server has room for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.config import RNNConfig
from rnn_core.numbers import spoken
from rnn_core.settings import NETWORK, Number
from rnn_core.studies.architectures import ARCHITECTURES
from ui.controls import store, widgets
from ui.look.started import adds_bias, in_place
from ui.server import limits
from ui.settings.every import SETTINGS, owned

# What goes into the network besides its weights, in the order of its sliders.
INTO_IT = ("input_scale", "input_size", "start_scale", "bias_scale")


def values() -> dict:
    """The settings of the network by field."""
    return store.values(NETWORK)


def asked() -> RNNConfig:
    """The network as the settings say it."""
    return RNNConfig(**values())


def network() -> RNNConfig:
    """The network on screen: the same, with as many sequences as there is room for."""
    return fitted(asked())


def fitted(config: RNNConfig, cells: Iterable[str] = ()) -> RNNConfig:
    """`config` with as many of its sequences as the server has room for, with any of `cells`."""
    gates = _most_gates(config, cells)
    most = limits.MOST_NUMBERS // (config.seq_len * config.hidden_size * gates)
    return replace(config, batch_size=min(config.batch_size, max(most, 1)))


def fit_note(config: RNNConfig, asked: int, cells: Iterable[str] = ()) -> str:
    """What `fitted` left out of `asked` sequences, in words; "" if nothing."""
    if config.batch_size >= asked:
        return ""
    gates = _most_gates(config, cells)
    return (
        f"{config.batch_size} of the {asked} sequences are computed: {config.seq_len} steps × "
        f"{config.hidden_size} units × {gates} gates × sequences may be at most "
        f"{spoken.fixed(limits.MOST_NUMBERS / 1e6, 1)} million numbers on this server."
    )


def _most_gates(config: RNNConfig, cells: Iterable[str]) -> int:
    """Of the architecture with most of them."""
    return max(len(ARCHITECTURES[cell].gates) for cell in cells or (config.cell,))


def put(**changes) -> None:
    """Change settings by field; for callbacks."""
    store.take(NETWORK, changes)


def selected_step() -> int | None:
    """The selected step (from 1), inside the present sequence, or None."""
    step = store.get("step")
    return step if step is not None and step <= store.get("seq_len") else None


def select_step(step: int | None) -> None:
    """Select a step; for callbacks."""
    store.put(step=step)


def query(config: RNNConfig, step: int | None = None, every_sequence: bool = False) -> str:
    """Every setting, seed included, as a query string that `store.read` reads back."""
    values = {setting.key: getattr(config, setting.name) for setting in owned(NETWORK)}
    values |= {"step": step, "sequences": every_sequence}
    return store.query(values, values)


# -- widgets


def slider(name: str, *, any_activation: bool = False) -> None:
    """The live slider of a number, as far as the settings on screen let it reach.

    With `any_activation` as far as every activation does: for a page that shows several.
    """
    widgets.slider(number(name, any_activation=any_activation))


def number(name: str, *, any_activation: bool = False) -> Number:
    """A number as its slider shows it: how far it reaches, and what it is called here."""
    found: Any = SETTINGS[name] if any_activation else SETTINGS[name].among(store.everything())
    return replace(found, **_WORDED[name]()) if name in _WORDED else found


def _scale() -> dict[str, str]:
    """The scale of W_h in the words that fit what it sets."""
    if "gain" not in network().cell_used.hears:
        place = "|λ| takes" if network().cell_used.eigenvalues else "own settings take"
        tip = f"This cell has no W_h: its {place} that place."
        return {"label": "W_h scale (no W_h here)", "help": tip}
    if store.get("scale_sets") == "radius":
        tip = "W_h is scaled so that max|λ| is exactly this."
        return {"label": "W_h spectral radius ρ", "help": tip}
    return {}


def _bias() -> dict[str, str]:
    """The scale of b_h, or that there is none."""
    if "bias_scale" in network().cell_used.hears:
        return {}
    return {"label": "bias scale (no b_h here)", "help": "This cell has no bias."}


_WORDED = {"gain": _scale, "bias_scale": _bias}


def choice(name: str, *, any_cell: bool = False) -> None:
    """The select box of a choice; one that the cell or the start makes shows that, and is locked.

    With `any_cell` it is not: for a page that shows several cells.
    """
    cell = CELLS[store.get("cell")]
    widgets.choice_of_network(SETTINGS[name], cell, store.get("start"), any_cell=any_cell)


def own_sliders(config: RNNConfig, *, aside: bool = False) -> None:
    """The sliders of what only its cell knows, or those of them that stand aside; what its start
    decides is said."""
    for setting in config.cell_used.settings:
        if setting.aside == aside:
            own_slider(setting, config)
    if adds_bias(config) and not aside:
        slider("added_bias")


def own_slider(setting: Number, config: RNNConfig) -> None:
    """One of them."""
    if said := in_place(config, setting):
        st.caption(said)
    else:
        slider(setting.name)
