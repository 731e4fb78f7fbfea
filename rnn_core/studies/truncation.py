"""Truncated against full backpropagation through time.

The state is carried on over the whole sequence, but the gradient is cut every k steps, counted back
from the end, so that the last window has k full steps: `h = h.detach()` before each window. What is
left of ∂L/∂θ is compared with all of it: cosine and length, for every k.

With a loss at the last step only the last window has a gradient. It is the full one without the
terms of the steps before, so one sweep gives every k:

    g_k = Σ_{t > T-k} ∂L/∂θ at step t

With a loss at every step each k has windows, and a sweep, of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rnn_core.cells.cell import summed
from rnn_core.cells.stepwise import StepwiseTape, unroll_stepwise
from rnn_core.cells.tape import Tape
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.sweep import sweep
from rnn_core.limits import MOST_SWEEPS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.clipping import cosine
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.studies.whole_gradient import WholeGradient, gradient_of, whole_gradient


@dataclass(frozen=True, eq=False)
class Truncation:
    """The gradient under windows of k steps beside the full one; NaN where a gradient is 0.

    `_all` is over every parameter of the cell, `_recurrent` over those that stand for the
    recurrence: W_h, or λ of a linear one.
    The last k is T: the full gradient itself.
    """

    windows: np.ndarray  # (K,) k, rising
    cosine_all: np.ndarray  # (K,)
    cosine_recurrent: np.ndarray  # (K,)
    log10_ratio_all: np.ndarray  # (K,) log₁₀ ‖g_k‖/‖g‖, -inf where g_k is 0
    log10_ratio_recurrent: np.ndarray  # (K,)
    log10_norm: float  # of the full gradient
    finite: bool  # False where the forward pass overflowed: there is nothing to compare

    @property
    def every_window(self) -> bool:
        """Whether k runs over all of 1 … T."""
        return len(self.windows) == self.windows[-1]

    def at(self, k: int) -> int:
        """Index of the window nearest to `k`."""
        return int(np.abs(self.windows - k).argmin())

    def enough(self, wanted: float) -> int | None:
        """The smallest k from which on every cosine (all parameters) is at least `wanted`."""
        short = ~(self.cosine_all >= wanted)
        if short[-1]:
            return None
        return int(self.windows[int(np.flatnonzero(short)[-1]) + 1 if short.any() else 0])

    @property
    def nbytes(self) -> int:
        return 5 * self.windows.nbytes


def truncation(flow: GradientFlow) -> Truncation:
    """Every window of `flow`'s network against the full gradient."""
    T = flow.config.seq_len
    full = whole_gradient(flow)
    if flow.overflow is not None or not full.finite:
        nothing = np.full(1, np.nan)
        return Truncation(np.array([T]), nothing, nothing, nothing, nothing, math.nan, False)
    if flow.config.loss_at == "last":
        windows = np.arange(1, T + 1)
        found = _last_windows(flow)
    else:
        windows = chosen_windows(T)
        found = (truncated_gradient(flow, int(k)) for k in windows)
    recurrent = flow.config.cell_used.recurrent
    rows = np.array([_compared(g, full, recurrent) for g in found])
    cosine_all, cosine_own, ratio_all, ratio_own = rows.T
    return Truncation(windows, cosine_all, cosine_own, ratio_all, ratio_own, full.log10_norm, True)


def chosen_windows(T: int) -> np.ndarray:
    """All of 1 … T, or MOST_SWEEPS of them at most, evenly spaced on a log axis; T is one."""
    if T <= MOST_SWEEPS:
        return np.arange(1, T + 1)
    return np.unique(np.geomspace(1, T, MOST_SWEEPS).round().astype(int))


# -- a loss at any step


@dataclass(frozen=True, eq=False)
class _CutTape:
    """A tape on which nothing goes back over the first step of a window."""

    whole: Tape
    window: int
    shape: tuple[int, int, int] = field(init=False)
    columns: bool = field(init=False)
    dtype: np.dtype = field(init=False)

    def __post_init__(self) -> None:
        for name in ("shape", "columns", "dtype"):
            object.__setattr__(self, name, getattr(self.whole, name))

    def _cuts(self, t: int) -> bool:
        return (self.shape[0] - t) % self.window == 0

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        if self._cuts(t):
            out[:] = 0.0
        else:
            self.whole.carry(t, ds, out)

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        return np.zeros_like(ds) if self._cuts(t) else self.whole.carry_scaled(t, ds, e)


def truncated_gradient(flow: GradientFlow, window: int) -> WholeGradient:
    """∂L/∂θ of `flow` with the gradient cut every `window` steps, back from the end."""
    tape = flow.trace.tape
    swept = sweep(_CutTape(tape, window), flow.direct)
    return gradient_of(tape, swept.delta, swept.exponent)


# -- a loss at the last step


def _last_windows(flow: GradientFlow) -> Iterator[WholeGradient]:
    """g_1, g_2, … g_T: the terms of ∂L/∂θ added up from the last step back.

    Terms of steps far apart may differ by any size: sum and term share the larger exponent.
    """
    c = flow.config
    phi = ACTIVATIONS[c.activation_used]
    trace = flow.trace
    tape = unroll_stepwise(c.cell_used, flow.params, trace.x, phi, trace.start).tape
    assert isinstance(tape, StepwiseTape)  # which holds what every step left
    delta, exponent = flow.sweep.delta, flow.sweep.exponent
    total: dict[str, np.ndarray] = {}
    common = 0
    for t in range(c.seq_len - 1, -1, -1):
        alive = delta[t].any(axis=-1)
        if alive.any() or not total:
            own = int(exponent[t][alive].max()) if alive.any() else common
            reached = max(common, own) if total else own
            lower = max(common - reached, -5000)
            shift = np.maximum(exponent[t] - reached, -5000)
            ds = np.ldexp(delta[t], shift[:, None])
            _, grads = c.cell_used.vjp(flow.params, phi, tape.caches[t], ds)
            for name, grad in grads.items():
                before = total.get(name)
                term = summed(grad)
                total[name] = term if before is None else np.ldexp(before, lower) + term
            common = reached
        yield WholeGradient(total, common)


# -- comparing


def _compared(
    found: WholeGradient, full: WholeGradient, recurrent: tuple[str, ...]
) -> tuple[float, ...]:
    """Cosine over all and over the recurrent parameters, log₁₀ of the ratio of lengths for both."""
    cosines, ratios = [], []
    for names in (tuple(full.parts), tuple(n for n in full.parts if n in recurrent)):
        a, b = (np.concatenate([g.parts[n].ravel() for n in names]) for g in (found, full))
        cosines.append(cosine(a, b))
        lengths = log10_norm(np.stack([a, b]), np.array([found.exponent, full.exponent]))
        ratios.append(float(lengths[0] - lengths[1]) if b.any() else math.nan)
    return *cosines, *ratios
