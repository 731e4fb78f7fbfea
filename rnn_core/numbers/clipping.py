"""Clipping a gradient by its global norm, by value, tensor by tensor or unit by unit.

    by norm:  g ← g · min(1, max_norm/(‖g‖ + 1e-6))     torch.nn.utils.clip_grad_norm_
    by value: g_i ← min(max(g_i, -clip_value), clip_value)     torch.nn.utils.clip_grad_value_
    by tensor: by norm, each parameter alone                   Keras's clipnorm
    by unit:  g_i ← g_i · min(1, λ max(‖W_i‖, 1e-3)/‖g_i‖), for the weights W_i of each unit
                                        adaptive gradient clipping, Brock et al. 2021

The first two have PyTorch's semantics. Clipping by norm keeps the direction; the others do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

SMALLEST_WEIGHTS, SMALLEST_GRADIENT = 1e-3, 1e-6  # of a unit, as in Brock et al.
NORM_EPS = 1e-6  # PyTorch's, so that a gradient of exactly max_norm is shortened by a millionth


def norm_factor(norm: float, max_norm: float) -> float:
    """What clipping by norm multiplies a gradient of length `norm` by: at most 1."""
    return min(1.0, max_norm / (norm + NORM_EPS))


def by_norm(g: np.ndarray, max_norm: float) -> np.ndarray:
    """`g`, of any shape, shortened to a norm of at most `max_norm`."""
    return g * norm_factor(float(np.linalg.norm(g)), max_norm)


def by_value(g: np.ndarray, clip_value: float) -> np.ndarray:
    """`g` with every entry brought into ±clip_value."""
    return np.clip(g, -clip_value, clip_value)


def by_tensor(gradients: Iterable[np.ndarray], max_norm: float) -> None:
    """Shorten each gradient to a norm of at most `max_norm`, in place."""
    for g in gradients:
        g *= g.dtype.type(norm_factor(float(np.linalg.norm(g)), max_norm))


def by_unit(gradients: Iterable[np.ndarray], weights: Iterable[np.ndarray], ratio: float) -> None:
    """Shorten the gradient of each unit's weights to `ratio` of their norm, in place.

    A unit is a row of a matrix, or a vector as a whole; weights of a norm below 1e-3 count as such.
    """
    for g, W in zip(gradients, weights, strict=True):
        rows, own = (g, W) if g.ndim > 1 else (g[None], W[None])
        most = ratio * np.maximum(np.linalg.norm(own, axis=1, keepdims=True), SMALLEST_WEIGHTS)
        size = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), SMALLEST_GRADIENT)
        rows *= np.minimum(most / size, 1.0).astype(g.dtype)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Cosine of the angle between two gradients of one shape; NaN if either is 0 or not finite."""
    largest = np.abs(a).max(), np.abs(b).max()
    if not (0.0 < largest[0] < math.inf and 0.0 < largest[1] < math.inf):
        return math.nan
    a, b = a.ravel() / largest[0], b.ravel() / largest[1]
    return float(np.clip(a @ b / math.sqrt((a @ a) * (b @ b)), -1.0, 1.0))
