"""The identity, and a little noise."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation

IDENTITY_NOISE = 1e-3


def identity(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.eye(n) + IDENTITY_NOISE * rng.standard_normal((n, n))


INITIALISATION = Initialisation(
    label="identity",
    formula="1 + N(0, 0.001²)",
    draw=identity,
    source="Le, Jaitly, Hinton 2015",
    unlike="the identity start is close to neither.",
)
