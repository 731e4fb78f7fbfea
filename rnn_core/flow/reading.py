"""What one curve of gradient norms says: its rate, its reach, and the verdict on both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_core.flow import measure
from rnn_core.flow.verdict import verdict


@dataclass(frozen=True)
class Rate:
    """How fast: what one step back multiplies the norm by, and the steps until it has halved (or
    doubled, for a factor above 1). NaN where the curve has no two finite points."""

    factor: float
    half_life: float


@dataclass(frozen=True)
class Reach:
    """How far: log₁₀ of what arrives at step 1, relative to step T; and the horizon, the lag at
    which the norm is first below 1/1000 of the last step's, None if it never is."""

    log10_ratio: float
    horizon: int | None


@dataclass(frozen=True, eq=False)
class Reading:
    """A curve log₁₀ ‖δ_t‖ over t = 1 … T, -inf where the gradient is exactly 0."""

    curve: np.ndarray  # (T,)

    @cached_property
    def slope(self) -> float:
        """Decades per step back, least squares; NaN if the curve is exactly 0."""
        return measure.log10_slope(self.curve)

    @cached_property
    def rate(self) -> Rate:
        """Factor per step back, and half-life or doubling time."""
        with np.errstate(over="ignore"):
            factor = float(np.power(10.0, self.slope))
        return Rate(factor, measure.half_life(self.slope))

    @cached_property
    def reach(self) -> Reach:
        """What arrives at step 1, and the horizon."""
        return Reach(measure.log10_ratio(self.curve), measure.horizon(self.curve))

    @cached_property
    def verdict(self) -> str:
        """The name of one of the five words of VERDICTS."""
        return verdict(self.reach.log10_ratio, self.slope, len(self.curve))

    @cached_property
    def zero_until(self) -> int | None:
        """The step (from 1) at and before which the gradient is exactly 0, or None."""
        alive = ~np.isneginf(self.curve)
        return (int(alive.argmax()) if alive.any() else len(alive)) or None

    @property
    def rated(self) -> bool:
        """Whether one rate describes the curve: none leads to exactly 0."""
        return not self.zero_until and not math.isnan(self.slope)
