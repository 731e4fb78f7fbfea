"""Uniform entries, as PyTorch draws W_h; its W_x and biases come with the start "PyTorch"."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) / np.sqrt(n)


INITIALISATION = Initialisation(
    label="uniform",
    formula="U(±1/√H)",
    draw=uniform,
    source="torch.nn.RNNCell, W_h alone: “Start as” PyTorch draws W_x and both biases so, too",
    sigma=lambda H: 1.0 / np.sqrt(3.0),
)
