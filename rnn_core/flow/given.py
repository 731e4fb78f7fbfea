"""What a caller brings instead of what a config would draw: weights, inputs, a first state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.network.parameters import Parameters
from rnn_core.start import parameters


def given_parameters(config: RNNConfig, params: Parameters) -> Parameters:
    """`params` in float64, of the shapes that the network of `config` has.

    Raises ValueError for an array that is missing, of another shape, or not finite.
    """
    found: dict[str, Any] = {}
    for name, own in vars(parameters(config)).items():
        value = getattr(params, name)
        wanted = params.b_h.shape if name == "b_x" else getattr(own, "shape", None)
        if value is None and (own is None or name == "b_x"):
            continue
        if wanted is None:  # keep and alpha are numbers; arrays of other cells have no say
            continue
        if value is None:
            raise ValueError(f"params must have {name} for {config.cell_used.the}, got None")
        found[name] = _finite(f"params.{name}", value, wanted)
    return replace(params, **found)


def given_inputs(config: RNNConfig, x: np.ndarray) -> np.ndarray:
    """Input sequences (T, B, I). Raises ValueError for another shape, or what is not finite."""
    return _finite("x", x, (config.seq_len, config.batch_size, config.input_size))


def given_state(config: RNNConfig, h0: np.ndarray) -> np.ndarray:
    """The state before step 1 (B, S), [h, c] for an LSTM. Raises ValueError as above."""
    S = config.cell_used.states * config.hidden_size
    return _finite("h0", h0, (config.batch_size, S))


def _finite(name: str, value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    array = np.array(value, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} must be {shape} here, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has entries that are not finite")
    return array
