"""PyTorch's own: uniform entries."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) / np.sqrt(n)


INITIALISATION = Initialisation(
    label="uniform (PyTorch)",
    formula="U(±1/√H)",
    draw=uniform,
    source="torch.nn.RNNCell",
    sigma=lambda H: 1.0 / np.sqrt(3.0),
)
