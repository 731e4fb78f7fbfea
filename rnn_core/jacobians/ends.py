"""Where states that started apart have come to: forgotten, several attractors, still apart, chaos.

Two distances cannot tell these from one another: a median pair may have met while others never
will (the latch of Bengio, Simard, Frasconi 1994: tanh(2h) keeps its sign), and a state whose
neighbours leave it may stay within bounds. So all pairs are looked at, from the first step to the
last and over the second half, and small changes are followed along every path.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_core.jacobians.memory import Trajectories
from rnn_core.numbers.logdomain import log10_norm

Step = Callable[[np.ndarray, np.ndarray], np.ndarray]

MET = -3.0  # log₁₀ of the last over the first distance: a thousand times nearer
TWICE = 0.30103
STILL = 0.02  # decades from the third to the fourth quarter: a pair that nears by less has settled
CHAOS = 1.0  # decades by which a small change grows in the second half
SMALL = 2.0**-20  # of a state's size: far above rounding, and nearly linear
SETTLED = 0.1  # of the rate at which small changes shrink: a pair that nears no faster has settled
BLURRED = 8.0  # decades above a state's last digit: so near, rounding keeps two paths apart
AFFINE = 1e-9  # relative; a curved map misses by far more


@dataclass(frozen=True, eq=False)
class Ends:
    """The pairs of K starts after N steps, and what became of small changes beside them."""

    first: np.ndarray  # (P,) log₁₀ of the distance of each pair at the start
    last: np.ndarray  # (P,) at step N
    quarters: np.ndarray  # (2, P) its mean over the third and the fourth quarter of the steps
    same: np.ndarray  # (P,) bool: not told apart by float64 at step N
    blurred: np.ndarray  # (P,) bool: so near that rounding may keep them apart
    pairs: np.ndarray  # (P, 2) the two starts of each pair
    expansion: np.ndarray  # (K,) ln of a small change's growth per step of the second half
    swelling: np.ndarray  # (K,) that of the state's own size; 0 where it shrinks
    counted: int  # the steps of the second half
    affine: bool  # between these starts the map is linear: all differences share one product

    @cached_property
    def shrinking(self) -> np.ndarray:
        """Which pairs are still nearing (P,); means, since an input moves the distances about."""
        with np.errstate(invalid="ignore"):
            return self.same | (self.quarters[1] - self.quarters[0] < -STILL)

    @cached_property
    def settled(self) -> np.ndarray:
        """Which pairs stay as far apart as they are, while small changes beside both shrink (P,).

        Beside an attractor a change is soon gone, and the distance to another attractor stays.
        Where both shrink at one slow rate, all are still on their way to one place.
        """
        with np.errstate(invalid="ignore"):
            nearing = (self.quarters[1] - self.quarters[0]) * math.log(10.0) / (self.counted / 2)
            shrinks = -self.expansion[self.pairs].max(axis=1)
            return (shrinks > 0) & (np.abs(nearing) <= SETTLED * shrinks)

    @cached_property
    def met(self) -> np.ndarray:
        """Which pairs are one state: the same, or a thousand times nearer and still nearing, unless
        rounding alone is left between them."""
        with np.errstate(invalid="ignore"):
            nearer = self.last - self.first < MET
        return self.same | (nearer & (self.shrinking | self.blurred))

    @cached_property
    def groups(self) -> list[int]:
        """How many starts ended in each place, the most first; two that have met share one."""
        K = int(self.pairs.max()) + 1
        place = np.arange(K)
        for i, j in self.pairs[self.met]:
            place[place == place[j]] = place[i]
        return sorted(np.unique(place, return_counts=True)[1].tolist(), reverse=True)

    @property
    def exponent(self) -> float:
        """λ_max along the median path, natural logarithm per step of the second half."""
        return float(np.median(self.expansion))

    @property
    def chaotic(self) -> bool:
        """Whether a small change grows along paths that stay within bounds."""
        grown = self.counted / math.log(10.0)  # decades per exponent
        bounded = float(np.median(self.swelling)) * grown < TWICE
        return bounded and not self.affine and self.exponent * grown > CHAOS

    @property
    def reading(self) -> str:
        """What became of the starts, from all of their pairs.

        "forgotten": every pair has met. "fading": every pair is less than half as far apart as at
        first, and still nearing. "parted": some pairs have met and all others have settled: several
        attractors. "chaos": a small change grows. "growing": more than twice as far apart, in the
        median. "apart": none of these.
        """
        if self.met.all():
            return "forgotten"
        with np.errstate(invalid="ignore"):
            moved = self.last - self.first
        if (self.shrinking & (self.same | (moved < -TWICE))).all():
            return "fading"
        if self.met.any() and (self.met | self.settled & ~self.shrinking).all():
            return "parted"
        if self.chaotic:
            return "chaos"
        return "growing" if np.median(moved) > TWICE else "apart"


def ends(step: Step, x: np.ndarray, run: Trajectories) -> Ends:
    """Read `run`, the trajectories of step(x_t (K, I), s (K, S)) under x (T, I)."""
    states = run.states
    N, K = len(states) - 1, states.shape[1]
    pairs = np.stack(np.triu_indices(K, 1), axis=1)
    middle = N // 2
    distances = _distances(states, pairs)
    late = (N + middle) // 2
    size = _log10_size(states)
    swelling = (size[N] - size[middle]) * math.log(10.0) / max(N - middle, 1)
    return Ends(
        first=distances[0],
        last=distances[N],
        quarters=np.stack([distances[middle:late].mean(axis=0), distances[late:].mean(axis=0)])
        if late > middle
        else distances[[0, N]],
        same=~(distances[N] > run.log10_rounding[N]),
        blurred=distances[N] < run.log10_rounding[N] + BLURRED,
        pairs=pairs,
        expansion=_expansion(step, x, states, middle),
        swelling=np.maximum(swelling, 0.0),
        counted=N - middle,
        affine=_affine(step, x, states),
    )


def _distances(states: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """log₁₀ of the distance of each pair (N+1, P) of states (N+1, K, S)."""
    half = np.ldexp(states, -1)  # a difference of two large numbers can overflow
    apart = [log10_norm(half[:, i] - half[:, j], 1) for i, j in pairs]
    return np.stack(apart, axis=1)


def _log10_size(states: np.ndarray) -> np.ndarray:
    """log₁₀ of the norms (N+1, K), those below 1 as 0."""
    return np.maximum(log10_norm(states), 0.0)


def _expansion(step: Step, x: np.ndarray, states: np.ndarray, since: int) -> np.ndarray:
    """ln of the growth per step of a small change beside each path (K,), from step `since` on.

    A neighbour is brought back to its distance after each step (Benettin et al. 1980); by step
    `since` its direction is the one that grows most. -inf where it fell onto the path.
    """
    N, K, S = len(states) - 1, *states.shape[1:]
    total = np.zeros(K)
    direction = np.broadcast_to(np.random.default_rng(0).standard_normal(S), (K, S))
    direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        for t in range(N):
            distance = SMALL * 10.0 ** _log10_size(states[t])
            beside = states[t] + distance[:, None] * direction
            moved = step(np.broadcast_to(x[t], (K, x.shape[1])), beside) - states[t + 1]
            length = np.ldexp(np.linalg.norm(np.ldexp(moved, -20), axis=1), 20)
            alive = np.isfinite(length) & (length > 0)
            if t >= since:
                total += np.where(length > 0, np.log(length / distance), -np.inf)
            direction = np.where(alive[:, None], moved / length[:, None], direction)
    return np.nan_to_num(total / max(N - since, 1), nan=0.0, posinf=0.0, neginf=-np.inf)


def _affine(step: Step, x: np.ndarray, states: np.ndarray) -> bool:
    """Whether at every step the middle of two states goes to the middle of where they go."""
    N, K = len(states) - 1, states.shape[1]
    half = np.ldexp(states, -1)
    middles = half[:, :1] + half[:, 1:]
    for t in range(N):
        there = step(np.broadcast_to(x[t], (K - 1, x.shape[1])), middles[t])
        off = log10_norm(there - middles[t + 1])
        if not (off < np.maximum(log10_norm(states[t + 1]).max(), -300.0) + np.log10(AFFINE)).all():
            return False
    return N > 0
