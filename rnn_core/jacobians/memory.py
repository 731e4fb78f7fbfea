"""The forward side of the same product: what of a state is still there later.

    ∂h_t/∂h_1 = J_t … J_2        ‖δh_t‖ ≈ ‖J_t … J_2 δh_1‖ for a small change δh_1

A product that shrinks is a gradient that vanishes on its way back, and a state that is forgotten on
its way on: hidden states that start apart run together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_core.jacobians.lyapunov import EPS, Chain
from rnn_core.network.streams import STREAM_STARTS, stream
from rnn_core.numbers.logdomain import log10_norm, log10_scaled, magnitude_exponent

ROUNDING_MARGIN = 10.0  # times the rounding error of a state: nearer states are not told apart
HUGE = 2.0**1000  # states beyond this are scaled down before they are subtracted


# -- the linearised map


@dataclass(frozen=True, eq=False)
class MemoryNorms:
    """How a change of h_1 arrives at step t, t = 1 … T; row 0 is step 1, where nothing is lost."""

    log10_norm: np.ndarray  # (T,) log₁₀ ‖J_t … J_2‖₂
    log10_direction: np.ndarray  # (T,) log₁₀ ‖J_t … J_2 u‖
    direction: np.ndarray  # (S,) u, a unit vector


def memory_norms(
    chain: Chain, *, seed: int = 0, direction: np.ndarray | None = None
) -> MemoryNorms:
    """log₁₀ ‖∂h_t/∂h_1‖ and log₁₀ ‖∂h_t/∂h_1 u‖ forward in time, at any depth.

    u is a random unit vector of the seed, or `direction` (S,) brought to length 1. The second curve
    is the counterpart of the backward one, ‖vᵀ J_T … J_{t+1}‖ with a random unit v.
    """
    S = chain.size
    if direction is None:
        direction = stream(seed, STREAM_STARTS).standard_normal(S)
    u = np.asarray(direction, dtype=float)
    if u.shape != (S,) or not np.isfinite(u).all() or not u.any():
        raise ValueError(f"direction must be {S} finite numbers, not all 0, got {direction!r}")
    u = np.ldexp(u, -int(magnitude_exponent(u)))
    u = u / np.linalg.norm(u)
    product, vector = _Scaled(np.eye(S)), _Scaled(u[:, None])
    whole, one = np.zeros(chain.steps), np.zeros(chain.steps)
    for t in range(1, chain.steps):
        whole[t] = product.advance(chain, t).log10_spectral_norm()
        one[t] = vector.advance(chain, t).log10_spectral_norm()
    return MemoryNorms(log10_norm=whole, log10_direction=one, direction=u)


class _Scaled:
    """A matrix (S, n) as mantissa · 2^exponent, with one exponent for all of it."""

    def __init__(self, mantissa: np.ndarray) -> None:
        self.mantissa = mantissa
        self.exponent = 0

    def advance(self, chain: Chain, t: int) -> _Scaled:
        """Multiply by J_t from the left."""
        with np.errstate(under="ignore"):
            product = chain.apply(t, self.mantissa)
            shift = int(magnitude_exponent(product.ravel()))
            self.mantissa = np.ldexp(product, -shift)
        self.exponent += shift
        return self

    def log10_spectral_norm(self) -> float:
        """log₁₀ of the largest singular value; -inf for 0."""
        if self.mantissa.shape[1] == 1:
            return float(log10_norm(self.mantissa.T, self.exponent)[0])
        with np.errstate(under="ignore"):
            # The largest eigenvalue of MᵀM is as exact as its own root, at half the cost of an SVD.
            largest = np.sqrt(np.linalg.eigvalsh(self.mantissa.T @ self.mantissa)[-1])
        return float(log10_scaled(largest, self.exponent))


# -- the map itself


def initial_states(seed: int, count: int, size: int, scale: float = 1.0) -> np.ndarray:
    """`count` starting points h_0 ~ N(0, scale²), (K, S)."""
    return scale * stream(seed, STREAM_STARTS).standard_normal((count, size))


@dataclass(frozen=True, eq=False)
class Trajectories:
    """States that started apart and saw the same input. N = T unless an overflow ended it before.

    Row 0 is the start. float64 cannot tell states apart that are nearer than `log10_rounding`: what
    a contracting map draws together ends in the same bits, a distance of -inf, or one rounding
    error apart for good. In exact arithmetic the distances would go on shrinking.
    """

    states: np.ndarray  # (N+1, K, S)
    plane: np.ndarray  # (N+1, K, 2) the first two principal components
    explained: np.ndarray  # (2,) their share of the variance; 0 where nothing varies
    log10_median: np.ndarray  # (N+1,) log₁₀ of the distances over the pairs of states
    log10_lowest: np.ndarray  # (N+1,)
    log10_highest: np.ndarray  # (N+1,)
    log10_rounding: np.ndarray  # (N+1,) below this a distance says nothing
    overflow: int | None  # the step (from 1) whose state left float64's range

    @property
    def merged(self) -> int | None:
        """The first step (0 is the start) with all states the same to rounding, or None."""
        same = ~(self.log10_highest > self.log10_rounding)
        return int(same.argmax()) if same.any() else None

    @property
    def log10_ratio(self) -> float:
        """log₁₀ of the last median distance over the first; -inf if it became 0, 0 if it was."""
        first, last = self.log10_median[0], self.log10_median[-1]
        return 0.0 if np.isneginf(first) else float(last - first)

    @cached_property
    def resolved(self) -> int:
        """The last step up to which every median distance is clear of rounding."""
        lost = ~(self.log10_median > self.log10_rounding)
        return max(int(lost.argmax()) - 1, 0) if lost.any() else len(lost) - 1

    @property
    def decades_per_step(self) -> float:
        """Mean growth of the log₁₀ median distance per step, up to the `resolved` one.

        Where already the first step is not resolved, -inf if it brought the states nearer, else 0.
        """
        n = self.resolved
        if n == 0:
            return -np.inf if self.log10_ratio < 0.0 else 0.0
        return float(self.log10_median[n] - self.log10_median[0]) / n


def trajectories(
    step: Callable[[np.ndarray, np.ndarray], np.ndarray], x: np.ndarray, starts: np.ndarray
) -> Trajectories:
    """Run K states (K, S) under the same input x (T, I).

    step(x_t (K, I), s (K, S)) returns the next states (K, S). Stops before the first state that is
    not finite.
    """
    x, starts = np.asarray(x, dtype=float), np.asarray(starts, dtype=float)
    if x.ndim != 2:
        raise ValueError(f"x must be (T, I), got {x.shape}")
    if starts.ndim != 2 or len(starts) < 2:
        raise ValueError(f"starts must be (K, S) with K of at least 2, got {starts.shape}")
    if not np.isfinite(starts).all():
        raise ValueError("starts has entries that are not finite")
    T, (K, S) = len(x), starts.shape
    states = np.empty((T + 1, K, S))
    states[0] = starts
    overflow = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for t in range(T):
            states[t + 1] = step(np.broadcast_to(x[t], (K, x.shape[1])), states[t])
            if not np.isfinite(states[t + 1]).all():
                overflow = t + 1
                states = states[:overflow].copy()
                break
        plane, explained = _principal_plane(states)
        lowest, median, highest, size = _distances(states)
    return Trajectories(
        states=states,
        plane=plane,
        explained=explained,
        log10_median=median,
        log10_lowest=lowest,
        log10_highest=highest,
        log10_rounding=size + np.log10(EPS * ROUNDING_MARGIN),
        overflow=overflow,
    )


def _distances(states: np.ndarray) -> tuple[np.ndarray, ...]:
    """log₁₀ of the lowest, median and highest pairwise distance, and of the largest norm (N+1,)."""
    down = 2 * int(np.abs(states).max() > HUGE)  # a difference of two large numbers can overflow
    scaled = np.ldexp(states, -down) if down else states
    K = states.shape[1]
    pairs = [log10_norm(scaled[:, k + 1 :] - scaled[:, k : k + 1], down) for k in range(K - 1)]
    distances = np.sort(np.concatenate(pairs, axis=1), axis=1)  # (N+1, K(K-1)/2)
    middle = distances.shape[1] // 2
    median = distances[:, middle]
    if distances.shape[1] % 2 == 0:
        below = distances[:, middle - 1]
        median = np.where(np.isneginf(below), below, (below + median) / 2)
    return distances[:, 0], median, distances[:, -1], log10_norm(scaled, down).max(axis=1)


def _principal_plane(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two principal components (N+1, K, 2) of all states, and their share of variance.

    Each axis points to where its largest weight is positive, so that the picture does not flip.
    """
    S = states.shape[-1]
    power = int(magnitude_exponent(states.ravel())) + 1
    rows = np.ldexp(states, -power).reshape(-1, S)
    rows = rows - rows.mean(axis=0)
    variance, axes = np.linalg.eigh(rows.T @ rows)
    variance, axes = np.maximum(variance[::-1], 0.0), axes[:, ::-1]
    n = min(2, S)
    axes = axes[:, :n]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(n)] < 0, -1.0, 1.0)
    plane = np.zeros((*states.shape[:2], 2))
    largest = np.finfo(float).max  # the length of a finite state may not be finite
    component = np.clip(np.ldexp(rows @ axes, power), -largest, largest)
    plane[..., :n] = component.reshape(*states.shape[:2], n)
    explained = np.zeros(2)
    total = variance.sum()
    if total > 0.0:
        explained[:n] = variance[:n] / total
    return plane, explained
