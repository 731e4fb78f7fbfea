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

from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.settings import Number

TANH, SIGMOID = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A recurrent cell by its name on screen, its formula (LaTeX), source and two functions.

    gates: blocks of H rows in W_h, W_x and the biases, in PyTorch's order, by name. states: S is
    states·H. activation, init: the choice that the cell makes by itself, or None where
    RNNConfig's counts; init "" means that it has no W_h to initialise. settings: the fields of
    RNNConfig that only this cell and its like know. additive: whether h_t = keep·h_{t-1} +
    α·φ(z_t), so that J_t = keep·1 + α·diag(φ'(z_t)) W_h.
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
    settings: tuple[Number, ...] = ()
    has_slope: bool = False
    additive: bool = False

    @property
    def two_factors(self) -> bool:
        """Whether J_t is diag(φ'(z_t)) W_h and nothing else: keep is 0, and α 1."""
        return self.additive and not self.settings

    @property
    def has_matrix(self) -> bool:
        """Whether the recurrence has a matrix W_h."""
        return self.init != ""


def summed(grad: np.ndarray | tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """A parameter's gradient, summed over the batch."""
    return grad[0].T @ grad[1] if isinstance(grad, tuple) else grad.sum(axis=0)


def value_and_slope(activation: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """φ(z) and φ'(z)."""
    value = activation.phi(z, np.empty_like(z))
    return value, activation.dphi(z, value, np.empty_like(z))


def input_drive(params: Parameters, x: np.ndarray) -> np.ndarray:
    """W_x x + b_x (B, G·H)."""
    drive = x @ params.W_x.T
    return drive if params.b_x is None else drive + params.b_x


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
