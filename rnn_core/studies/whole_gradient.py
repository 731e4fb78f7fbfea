"""The gradient of all parameters of the cell as one vector, of any size; and the same clipped.

What clipping by norm sees is one vector of every entry of every parameter's gradient. Its length
may lie far outside float64, so it is kept as value · 2^exponent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rnn_core.cells.tape import Tape
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.losses import Direct
from rnn_core.flow.sweep import sweep
from rnn_core.numbers import clipping
from rnn_core.numbers.logdomain import LOG10_2, log10_norm


@dataclass(frozen=True, eq=False)
class WholeGradient:
    """∂L/∂θ by parameter, value · 2^exponent; for the cell's parameters, not the readout's."""

    parts: dict[str, np.ndarray]
    exponent: int

    @property
    def value(self) -> np.ndarray:
        """Every entry, without the exponent (P,)."""
        return np.concatenate([part.ravel() for part in self.parts.values()])

    @property
    def finite(self) -> bool:
        """False where the state itself has left float64, and nothing can be said."""
        return bool(np.isfinite(self.value).all())

    @property
    def log10_norm(self) -> float:
        """log₁₀ of the global norm; -inf where every entry is 0."""
        return float(log10_norm(self.value[None], np.array([self.exponent]))[0])

    @property
    def norm(self) -> float:
        """The global norm; inf beyond float64."""
        return 10.0**self.log10_norm if self.log10_norm < 308.0 else math.inf


def gradient_of(tape: Tape, delta: np.ndarray, exponent: np.ndarray) -> WholeGradient:
    """∂L/∂θ from all δ · 2^exponent of a sweep: brought to one common exponent, then summed.

    A term below 1e-308 of the largest is lost, as it would be in any sum of floats.
    """
    alive = delta.any(axis=-1)
    common = int(exponent[alive].max()) if alive.any() else 0
    shift = np.maximum(exponent - common, -5000)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return WholeGradient(tape.gradients(np.ldexp(delta, shift[..., None])), common)


def whole_gradient(flow: GradientFlow) -> WholeGradient:
    """∂L/∂θ of `flow`."""
    return gradient_of(flow.trace.tape, flow.sweep.delta, flow.sweep.exponent)


def factor(found: WholeGradient, max_norm: float) -> tuple[float, int]:
    """What clipping by norm multiplies the gradient by, as mantissa and power of two."""
    if math.isfinite(found.norm):
        return math.frexp(clipping.norm_factor(found.norm, max_norm))
    log2 = (math.log10(max_norm) - found.log10_norm) / float(LOG10_2)
    return 2.0 ** (log2 - math.floor(log2)), math.floor(log2)


def clipped_flow(flow: GradientFlow, whole: WholeGradient, max_norm: float) -> GradientFlow:
    """The flow whose ∂L/∂θ is `whole`, that of `flow`, clipped by norm.

    ∂L/∂θ is linear in the loss, so its gradient is shortened by shortening what enters at the loss;
    the sweep back is run again from there.
    """
    mantissa, power = factor(whole, max_norm)
    before = flow.direct
    exponent = np.zeros(before.value.shape[:2], dtype=np.int64)
    if before.exponent is not None:
        exponent = exponent + before.exponent
    direct = Direct(before.value * mantissa, exponent + power)
    return replace(flow, direct=direct, sweep=sweep(flow.trace.tape, direct))


@dataclass(frozen=True, eq=False)
class Clipped:
    """One gradient before and after clipping by norm, and the terms of ∂L/∂W_h of both."""

    limit: float
    log10_before: float  # log₁₀ of the global norm
    log10_after: float
    shares_before: np.ndarray  # (T,) of ∂L/∂W_h, as GradientFlow.shares
    shares_after: np.ndarray  # (T,)
    log10_delta_before: np.ndarray  # (T,) log₁₀ ‖∂L/∂h_t‖, median over the sequences
    log10_delta_after: np.ndarray  # (T,)

    @property
    def clipped(self) -> bool:
        return self.log10_before > math.log10(self.limit)

    @property
    def old(self) -> int:
        """How many steps make up the older half of the sequence."""
        return len(self.shares_before) // 2


def clipped(flow: GradientFlow, whole: WholeGradient, max_norm: float) -> Clipped | None:
    """Clip ∂L/∂θ of `flow` by norm, and read its terms again from a sweep of its own.

    None where the forward pass has overflowed: there is no gradient to clip.
    """
    if flow.overflow is not None or not whole.finite:
        return None
    after = clipped_flow(flow, whole, max_norm)
    shortened = whole_gradient(after)
    return Clipped(
        max_norm,
        whole.log10_norm,
        shortened.log10_norm,
        flow.shares,
        after.shares,
        flow.spread.median,
        after.spread.median,
    )


@dataclass(frozen=True, eq=False)
class ByThreshold:
    """What both ways of clipping do to one gradient, for each threshold; log₁₀ but the cosines."""

    log10_limits: np.ndarray  # (N,)
    norm_cosine: np.ndarray  # (N,) direction kept by norm
    value_cosine: np.ndarray  # (N,) direction kept by value
    log10_norm_length: np.ndarray  # (N,) length after, by norm
    log10_value_length: np.ndarray  # (N,) length after, by value


def by_threshold(whole: WholeGradient, low: float, high: float, count: int) -> ByThreshold:
    """Clip `whole` by norm and by value at `count` limits from 10^low to 10^high.

    In the scale of its own numbers, so that one far outside float64 is clipped all the same.
    """
    log10_limits = np.linspace(low, high, count)
    g, own = whole.value, whole.exponent * float(LOG10_2)
    rows = []
    for limit in 10.0 ** np.clip(log10_limits - own, -300.0, 300.0):
        ways = clipping.by_norm(g, limit), clipping.by_value(g, limit)
        cosines = [clipping.cosine(g, way) for way in ways]
        rows.append(cosines + (log10_norm(np.stack(ways)) + own).tolist())
    return ByThreshold(log10_limits, *np.array(rows).T)
