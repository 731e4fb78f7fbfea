"""Parameters: the arrays of one network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Parameters:
    """The arrays of one network; weights are (out, in), as in PyTorch.

    A gated cell has G blocks of H rows, in PyTorch's order: r, z, n for the GRU, i, f, g, o for the
    LSTM. What only some cells have is at the end, with what it is for the others.
    """

    # (G·H, H); for the linear recurrent unit the matrix that ν and θ stand for; (0, H) for none
    W_h: np.ndarray
    W_x: np.ndarray  # (G·H, I)
    b_h: np.ndarray  # (G·H,), PyTorch's bias_hh
    W_y: np.ndarray  # (O, H)
    b_y: np.ndarray  # (O,)
    b_x: np.ndarray | None = None  # (G·H,), PyTorch's bias_ih; None is 0
    keep: float = 0.0  # h_t = keep·h_{t-1} + alpha·φ(z_t)
    alpha: float = 1.0
    damping: float = 0.0  # γ of the antisymmetric RNN, ε of the coRNN
    stiffness: float = 0.0  # γ of the coRNN
    beta: float = 1.0  # the largest β of the gated delta rule
    exp_forget: float = 0.0  # whether the forget gates of xLSTM are exp, and not σ
    stabilised: float = 1.0  # whether its state is kept in units of e^m
    scale: np.ndarray | None = None  # (H,), of the layer norm
    shift: np.ndarray | None = None  # (H,)
    nu: np.ndarray | None = None  # (⌈H/2⌉,), of the linear recurrent unit: |λ| = exp(-exp(ν))
    theta: np.ndarray | None = None  # (⌈H/2⌉,), its phases
    gamma: np.ndarray | None = None  # (⌈H/2⌉,), its input's scale, √(1 - |λ|²)
    decay: np.ndarray | None = None  # (H,), Λ of the RG-LRU: an open gate keeps e^(-8 softplus(Λ))
    u: np.ndarray | None = None  # (H,), of the IndRNN: what each unit hears of itself
    W_z: np.ndarray | None = None  # (H, H), of the coRNN: what a unit hears of the velocities
    log_rate: np.ndarray | None = None  # (H,), of the selective SSM: A = -exp(log_rate)
    log_A: np.ndarray | None = None  # (1,), of the gated delta rule: α = exp(-A softplus(·))
    xi: np.ndarray | None = None  # (K,), of RWKV-7: what of a key is removed from the state
    mu: np.ndarray | None = None  # (K,), of RWKV-7: how far its removal weakens what is written
