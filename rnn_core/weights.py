"""Starting weights: every array of a network from its config and seed.

An initialisation draws W_0, the recurrent matrix at scale 1; the network uses W_h = scale · W_0.
Moving the scale therefore never changes the drawing, and spectra of W_0 serve every scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rnn_core.config import RNNConfig

# Independent random streams of one seed, so that a longer sequence or another batch never
# changes the weights.
STREAM_WEIGHTS, STREAM_INPUT, STREAM_LOSS, STREAM_READOUT = range(4)

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


@dataclass(frozen=True, eq=False)
class Parameters:
    """The arrays of one vanilla RNN; weights are (out, in), as in PyTorch."""

    W_h: np.ndarray  # (H, H)
    W_x: np.ndarray  # (H, I)
    b_h: np.ndarray  # (H,)
    W_y: np.ndarray  # (O, H)
    b_y: np.ndarray  # (O,)


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


def stream(seed: int, name: int) -> np.random.Generator:
    """The random generator of one stream (STREAM_…) of a seed."""
    return np.random.default_rng([seed, name])


@lru_cache(maxsize=64)
def base_matrix(init: str, hidden_size: int, seed: int) -> np.ndarray:
    """W_0 (H, H), read-only: the recurrent matrix at scale 1."""
    matrix = INITIALISATIONS[init].draw(stream(seed, STREAM_WEIGHTS), hidden_size)
    matrix.setflags(write=False)
    return matrix


@lru_cache(maxsize=64)
def base_eigenvalues(init: str, hidden_size: int, seed: int) -> np.ndarray:
    """Eigenvalues (H,) of W_0, read-only, largest modulus first."""
    values = np.linalg.eigvals(base_matrix(init, hidden_size, seed)).astype(complex)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    values.setflags(write=False)
    return values


@lru_cache(maxsize=64)
def base_spectral_norm(init: str, hidden_size: int, seed: int) -> float:
    """σ_max of W_0."""
    return float(np.linalg.norm(base_matrix(init, hidden_size, seed), 2))


def recurrent_scale(config: RNNConfig) -> float:
    """The factor s of W_h = s · W_0 for this config.

    It is the gain itself, or gain / ρ(W_0) when the config asks for an exact spectral radius.
    Raises ValueError if ρ(W_0) is 0, where no factor can set the radius.
    """
    if config.scale_sets == "gain":
        return config.gain
    radius = abs(base_eigenvalues(config.init, config.hidden_size, config.seed)[0])
    if radius == 0:
        raise ValueError("scale_sets='radius' needs an initial matrix with ρ > 0; this one has 0")
    return config.gain / float(radius)


@lru_cache(maxsize=64)
def _other_parameters(hidden_size: int, input_size: int, output_size: int, seed: int):
    rng = stream(seed, STREAM_READOUT)
    W_x = rng.standard_normal((hidden_size, input_size)) / np.sqrt(input_size)
    W_y = rng.standard_normal((output_size, hidden_size)) / np.sqrt(hidden_size)
    arrays = W_x, np.zeros(hidden_size), W_y, np.zeros(output_size)
    for array in arrays:
        array.setflags(write=False)
    return arrays


def parameters(config: RNNConfig) -> Parameters:
    """Every weight of the network of `config`: W_h = s·W_0, W_x ~ N(0, 1/I), W_y ~ N(0, 1/H)."""
    W_h = recurrent_scale(config) * base_matrix(config.init, config.hidden_size, config.seed)
    W_x, b_h, W_y, b_y = _other_parameters(
        config.hidden_size, config.input_size, config.output_size, config.seed
    )
    return Parameters(W_h=W_h, W_x=W_x, b_h=b_h, W_y=W_y, b_y=b_y)
