"""Initialisations: how W_0, the recurrent matrix at scale 1, is drawn.

The network uses W_h = scale · W_0: moving the scale never changes the drawing, and spectra of W_0
serve every scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

IDENTITY_NOISE = 1e-3

SMALL_STD = 0.01

SPARSE_FAN_IN = 15

NON_NORMAL_DIAGONAL, NON_NORMAL_SHIFT = 0.8, 0.35


@dataclass(frozen=True, kw_only=True)
class Initialisation:
    """How W_0 (H, H) is drawn; `source` says who proposed it."""

    label: str
    formula: str
    draw: Callable[[np.random.Generator, int], np.ndarray]
    source: str


def gaussian(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal((n, n)) / np.sqrt(n)


def orthogonal(rng: np.random.Generator, n: int) -> np.ndarray:
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    # Without the sign fix QR does not draw uniformly from the orthogonal group (Mezzadri 2007).
    return q * np.where(np.diag(r) < 0, -1.0, 1.0)


def identity(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.eye(n) + IDENTITY_NOISE * rng.standard_normal((n, n))


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) / np.sqrt(n)


def glorot(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n, n)) * np.sqrt(6.0 / (n + n))


def small(rng: np.random.Generator, n: int) -> np.ndarray:
    return SMALL_STD * rng.standard_normal((n, n))


def sparse(rng: np.random.Generator, n: int) -> np.ndarray:
    matrix = np.zeros((n, n))
    for row in matrix:
        chosen = rng.choice(n, size=min(SPARSE_FAN_IN, n), replace=False)
        row[chosen] = rng.standard_normal(len(chosen))
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


def non_normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return NON_NORMAL_DIAGONAL * np.eye(n) + NON_NORMAL_SHIFT * np.eye(n, k=1)


INITIALISATIONS: dict[str, Initialisation] = {
    "gaussian": Initialisation(
        label="Gaussian", formula="N(0, 1/H)", draw=gaussian, source="random matrix, Girko 1985"
    ),
    "orthogonal": Initialisation(
        label="orthogonal", formula="QᵀQ = 1", draw=orthogonal, source="Saxe et al. 2013"
    ),
    "identity": Initialisation(
        label="identity",
        formula="1 + N(0, 0.001²)",
        draw=identity,
        source="Le, Jaitly, Hinton 2015",
    ),
    "uniform": Initialisation(
        label="uniform (PyTorch)", formula="U(±1/√H)", draw=uniform, source="torch.nn.RNNCell"
    ),
    "glorot": Initialisation(
        label="Glorot", formula="U(±√(3/H))", draw=glorot, source="Glorot and Bengio 2010"
    ),
    "small": Initialisation(
        label="small Gaussian", formula="N(0, 0.01²)", draw=small, source="common default"
    ),
    "sparse": Initialisation(
        label="sparse",
        formula="15 per unit, ρ = 1",
        draw=sparse,
        source="Sutskever et al. 2013; Pascanu et al. 2013",
    ),
    "non_normal": Initialisation(
        label="non-normal",
        formula="0.8·1 + 0.35·shift",
        draw=non_normal,
        source="Trefethen and Embree 2005",
    ),
}
