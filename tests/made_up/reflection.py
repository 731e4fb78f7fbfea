"""A mirror: one direction is turned round, and all others stay."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def reflection(rng: np.random.Generator, n: int) -> np.ndarray:
    v = rng.standard_normal(n)
    return np.eye(n) - 2.0 * np.outer(v, v) / (v @ v)


INITIALISATION = Initialisation(
    label="reflection",
    formula="1 − 2vvᵀ/‖v‖²",
    draw=reflection,
    source="made up for a test; Householder 1958",
    unlike="a reflection turns one direction only.",
)
