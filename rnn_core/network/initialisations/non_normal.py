"""A chain: what grows first although every eigenvalue is below 1."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation

NON_NORMAL_DIAGONAL, NON_NORMAL_SHIFT = 0.8, 0.35


def non_normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return NON_NORMAL_DIAGONAL * np.eye(n) + NON_NORMAL_SHIFT * np.eye(n, k=1)


INITIALISATION = Initialisation(
    label="non-normal",
    formula="0.8·1 + 0.35·shift",
    draw=non_normal,
    source="Trefethen and Embree 2005",
    unlike="the non-normal start is not random at all.",
)
