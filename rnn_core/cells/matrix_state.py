"""A matrix as a state: S (V, K) is the state h, row after row, so that H is V·K.

Keys k (K,) and values v (V,) come from the input alone, and a step writes v kᵀ into S. A readout of
these cells sees h itself, y = W_y h: that is linear in S, as S q is for a query q. So the query is
the readout's, and the same at every step.
"""

from __future__ import annotations

import numpy as np


def sides(H: int) -> tuple[int, int]:
    """V and K of H = V·K entries: K is the smallest divisor that is √H or more.

    As square as can be, 8 × 8 of 64 and 4 × 8 of 32; a prime number makes a single row.
    """
    K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)
    return H // K, K


def values(H: int) -> int:
    """V, the rows of S."""
    return sides(H)[0]


def keys(H: int) -> int:
    """K, the columns of S."""
    return sides(H)[1]


def one(H: int) -> int:
    """A number for the whole of S."""
    return 1


def as_matrix(h: np.ndarray) -> np.ndarray:
    """(B, H) -> (B, V, K)."""
    return h.reshape(len(h), *sides(h.shape[1]))


def as_vector(S: np.ndarray) -> np.ndarray:
    """(B, V, K) -> (B, H)."""
    return S.reshape(len(S), -1)


def outer(v: np.ndarray, k: np.ndarray) -> np.ndarray:
    """v kᵀ (B, V, K) of v (B, V) and k (B, K)."""
    return v[:, :, None] * k[:, None, :]


def onto(S: np.ndarray, k: np.ndarray) -> np.ndarray:
    """S k (B, V)."""
    return (S * k[:, None, :]).sum(axis=2)


def across(S: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Sᵀ v (B, K)."""
    return (S * v[:, :, None]).sum(axis=1)


def unit(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """u (B, K) at length 1, and 1/√(‖u‖² + 10⁻⁵): what is next to nothing stays shorter."""
    scale = 1.0 / np.sqrt((u * u).sum(axis=1, keepdims=True) + 1e-5)
    return u * scale, scale


def from_unit(dk: np.ndarray, k: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """∂L/∂u from ∂L/∂k, k = `unit` of u."""
    return scale * (dk - k * (k * dk).sum(axis=1, keepdims=True))
