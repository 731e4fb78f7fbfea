"""Uniform entries, as in PyTorch's W_h; W_x and the biases, which it draws so too, are ours."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) / np.sqrt(n)


INITIALISATION = Initialisation(
    label="uniform (PyTorch, W_h only)",
    formula="U(±1/√H)",
    draw=uniform,
    source="torch.nn.RNNCell, which draws W_x and both biases from it, too",
    sigma=lambda H: 1.0 / np.sqrt(3.0),
)
