"""Clipping a gradient by its global norm or by value, with PyTorch's semantics.

    by norm:  g ← g · min(1, max_norm/(‖g‖ + 1e-6))     torch.nn.utils.clip_grad_norm_
    by value: g_i ← min(max(g_i, -clip_value), clip_value)     torch.nn.utils.clip_grad_value_

Clipping by norm keeps the direction; clipping by value does not.
"""

from __future__ import annotations

import math

import numpy as np

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


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Cosine of the angle between two gradients of one shape; NaN if either is 0 or not finite."""
    largest = np.abs(a).max(), np.abs(b).max()
    if not (0.0 < largest[0] < math.inf and 0.0 < largest[1] < math.inf):
        return math.nan
    a, b = a.ravel() / largest[0], b.ravel() / largest[1]
    return float(np.clip(a @ b / math.sqrt((a @ a) * (b @ b)), -1.0, 1.0))
