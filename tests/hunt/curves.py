"""What a curve of gradient norms says, worked out from the points that are drawn and from nothing
that made a sentence of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

EDGE = 1e-4  # decades: so near a limit float32 may fall on its other side


@dataclass(frozen=True)
class Curve:
    """log₁₀ of a norm at steps 1 … T; -inf where it is exactly 0."""

    y: np.ndarray

    @property
    def steps(self) -> int:
        return len(self.y)

    @property
    def zero(self) -> int:
        """How many of the first steps it is exactly 0 at."""
        alive = np.flatnonzero(~np.isneginf(self.y))
        return int(alive[0]) if alive.size else self.steps

    @property
    def ratio(self) -> float:
        """log₁₀ of the first over the last."""
        return -math.inf if self.zero else float(self.y[0] - self.y[-1])

    @property
    def slope(self) -> float:
        """Decades per step back, by least squares over what is drawn; NaN without two points."""
        at = np.flatnonzero(np.isfinite(self.y))
        if len(at) < 2:
            return math.nan
        return float(-np.polyfit(at, self.y[at], 1)[0])

    @property
    def half_life(self) -> float:
        """Steps to halve or double."""
        return math.log10(2) / abs(self.slope) if self.slope else math.inf

    @property
    def flat(self) -> bool:
        """Whether it neither halves nor doubles within a quarter of the sequence."""
        return not self.half_life < 0.25 * self.steps * (1 - 1e-4)

    def horizons(self, threshold: float = -3.0) -> set[int | None]:
        """The lags at which it may be called first below the threshold; None: never."""
        back = self.y[::-1] - self.y[-1]
        found: set[int | None] = set()
        for lag, value in enumerate(back):
            if value < threshold + EDGE:
                found.add(lag)
            if value < threshold - EDGE:
                return found
        return found | {None}

    @property
    def words(self) -> set[str]:
        """The verdicts it may have: one, or two at a limit between them."""
        found = {self._word(self.ratio + off, grace) for off in (-EDGE, 0, EDGE) for grace in GRACE}
        return found

    def _word(self, ratio: float, grace: float) -> str:
        if ratio < -3:
            return "vanishing"
        if ratio > 3:
            return "exploding"
        fast = self.half_life < 0.25 * self.steps * grace
        if ratio < -1 or (ratio <= 1 and fast and self.slope < 0):
            return "fading"
        return "growing" if ratio > 1 or fast else "flowing"


GRACE = (1 - 1e-4, 1 + 1e-4)
WAY = {"vanishing": -1, "fading": -1, "flowing": 0, "growing": 1, "exploding": 1}
WORDS = {word.title(): word for word in WAY}
