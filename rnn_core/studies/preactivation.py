"""Where the units work: how the pre-activations z_t lie on the curve of φ.

    z_t = W_h h_{t-1} + W_x x_t + b_h

φ'(z) is what a unit lets through on the way back, so where z lies decides what becomes of the
gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import LOG10_2, log10_scaled

# Half the width shown. Fixed steps, so that the axis keeps still while a slider moves; the first
# shows the whole bend of tanh however small z is.
REACHES = (4.0, 8.0, 16.0, 32.0, 64.0)
COVERED = 0.99  # of all |z| lies within the chosen reach, if one of REACHES holds so much
BINS = 81  # odd: one is centred on 0, where all of z may sit


@dataclass(frozen=True, eq=False)
class Preactivations:
    """A histogram of z over units, steps and sequences, within ±reach.

    `passing` and `blocked` are densities per unit of z, of the values with φ'(z) ≥ 0.1 and with
    φ'(z) < 0.1; with `beyond`, the share of values outside, their areas add up to 1.
    """

    edges: np.ndarray  # (BINS + 1,)
    passing: np.ndarray  # (BINS,)
    blocked: np.ndarray  # (BINS,)
    below: float  # share of values left of -reach
    above: float  # and right of reach
    share_blocked: float  # of all values, those outside included
    share_zero: float  # of values that are exactly 0
    middle: tuple[float, float]  # 10 % and 90 % quantile of z, ±inf past float64
    log10_largest: float  # log₁₀ max|z|; -inf where all are 0

    @property
    def centres(self) -> np.ndarray:
        """The middle of each bin (BINS,)."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    @property
    def beyond(self) -> float:
        """Share of values outside."""
        return self.below + self.above

    @property
    def reach(self) -> float:
        """z is shown from -reach to reach."""
        return float(self.edges[-1])


def pre_activations(flow: GradientFlow) -> tuple[np.ndarray, np.ndarray | None]:
    """z_t (T, B, H) of a finished run as z · 2^exponent; exponent (T, B) is None where all are 0.

    The forward pass overwrote them with φ'(z_t); the states it kept give them back.
    """
    trace, params = flow.trace, flow.params
    drive = trace.x @ params.W_x.T + params.b_h + (0.0 if params.b_x is None else params.b_x)
    if trace.start is not None:
        drive[0] += trace.start @ params.W_h.T
    if trace.exponent is None:
        z = drive
        z[1:] += trace.h[:-1] @ params.W_h.T
        return z, None
    # In the exponent of the state that came of them: h_t = φ(z_t) has the size of z_t.
    own = trace.exponent
    before = np.concatenate([np.zeros_like(own[:1]), own[:-1]])
    z = np.ldexp(drive, np.clip(-own, -5000, 5000)[..., None])
    back = trace.h[:-1] @ params.W_h.T
    z[1:] += np.ldexp(back, np.clip(before - own, -5000, 5000)[1:, :, None])
    return z, own


def preactivations(flow: GradientFlow) -> Preactivations:
    """The histogram of z for one run."""
    scaled, exponent = pre_activations(flow)
    z, largest = scaled, log10_scaled(np.abs(scaled).max())
    if exponent is not None:
        size = np.abs(scaled).max(axis=2)
        with np.errstate(divide="ignore"):
            largest = (np.log10(size) + exponent * float(LOG10_2)).max()
        with np.errstate(over="ignore", under="ignore"):
            z = np.ldexp(scaled, np.clip(exponent, -5000, 5000)[..., None])
    z = z.ravel()
    low, high = _quantiles(z)
    reach = _reach(z)
    # From φ' of z itself: at the edge of saturation a bin's centre would put it on one side.
    assert flow.trace.dphi is not None  # the cell has one φ
    blocked = flow.trace.dphi.ravel() < SATURATED_BELOW
    inside = np.abs(z) <= reach
    width = 2 * reach / BINS
    cell = np.minimum(((z[inside] + reach) / width).astype(np.intp), BINS - 1)
    counts = np.bincount(cell + BINS * blocked[inside], minlength=2 * BINS) / (z.size * width)
    return Preactivations(
        edges=np.linspace(-reach, reach, BINS + 1),
        passing=counts[:BINS],
        blocked=counts[BINS:],
        below=float((z < -reach).mean()),
        above=float((z > reach).mean()),
        share_blocked=float(blocked.mean()),
        share_zero=float((z == 0).mean()),
        middle=(low, high),
        log10_largest=float(largest),
    )


def _quantiles(z: np.ndarray) -> tuple[float, float]:
    """10 % and 90 %, by values that occur: between -inf and inf there is nothing to interpolate."""
    at = [round(q * (z.size - 1)) for q in (0.1, 0.9)]
    found = np.partition(z, at)
    return float(found[at[0]]), float(found[at[1]])


def _reach(z: np.ndarray) -> float:
    at = round(COVERED * (z.size - 1))
    covering = np.partition(np.abs(z), at)[at]
    return next((r for r in REACHES if r >= covering), REACHES[-1])


def curves(activation: str, reach: float, points: int = 241) -> tuple[np.ndarray, ...]:
    """z, φ(z) and φ'(z), each (points + 2,), over ±reach, to be drawn over the histogram."""
    phi = ACTIVATIONS[activation]
    # With a point on either side of 0, the step of a ReLU's φ' stands upright.
    z = np.sort(np.concatenate([np.linspace(-reach, reach, points), [-1e-9, 1e-9]]))
    h = phi.phi(z, np.empty_like(z))
    return z, h, phi.dphi(z, h, np.empty_like(z))
