"""Keras's: the matrices of all gates are drawn as one, so that each block of W_h is shorter."""

from __future__ import annotations

import numpy as np

from rnn_core.network.starts.start import Start


def glorot_weights(
    rng: np.random.Generator, rows: int, I: int, size: int, total: int
) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (rows, I)) * np.sqrt(6.0 / (I + total))


START = Start(
    label="Keras",
    draws="W_x Glorot uniform, W_h orthogonal (all gates at once), biases 0; forget bias 1",
    source="keras.layers.SimpleRNN, GRU, LSTM (kernel_initializer, recurrent_initializer, "
    "unit_forget_bias); Dense",
    input_weights=glorot_weights,
    input_variance=lambda I, size, total: 2.0 / (I + total),
    init="orthogonal",
    as_one=True,
    gate_biases={"forget_bias": 1.0},
)
