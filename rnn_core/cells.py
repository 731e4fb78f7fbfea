"""Cells: one step forward beside one step backward.

Axes, for every module of this package: T time, B batch, I input, H hidden, G gates, S state. S is
H, except for the LSTM: its state is h and c side by side, (B, 2H), since c is the road that its
gradient takes, and a Jacobian of h alone would miss it. Arrays over time are time-major, (T, B, H).
A cell is two functions:

    step(params, phi, x, s) -> s_next, cache       (B, I), (B, S) -> (B, S)
    vjp(params, phi, cache, ds) -> ds_prev, grads  (B, S) -> (B, S); grads per sequence, by name

`ds` is ∂L/∂s_next and `ds_prev` is ∂L/∂s through this one step: the transposed Jacobian applied
to ds. The Jacobian of any cell is therefore `vjp` of the identity. The gradient of a matrix comes
as the two factors of its outer product, (B, rows) and (B, columns); that of a vector as (B, n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.activations import ACTIVATIONS, Activation
from rnn_core.weights import Parameters

LAYER_NORM_EPS = 1e-5  # PyTorch's

_TANH, _SIGMOID = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A recurrent cell by its name on screen, its formula (LaTeX), source and two functions.

    gates: blocks of H rows in W_h, W_x and the biases, in PyTorch's order, by name. states: S is
    states·H. activation, init: the choice that the cell makes by itself, or None where
    RNNConfig's counts; init "" means that it has no W_h to initialise. settings: the fields of
    RNNConfig that only this cell and its like know.
    """

    label: str
    formula: str
    source: str
    step: Callable
    vjp: Callable
    gates: tuple[str, ...] = ("h",)
    states: int = 1
    activation: str | None = None
    init: str | None = None
    settings: tuple[str, ...] = ()
    has_slope: bool = False

    @property
    def additive(self) -> bool:
        """Whether h_t = keep·h_{t-1} + α·φ(z_t), so J_t = keep·1 + α·diag(φ'(z_t)) W_h."""
        return self.step is additive_step

    @property
    def two_factors(self) -> bool:
        """Whether J_t is diag(φ'(z_t)) W_h and nothing else: keep is 0, and α 1."""
        return self.additive and "alpha" not in self.settings

    @property
    def has_matrix(self) -> bool:
        """Whether the recurrence has a matrix W_h."""
        return self.init != ""


def summed(grad: np.ndarray | tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """A parameter's gradient, summed over the batch."""
    return grad[0].T @ grad[1] if isinstance(grad, tuple) else grad.sum(axis=0)


def _of(activation: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """φ(z) and φ'(z)."""
    value = activation.phi(z, np.empty_like(z))
    return value, activation.dphi(z, value, np.empty_like(z))


def _input(params: Parameters, x: np.ndarray) -> np.ndarray:
    """W_x x + b_x (B, G·H)."""
    drive = x @ params.W_x.T
    return drive if params.b_x is None else drive + params.b_x


# -- vanilla, IRNN, residual, leaky


def additive_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = keep·h + α·φ(z) with z = W_h h + b_h + W_x x + b_x; vanilla: keep 0, α 1."""
    z = h @ params.W_h.T + params.b_h + _input(params, x)
    value, slope = _of(phi, z)
    return params.keep * h + params.alpha * value, (x, h, slope)


def additive_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = keep·dh + W_hᵀ dz with dz = α·φ'(z) ⊙ dh."""
    x, h, slope = cache
    dz = params.alpha * slope * dh
    grads = {"W_h": (dz, h), "W_x": (dz, x), "b_h": dz, "b_x": dz}
    return params.keep * dh + dz @ params.W_h, grads


# -- layer norm


def layer_norm_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = φ(scale ⊙ â + shift), â = (a - mean a)/√(var a + ε), a = W_h h + b_h + W_x x + b_x.

    Mean and (biased) variance are over the units of one sequence.
    """
    a = h @ params.W_h.T + params.b_h + _input(params, x)
    centred = a - a.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + LAYER_NORM_EPS)
    normal = centred / spread
    value, slope = _of(phi, params.scale * normal + params.shift)
    return value, (x, h, normal, spread, slope)


def layer_norm_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """da = (dâ - mean dâ - â·mean(dâ ⊙ â))/√(var a + ε) with dâ = scale ⊙ φ'(·) ⊙ dh."""
    x, h, normal, spread, slope = cache
    dz = slope * dh
    d_normal = params.scale * dz
    along = (d_normal * normal).mean(axis=1, keepdims=True)
    da = (d_normal - d_normal.mean(axis=1, keepdims=True) - normal * along) / spread
    grads = {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}
    grads |= {"scale": dz * normal, "shift": dz}
    return da @ params.W_h, grads


# -- GRU


def gru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """PyTorch's GRU: h_next = (1-z) ⊙ n + z ⊙ h with n = φ(W_n x + b + r ⊙ (U_n h + b')).

    In the paper r is applied to h before the product; here after it, which is what cuDNN does.
    """
    (r_in, z_in, n_in), (r_h, z_h, n_h) = (
        np.split(v, 3, axis=1) for v in (_input(params, x), h @ params.W_h.T + params.b_h)
    )
    r, dr = _of(_SIGMOID, r_in + r_h)
    z, dz = _of(_SIGMOID, z_in + z_h)
    n, dn = _of(phi, n_in + r * n_h)
    return (1.0 - z) * n + z * h, (x, h, r, z, n, dr, dz, dn, n_h)


def gru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """The way back: through z's two branches, through n, and through W_h."""
    x, h, r, z, n, dr, dz, dn, n_h = cache
    dn_in = dh * (1.0 - z) * dn
    dz_in = dh * (h - n) * dz
    dr_in = dn_in * n_h * dr
    da_h = np.concatenate([dr_in, dz_in, dn_in * r], axis=1)
    da_x = np.concatenate([dr_in, dz_in, dn_in], axis=1)
    grads = {"W_h": (da_h, h), "W_x": (da_x, x), "b_h": da_h, "b_x": da_x}
    return dh * z + da_h @ params.W_h, grads


# -- LSTM


def lstm_step(params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray):
    """PyTorch's LSTM, gates i, f, g, o: c_next = f ⊙ c + i ⊙ g, h_next = o ⊙ φ(c_next)."""
    h, c = np.split(s, 2, axis=1)
    i_in, f_in, g_in, o_in = np.split(h @ params.W_h.T + params.b_h + _input(params, x), 4, axis=1)
    (i, di), (f, df), (o, do) = (_of(_SIGMOID, v) for v in (i_in, f_in, o_in))
    g, dg = _of(phi, g_in)
    c_next = f * c + i * g
    out, d_out = _of(phi, c_next)
    cache = (x, h, c, i, f, g, o, di, df, dg, do, out, d_out)
    return np.concatenate([o * out, c_next], axis=1), cache


def lstm_vjp(params: Parameters, phi: Activation, cache, ds: np.ndarray):
    """The direct road dc_prev = f ⊙ dc, and the one through the gates and W_h."""
    x, h, c, i, f, g, o, di, df, dg, do, out, d_out = cache
    dh, dc = np.split(ds, 2, axis=1)
    dc = dc + dh * o * d_out
    da = np.concatenate([dc * g * di, dc * c * df, dc * i * dg, dh * out * do], axis=1)
    grads = {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}
    return np.concatenate([da @ params.W_h, dc * f], axis=1), grads


# -- diagonal linear recurrence


def eigenvalues_of(params: Parameters) -> np.ndarray:
    """λ = exp(-exp(ν) + iθ) (⌈H/2⌉,): one of each pair; the last of an odd H has no partner."""
    return np.exp(-np.exp(params.nu) + 1j * params.theta)


def _complex(h: np.ndarray) -> np.ndarray:
    """(B, H) -> (B, ⌈H/2⌉): the real parts come first, then the imaginary ones."""
    pairs = h.shape[1] - h.shape[1] // 2
    s = h[:, :pairs].astype(complex)
    s[:, : h.shape[1] - pairs] += 1j * h[:, pairs:]
    return s


def _real(s: np.ndarray, H: int) -> np.ndarray:
    """The inverse of `_complex`."""
    return np.concatenate([s.real, s.imag[:, : H // 2]], axis=1)


def moduli(h: np.ndarray) -> np.ndarray:
    """Sizes of the pairs of units (…, H) -> (…, ⌈H/2⌉), of one unit if it has no partner."""
    return np.abs(_complex(h.reshape(-1, h.shape[-1]))).reshape(*h.shape[:-1], -1)


def lru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = λ ⊙ h + γ ⊙ W_x x, on pairs of real units as complex numbers; nothing else."""
    u = _complex(x @ params.W_x.T)
    s = _complex(h)
    rotated = eigenvalues_of(params) * s
    return _real(rotated + params.gamma * u, h.shape[1]), (x, u, rotated)


def lru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = λ* ⊙ dh: no W_h, no φ', the same in every step."""
    x, u, rotated = cache
    d = _complex(dh)
    turn = d.conj() * rotated
    grads = {
        "nu": -np.exp(params.nu) * turn.real,
        "theta": -turn.imag,
        "gamma": (d.conj() * u).real,
        "W_x": (_real(params.gamma * d, dh.shape[1]), x),
    }
    # An unpaired unit has no phase.
    grads["theta"][:, dh.shape[1] // 2 :] = 0.0
    return _real(eigenvalues_of(params).conj() * d, dh.shape[1]), grads


CELLS: dict[str, Cell] = {
    "vanilla": Cell(
        label="vanilla RNN",
        formula=r"h_t = \varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="Elman 1990",
        step=additive_step,
        vjp=additive_vjp,
        has_slope=True,
    ),
    "irnn": Cell(
        label="IRNN",
        formula=r"h_t = \max(0, W_h h_{t-1} + W_x x_t + b_h), \quad W_h = 1 \text{ at the start}",
        source="Le, Jaitly, Hinton 2015",
        step=additive_step,
        vjp=additive_vjp,
        has_slope=True,
        activation="relu",
        init="identity",
    ),
    "residual": Cell(
        label="residual RNN",
        formula=r"h_t = h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="He et al. 2016, in time",
        step=additive_step,
        vjp=additive_vjp,
        has_slope=True,
        settings=("alpha",),
    ),
    "leaky": Cell(
        label="leaky RNN",
        formula=r"h_t = (1-\alpha)\,h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="Jaeger et al. 2007",
        step=additive_step,
        vjp=additive_vjp,
        has_slope=True,
        settings=("alpha",),
    ),
    "layer_norm": Cell(
        label="layer-norm RNN",
        formula=r"h_t = \varphi(\mathrm{LN}(W_h h_{t-1} + W_x x_t + b_h))",
        source="Ba, Kiros, Hinton 2016",
        step=layer_norm_step,
        vjp=layer_norm_vjp,
        has_slope=True,
    ),
    "gru": Cell(
        label="GRU",
        formula=r"h_t = (1-z_t) \odot n_t + z_t \odot h_{t-1}, \quad "
        r"n_t = \tanh(W_n x_t + r_t \odot (U_n h_{t-1}))",
        source="Cho et al. 2014",
        step=gru_step,
        vjp=gru_vjp,
        gates=("r", "z", "n"),
        activation="tanh",
    ),
    "lstm": Cell(
        label="LSTM",
        formula=r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh c_t",
        source="Hochreiter, Schmidhuber 1997; Gers et al. 2000",
        step=lstm_step,
        vjp=lstm_vjp,
        gates=("i", "f", "g", "o"),
        states=2,
        activation="tanh",
        settings=("forget_bias",),
    ),
    "lru": Cell(
        label="linear recurrent unit",
        formula=r"h_t = \lambda \odot h_{t-1} + \gamma \odot W_x x_t, \quad "
        r"\lambda = e^{-e^{\nu} + i\theta}",
        source="Orvieto et al. 2023",
        step=lru_step,
        vjp=lru_vjp,
        activation="linear",
        init="",
        settings=("lambda_low", "lambda_high"),
    ),
}


def state_jacobian(
    cell: Cell, params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray
) -> np.ndarray:
    """J = ∂s_next/∂s (S, S) of one sequence, J[i, j] = ∂s_next[i]/∂s[j]; x (I,), s (S,).

    For the vanilla cell it is diag(φ'(z)) W_h, not its transpose.
    """
    _, cache = cell.step(params, phi, x[None], s[None])
    # One cached sequence serves every row of the identity.
    jacobian, _ = cell.vjp(params, phi, cache, np.eye(s.shape[-1]))
    return jacobian


def lstm_paths(jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An LSTM's Jacobian (2H, 2H) as the direct cell path and the rest; their sum is the whole.

    The direct path is c_{t-1} → c_t through the forget gates alone, diag(f_t) in the lower right
    block; the rest goes through h_{t-1}, W_h and the gates, or on from c_t to h_t.
    """
    H = len(jacobian) // 2
    direct = np.zeros_like(jacobian)
    direct[H:, H:] = np.diag(np.diag(jacobian)[H:])
    return direct, jacobian - direct
