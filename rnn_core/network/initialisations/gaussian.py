"""Independent Gaussian entries."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def gaussian(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal((n, n)) / np.sqrt(n)


INITIALISATION = Initialisation(
    label="Gaussian",
    formula="N(0, 1/H)",
    draw=gaussian,
    source="random matrix, Girko 1985",
    sigma=lambda H: 1.0,
)
