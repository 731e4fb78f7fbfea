"""PyTorch's: every weight and both biases from one and the same range."""

from __future__ import annotations

import numpy as np

from rnn_core.network.starts.start import Start


def uniform_weights(
    rng: np.random.Generator, rows: int, I: int, size: int, total: int
) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (rows, I)) / np.sqrt(size)


def uniform_biases(rng: np.random.Generator, rows: int, size: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, rows) / np.sqrt(size)


START = Start(
    label="PyTorch",
    draws="W_x, W_h and two biases, which add up, from U(±1/√H); forget bias about 0",
    source="torch.nn.RNN, GRU, LSTM (reset_parameters); torch.nn.Linear, from U(±1/√I)",
    input_weights=uniform_weights,
    input_variance=lambda I, size, total: 1.0 / (3.0 * size),
    biases=uniform_biases,
    bias_variance=lambda size: 1.0 / (3.0 * size),
    init="uniform",
)
