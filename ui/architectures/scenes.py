"""Scenes of architectures: one experiment for several cells, with what to look at."""

from __future__ import annotations

from dataclasses import asdict

from rnn_core.config import RNNConfig
from ui.settings.scene import Scene

# What the cells on the page decide, or this page has a setting of its own for.
_OWN = ("cell", "batch_size")


_SIX = ("vanilla", "residual", "gru", "lstm", "lru", "attention")


def _compared(cells: tuple[str, ...] = _SIX, **shared: object) -> dict:
    network = {
        name: value for name, value in asdict(RNNConfig(**shared)).items() if name not in _OWN
    }
    return network | {
        "cells": cells,
        "seeds": 5,
        "cell_sequences": 8,
        "seed_bands": True,
        "whole_axis": False,
    }


SCENES: dict[str, Scene] = {
    "start": Scene(
        label="Side by side",
        changes=_compared(),
        look="Six architectures, one experiment: same inputs, seeds and loss. Whose gradient is "
        "still there at step 1?",
    ),
    "long": Scene(
        label="200 steps",
        changes=_compared(seq_len=200),
        look="Over 200 steps the LSTM and the GRU, at their usual biases, lose it as the vanilla "
        "RNN does. What do the others do differently?",
    ),
    "open": Scene(
        label="Gates held open",
        changes=_compared(seq_len=200, forget_bias=4.0, update_bias=4.0),
        look="Biases of 4 hold the gates open, and the same LSTM and GRU carry it over 200 steps. "
        "Lower one, and its road closes.",
    ),
    "shut": Scene(
        label="LSTM, gates half shut",
        changes=_compared(forget_bias=0.0),
        look="With a forget bias of 0 the LSTM loses more than the vanilla RNN. Raise it: where do "
        "the two change places?",
        surprise=True,
    ),
    "quiet": Scene(
        label="Plain beats gated",
        changes=_compared(input_scale=0.05),
        look="With a small input the vanilla RNN carries it further than the LSTM and the GRU: no "
        "gate is needed for that. Raise the input scale (under More).",
        surprise=True,
    ),
    "by_input": Scene(
        label="Gates without the state",
        changes=_compared(
            cells=("lstm", "min_gru", "min_lstm", "rg_lru", "selective_ssm", "indrnn"), seq_len=200
        ),
        look="In the newer cells no gate sees the state, so none of them can explode. How much is "
        "kept is decided where they start: which two forget at once? Raise their keep bias.",
        surprise=True,
    ),
    "physics": Scene(
        label="From physics",
        changes=_compared(cells=("vanilla", "residual", "antisymmetric", "cornn"), seq_len=200),
        look="Each of these but the vanilla RNN goes a small step along a differential equation. "
        "Move the scale of W_h: whose curve hardly notices?",
        surprise=True,
    ),
    "product": Scene(
        label="The product of gates",
        changes=_compared(cells=("lstm", "min_gru"), keep_bias=1.0),
        look="The same sentence about two cells: the gradient is the product of what the gates "
        "keep. See below for which of the two it is true.",
        surprise=True,
    ),
}
