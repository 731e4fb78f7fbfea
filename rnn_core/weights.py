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
(
    STREAM_WEIGHTS,
    STREAM_INPUT,
    STREAM_LOSS,
    STREAM_READOUT,
    STREAM_STARTS,  # of `memory.py`: initial states and directions
    STREAM_TRAIN,
    STREAM_VALIDATION,
) = range(7)

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
    """The arrays of one network; weights are (out, in), as in PyTorch.

    A gated cell has G blocks of H rows, in PyTorch's order: r, z, n for the GRU, i, f, g, o for the
    LSTM. What only some cells have is at the end, with what it is for the others.
    """

    W_h: np.ndarray  # (G·H, H); for the linear recurrent unit the matrix that ν and θ stand for
    W_x: np.ndarray  # (G·H, I)
    b_h: np.ndarray  # (G·H,), PyTorch's bias_hh
    W_y: np.ndarray  # (O, H)
    b_y: np.ndarray  # (O,)
    b_x: np.ndarray | None = None  # (G·H,), PyTorch's bias_ih; None is 0
    keep: float = 0.0  # h_t = keep·h_{t-1} + alpha·φ(z_t)
    alpha: float = 1.0
    scale: np.ndarray | None = None  # (H,), of the layer norm
    shift: np.ndarray | None = None  # (H,)
    nu: np.ndarray | None = None  # (⌈H/2⌉,), of the linear recurrent unit: |λ| = exp(-exp(ν))
    theta: np.ndarray | None = None  # (⌈H/2⌉,), its phases
    gamma: np.ndarray | None = None  # (⌈H/2⌉,), its input's scale, √(1 - |λ|²)


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
def base_matrix(init: str, hidden_size: int, seed: int, gate: int = 0) -> np.ndarray:
    """W_0 (H, H), read-only: the recurrent matrix of one gate at scale 1."""
    rng = np.random.default_rng([seed, STREAM_WEIGHTS, gate] if gate else [seed, STREAM_WEIGHTS])
    matrix = INITIALISATIONS[init].draw(rng, hidden_size)
    matrix.setflags(write=False)
    return matrix


@lru_cache(maxsize=64)
def base_eigenvalues(init: str, hidden_size: int, seed: int, gate: int = 0) -> np.ndarray:
    """Eigenvalues (H,) of W_0, read-only, largest modulus first."""
    values = np.linalg.eigvals(base_matrix(init, hidden_size, seed, gate)).astype(complex)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    values.setflags(write=False)
    return values


@lru_cache(maxsize=64)
def base_spectral_norm(init: str, hidden_size: int, seed: int) -> float:
    """σ_max of W_0."""
    return float(np.linalg.norm(base_matrix(init, hidden_size, seed), 2))


def recurrent_scale(config: RNNConfig, gate: int = 0) -> float:
    """The factor s of W_h = s · W_0 for this config, in one gate's block.

    It is the gain itself, or gain / ρ(W_0) when the config asks for an exact spectral radius.
    Raises ValueError if ρ(W_0) is 0, where no factor can set the radius.
    """
    if config.scale_sets == "gain":
        return config.gain
    radius = abs(base_eigenvalues(config.init_used, config.hidden_size, config.seed, gate)[0])
    if radius == 0:
        raise ValueError("scale_sets='radius' needs an initial matrix with ρ > 0; this one has 0")
    return config.gain / float(radius)


def recurrent_norm(config: RNNConfig) -> float:
    """σ_max(W_h), from that of W_0."""
    base = base_spectral_norm(config.init_used, config.hidden_size, config.seed)
    return recurrent_scale(config) * base


def state_eigenvalues(config: RNNConfig, params: Parameters) -> np.ndarray:
    """Eigenvalues (H,) of keep·1 + α·W_h, from those of W_0, in their order."""
    base = base_eigenvalues(config.init_used, config.hidden_size, config.seed)
    return params.keep + params.alpha * recurrent_scale(config) * base


@lru_cache(maxsize=64)
def _other_parameters(hidden_size: int, input_size: int, output_size: int, seed: int, gates: int):
    rng = stream(seed, STREAM_READOUT)

    def block() -> np.ndarray:
        return rng.standard_normal((hidden_size, input_size)) / np.sqrt(input_size)

    first = block()
    W_y = rng.standard_normal((output_size, hidden_size)) / np.sqrt(hidden_size)
    # The further gates come last: the first block and the readout are the same for every cell.
    W_x = np.concatenate([first, *(block() for _ in range(gates - 1))])
    arrays = W_x, np.zeros(gates * hidden_size), W_y, np.zeros(output_size)
    for array in arrays:
        array.setflags(write=False)
    return arrays


def parameters(config: RNNConfig) -> Parameters:
    """Every weight of the network of `config`: W_h = s·W_0, W_x ~ N(0, 1/I), W_y ~ N(0, 1/H)."""
    gates = len(config.cell_used.gates)
    H = config.hidden_size
    W_x, b_h, W_y, b_y = _other_parameters(
        H, config.input_size, config.output_size, config.seed, gates
    )
    more: dict = {}
    if config.cell == "lru":
        W_h, more = diagonal(config)
    else:
        blocks = [
            recurrent_scale(config, gate) * base_matrix(config.init_used, H, config.seed, gate)
            for gate in range(gates)
        ]
        W_h = blocks[0] if gates == 1 else np.concatenate(blocks)
    if config.cell == "lstm":
        b_h = b_h.copy()
        b_h[H : 2 * H] = config.forget_bias
    elif config.cell == "residual":
        more = {"keep": 1.0, "alpha": config.alpha}
    elif config.cell == "leaky":
        more = {"keep": 1.0 - config.alpha, "alpha": config.alpha}
    elif config.cell == "layer_norm":
        more = {"scale": np.ones(H), "shift": np.zeros(H)}
    return Parameters(W_h=W_h, W_x=W_x, b_h=b_h, W_y=W_y, b_y=b_y, **more)


def diagonal(config: RNNConfig) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """W_h (H, H) of a linear recurrent unit, and its ν, θ and γ.

    λ is drawn evenly from the ring lambda_low ≤ |λ| ≤ lambda_high of the upper half plane, its
    partner being λ*; the last unit of an odd H has a phase of 0.
    """
    H = config.hidden_size
    turning = H // 2
    rng = stream(config.seed, STREAM_WEIGHTS)
    even = rng.uniform(size=H - turning)
    theta = np.pi * rng.uniform(size=H - turning)
    theta[turning:] = 0.0
    low, high = config.lambda_low**2, config.lambda_high**2
    modulus = np.sqrt(low + (high - low) * even)
    eigenvalues = modulus * np.exp(1j * theta)
    real, imag = np.diag(eigenvalues.real), np.diag(eigenvalues.imag)[:, :turning]
    W_h = np.block([[real, -imag], [imag.T, real[:turning, :turning]]])
    return W_h, {
        "nu": np.log(-np.log(modulus)),
        "theta": theta,
        "gamma": np.sqrt(1.0 - modulus**2),
    }
