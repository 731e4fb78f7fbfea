"""The linear recurrent unit: a diagonal linear recurrence."""

from __future__ import annotations

import numpy as np

from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters


def eigenvalues_of(params: Parameters) -> np.ndarray:
    """λ = exp(-exp(ν) + iθ) (⌈H/2⌉,): one of each pair; the last of an odd H has no partner."""
    return np.exp(-np.exp(params.nu) + 1j * params.theta)


def as_pairs(h: np.ndarray) -> np.ndarray:
    """(B, H) -> (B, ⌈H/2⌉): the real parts come first, then the imaginary ones."""
    pairs = h.shape[1] - h.shape[1] // 2
    s = h[:, :pairs].astype(complex)
    s[:, : h.shape[1] - pairs] += 1j * h[:, pairs:]
    return s


def as_units(s: np.ndarray, H: int) -> np.ndarray:
    """The inverse of `_complex`."""
    return np.concatenate([s.real, s.imag[:, : H // 2]], axis=1)


def moduli(h: np.ndarray) -> np.ndarray:
    """Sizes of the pairs of units (…, H) -> (…, ⌈H/2⌉), of one unit if it has no partner."""
    return np.abs(as_pairs(h.reshape(-1, h.shape[-1]))).reshape(*h.shape[:-1], -1)


def lru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = λ ⊙ h + γ ⊙ W_x x, on pairs of real units as complex numbers; nothing else."""
    u = as_pairs(x @ params.W_x.T)
    s = as_pairs(h)
    rotated = eigenvalues_of(params) * s
    return as_units(rotated + params.gamma * u, h.shape[1]), (x, u, rotated)


def lru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = λ* ⊙ dh: no W_h, no φ', the same in every step."""
    x, u, rotated = cache
    d = as_pairs(dh)
    turn = d.conj() * rotated
    grads = {
        "nu": -np.exp(params.nu) * turn.real,
        "theta": -turn.imag,
        "gamma": (d.conj() * u).real,
        "W_x": (as_units(params.gamma * d, dh.shape[1]), x),
    }
    # An unpaired unit has no phase.
    grads["theta"][:, dh.shape[1] // 2 :] = 0.0
    return as_units(eigenvalues_of(params).conj() * d, dh.shape[1]), grads
