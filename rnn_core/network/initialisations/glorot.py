"""Glorot and Bengio's uniform entries."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def glorot(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) * np.sqrt(6.0 / (n + n))


INITIALISATION = Initialisation(
    label="Glorot",
    formula="U(±√(3/H))",
    draw=glorot,
    source="Glorot and Bengio 2010",
    sigma=lambda H: 1.0,
)
