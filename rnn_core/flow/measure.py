"""Numbers of a curve of gradient norms: spread, slope, half-life, horizon, ratio of its ends.

A curve is log₁₀ ‖∂L/∂h_t‖ over t = 1 … T, and may hold -inf where the gradient is exactly 0.
Functions of arrays and numbers only; nothing here runs a network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HORIZON_THRESHOLD = -3.0  # log₁₀ ‖δ_t‖/‖δ_T‖ below which a step no longer counts
SATURATED_BELOW = 0.1  # |φ'(z)| of a saturated unit; for tanh this is |h| > 0.95


@dataclass(frozen=True)
class Spread:
    """Median and 10–90 % band over sequences."""

    median: np.ndarray  # (T,)
    low: np.ndarray  # (T,)
    high: np.ndarray  # (T,)


@dataclass(frozen=True)
class Reasons:
    """What one backward step does to the norm, on average: the factor of φ'⊙, and that of W_hᵀ.

    Both are geometric means over the steps; their product is that of the whole step.
    """

    activation: float
    recurrence: float


def spread(values: np.ndarray) -> Spread:
    """Median, 10 % and 90 % quantile over axis 1 of (T, B), by linear interpolation; -inf allowed.

    np.quantile turns a pair of -inf into NaN, and costs more than the sweep it summarises.
    """
    ordered = np.sort(values, axis=1)
    last = values.shape[1] - 1

    def quantile(q: float) -> np.ndarray:
        position = q * last
        below = int(position)
        weight = position - below
        if weight == 0.0:
            return ordered[:, below]
        return (1.0 - weight) * ordered[:, below] + weight * ordered[:, below + 1]

    return Spread(median=quantile(0.5), low=quantile(0.1), high=quantile(0.9))


def log10_slope(curve: np.ndarray) -> float:
    """Least-squares slope of the curve against the lag T - t, in decades per step back.

    Only finite points count; NaN with fewer than two of them.
    """
    lag = np.arange(len(curve) - 1, -1, -1, dtype=float)
    finite = np.isfinite(curve)
    if finite.sum() < 2:
        return float("nan")
    if not finite.all():
        lag, curve = lag[finite], curve[finite]
    lag = lag - lag.mean()
    return float(lag @ (curve - curve.mean()) / (lag @ lag))


def half_life(slope: float) -> float:
    """Steps for the norm to halve (or double), from decades per step; inf for a flat curve."""
    if slope == 0:
        return float("inf")
    return float(np.log10(2.0) / abs(slope))


def horizon(curve: np.ndarray, threshold: float = HORIZON_THRESHOLD) -> int | None:
    """The lag at which ‖δ_t‖/‖δ_T‖ first drops below 10^threshold; None if it never does."""
    with np.errstate(invalid="ignore"):  # exactly 0 throughout
        below = (curve - curve[-1])[::-1] < threshold
    return int(below.argmax()) if below.any() else None


def log10_ratio(curve: np.ndarray) -> float:
    """log₁₀ ‖δ_1‖/‖δ_T‖; -inf where δ_1 is exactly 0."""
    return -math.inf if np.isneginf(curve[0]) else float(curve[0] - curve[-1])


def shares(log10_terms: np.ndarray) -> np.ndarray:
    """Each term's share of the sum over axis 0, from log₁₀ sizes; 0 where all terms are 0."""
    top = log10_terms.max(axis=0, keepdims=True)
    size = 10.0 ** (log10_terms - np.where(np.isfinite(top), top, 0.0))
    total = size.sum(axis=0, keepdims=True)
    return np.divide(size, total, out=np.zeros_like(size), where=total > 0)
