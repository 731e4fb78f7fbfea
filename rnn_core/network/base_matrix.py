"""W_0 of an initialisation, size and seed, and its spectrum: drawn once and remembered."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.streams import STREAM_WEIGHTS


@lru_cache(maxsize=64)
def base_matrix(
    init: str, hidden_size: int, seed: int, gate: int = 0, as_one: int = 1
) -> np.ndarray:
    """W_0 (H, H), read-only: the recurrent matrix of one gate at scale 1.

    as_one: how many gates' matrices are drawn as one; otherwise each has a stream of its own.
    """
    draw = INITIALISATIONS[init].draw
    if as_one > 1:
        whole = draw(np.random.default_rng([seed, STREAM_WEIGHTS]), hidden_size, as_one)
        matrix = whole[gate * hidden_size : (gate + 1) * hidden_size].copy()
    else:
        own = [seed, STREAM_WEIGHTS, gate] if gate else [seed, STREAM_WEIGHTS]
        matrix = draw(np.random.default_rng(own), hidden_size)
    matrix.setflags(write=False)
    return matrix


@lru_cache(maxsize=64)
def base_eigenvalues(
    init: str, hidden_size: int, seed: int, gate: int = 0, as_one: int = 1
) -> np.ndarray:
    """Eigenvalues (H,) of W_0, read-only, largest modulus first."""
    matrix = base_matrix(init, hidden_size, seed, gate, as_one)
    values = np.linalg.eigvals(matrix).astype(complex)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    values.setflags(write=False)
    return values


@lru_cache(maxsize=64)
def base_spectral_norm(init: str, hidden_size: int, seed: int) -> float:
    """σ_max of W_0."""
    return float(np.linalg.norm(base_matrix(init, hidden_size, seed), 2))
