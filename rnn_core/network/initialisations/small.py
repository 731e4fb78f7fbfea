"""Gaussian entries of 0.01, whatever the size."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation

SMALL_STD = 0.01


def small(rng: np.random.Generator, n: int) -> np.ndarray:
    return SMALL_STD * rng.standard_normal((n, n))


INITIALISATION = Initialisation(
    label="small Gaussian",
    formula="N(0, 0.01²)",
    draw=small,
    source="common default",
    sigma=lambda H: SMALL_STD * np.sqrt(H),
)
