"""Pascanu's Ω: a penalty on gradients that change their length on the way back.

    Ω = mean over steps and sequences of (‖J_tᵀ δ_t‖/‖δ_t‖ - 1)²        J_t = diag(φ'(z_t)) W_h

Its gradient is the immediate one, as in Pascanu, Mikolov, Bengio 2013: δ_t and φ'(z_t) count as
given, only the W_h inside J_t is varied. For cells with `two_factors`.
"""

from __future__ import annotations

import numpy as np


def omega(W_h: np.ndarray, dphi: np.ndarray, delta: np.ndarray) -> tuple[float, np.ndarray]:
    """Ω and its immediate gradient ∂Ω/∂W_h (H, H), from φ'(z_t) and δ_t, both (T, B, H).

    Step 1 is left out, since nothing lies before it, and so is every δ_t of exactly 0; if nothing
    is left, both are 0.
    """
    H = W_h.shape[0]
    d = delta[1:].reshape(-1, H)
    size = np.abs(d).max(axis=1)
    alive = (size > 0) & np.isfinite(size)
    if not alive.any():
        return 0.0, np.zeros_like(W_h)
    # Only δ's direction counts; scaled, its norm cannot underflow.
    d = d[alive] / size[alive, None]
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    g = dphi[1:].reshape(-1, H)[alive] * d
    back = g @ W_h
    ratio = np.linalg.norm(back, axis=1)
    excess = ratio - 1.0
    # d(r-1)²/dW_h = 2(r-1)/r · g (W_hᵀ g)ᵀ; where r is 0 the norm has no slope, and 0 is used.
    slope = np.divide(excess, ratio, out=np.zeros_like(ratio), where=ratio > 0)
    gradient = (g * slope[:, None]).T @ back
    return float(np.mean(excess**2)), gradient * (2.0 / len(d))
