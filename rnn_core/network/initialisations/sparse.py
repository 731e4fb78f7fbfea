"""A few connections to each unit, scaled to spectral radius 1."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation

SPARSE_FAN_IN = 15


def sparse(rng: np.random.Generator, n: int) -> np.ndarray:
    matrix = np.zeros((n, n))
    for row in matrix:
        chosen = rng.choice(n, size=min(SPARSE_FAN_IN, n), replace=False)
        row[chosen] = rng.standard_normal(len(chosen))
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


INITIALISATION = Initialisation(
    label="sparse",
    formula="15 per unit, ρ = 1",
    draw=sparse,
    source="Sutskever et al. 2013; Pascanu et al. 2013",
    unlike="the sparse start has 15 per unit, and the rest are 0.",
)
