"""A random rotation; several blocks drawn at once share one: WᵀW = 1 for all of them together."""

from __future__ import annotations

import numpy as np

from rnn_core.network.initialisations.initialisation import Initialisation


def orthogonal(rng: np.random.Generator, n: int, blocks: int = 1) -> np.ndarray:
    q, r = np.linalg.qr(rng.standard_normal((blocks * n, n)))
    # Without the sign fix QR does not draw uniformly from the orthogonal group (Mezzadri 2007).
    return q * np.where(np.diag(r) < 0, -1.0, 1.0)


INITIALISATION = Initialisation(
    label="orthogonal",
    formula="QᵀQ = 1",
    draw=orthogonal,
    source="Saxe et al. 2013",
    sigma=lambda H: 1.0,
    rotation=True,
    as_one=True,
)
