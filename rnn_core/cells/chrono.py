"""Chrono initialisation: gates whose units remember for different times, up to a longest one."""

from __future__ import annotations

import numpy as np

from rnn_core.network.streams import STREAM_CHRONO, stream
from rnn_core.settings import Number

CHRONO = Number(
    name="chrono",
    label="chrono T",
    brief="chrono",
    default=0,
    low=0,
    high=1000,
    step=1,
    aside=True,
    help="The longest memory, in steps, that gates begin with: the bias of the gate that keeps is "
    "ln U(1, T−1), drawn for each unit, and that of an LSTM’s input gate its opposite (Tallec, "
    "Ollivier 2018). 0: off, the biases are as their sliders say.",
)


def chrono_biases(config) -> np.ndarray:
    """ln U(1, T-1) (H,): σ of it keeps a unit's state for 1 … T-1 steps; 0 for T below 3."""
    longest = max(config.chrono - 1.0, 1.0)
    return np.log(stream(config.seed, STREAM_CHRONO).uniform(1.0, longest, config.hidden_size))


def chrono_draws(config) -> str:
    """The same as a line of an exported program."""
    longest = max(config.chrono - 1.0, 1.0)
    drawn = f"np.random.default_rng([SEED, {STREAM_CHRONO}]).uniform(1.0, {longest!r}, H)"
    return f"chrono = np.log({drawn})" if config.chrono else ""
