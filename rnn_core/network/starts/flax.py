"""Flax's: a matrix of its own for each gate; no bias anywhere."""

from __future__ import annotations

import numpy as np

from rnn_core.network.starts.start import Start

# The standard deviation of N(0, 1) cut off at ±2, as in jax.nn.initializers.lecun_normal.
TRUNCATED = 0.87962566103423978


def lecun_weights(rng: np.random.Generator, rows: int, I: int, size: int, total: int) -> np.ndarray:
    z = rng.standard_normal((rows, I))
    while (far := np.abs(z) > 2.0).any():
        z[far] = rng.standard_normal(far.sum())
    return z / (TRUNCATED * np.sqrt(I))


START = Start(
    label="Flax",
    draws="W_x LeCun normal, cut off at two standard deviations, W_h orthogonal, biases 0; forget "
    "bias 0",
    source="flax.linen.SimpleCell, GRUCell, LSTMCell (kernel_init, recurrent_kernel_init, "
    "bias_init); Dense",
    input_weights=lecun_weights,
    input_variance=lambda I, size, total: 1.0 / I,
    init="orthogonal",
)
