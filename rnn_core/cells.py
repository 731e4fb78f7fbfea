"""Cells: one step forward beside one step backward.

Axes, for every module of this package: T time, B batch, I input, H hidden, S state (H here).
Arrays over time are time-major, (T, B, H). A cell is two functions:

    step(params, phi, x, s) -> s_next, cache       (B, I), (B, S) -> (B, S)
    vjp(params, phi, cache, ds) -> ds_prev, grads  (B, S) -> (B, S); grads per sequence

`ds` is ∂L/∂s_next and `ds_prev` is ∂L/∂s through this one step: the transposed Jacobian applied
to ds. The Jacobian of any cell is therefore `vjp` of the identity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.activations import Activation
from rnn_core.weights import Parameters


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A recurrent cell by its name on screen, its formula (LaTeX) and its two functions."""

    label: str
    formula: str
    step: Callable
    vjp: Callable


def vanilla_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = φ(W_h h + W_x x + b_h)."""
    z = h @ params.W_h.T + x @ params.W_x.T + params.b_h
    h_next = phi.phi(z, np.empty_like(z))
    return h_next, (x, h, z, h_next)


def vanilla_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = W_hᵀ (φ'(z) ⊙ dh); grads are per sequence: (B, H, H), (B, H, I), (B, H)."""
    x, h, z, h_next = cache
    dz = dh * phi.dphi(z, h_next, np.empty_like(z))
    grads = {
        "W_h": dz[:, :, None] * h[:, None, :],
        "W_x": dz[:, :, None] * x[:, None, :],
        "b_h": dz,
    }
    return dz @ params.W_h, grads


CELLS: dict[str, Cell] = {
    "vanilla": Cell(
        label="vanilla RNN",
        formula=r"h_t = \varphi(W_h h_{t-1} + W_x x_t + b_h)",
        step=vanilla_step,
        vjp=vanilla_vjp,
    ),
}


def state_jacobian(
    cell: Cell, params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray
) -> np.ndarray:
    """J = ∂s_next/∂s (S, S) of one sequence, J[i, j] = ∂s_next[i]/∂s[j]; x (I,), s (S,).

    For the vanilla cell it is diag(φ'(z)) W_h, not its transpose.
    """
    size = s.shape[-1]
    _, cache = cell.step(params, phi, np.tile(x, (size, 1)), np.tile(s, (size, 1)))
    jacobian, _ = cell.vjp(params, phi, cache, np.eye(size))
    return jacobian
