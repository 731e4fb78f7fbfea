"""Which parameter feels a gradient, and from how far back: ∂L_T/∂θ by parameter and gate.

∂L_T/∂θ is a sum over the steps: one term each, what the step's own vjp makes of δ_t. The state
before every step is known from the forward pass, so all terms of one sequence come from one `step`
and one `vjp` that take the steps for sequences; no cell needs a formula of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnn_core.cells.cell import Cell
from rnn_core.flow import measure
from rnn_core.flow.flow import GradientFlow
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm

BANDS = (0, 1, 10, 100)  # the first lag of each
NUMBERS = 2**21  # of one parameter's terms at once


@dataclass(frozen=True, eq=False)
class Part:
    """A parameter, or one gate's rows of it. names: two where both have the same gradient, as b_h
    and b_x have in most cells. gate: "" for a parameter without blocks."""

    names: tuple[str, ...]
    gate: str
    log10_norm: float  # of the sum of all terms
    log10_terms: np.ndarray  # (T,) sizes of the terms, -inf where exactly 0

    @property
    def shares(self) -> np.ndarray:
        """Each step's share (T,) of Σ‖term‖; all 0 where every term is."""
        return measure.shares(self.log10_terms[:, None])[:, 0]

    @property
    def by_lag(self) -> np.ndarray:
        """The shares of the lags T - t in each of `bands` (K,)."""
        lagged = self.shares[::-1]
        return np.add.reduceat(lagged, [start for start in BANDS if start < len(lagged)])


@dataclass(frozen=True, eq=False)
class Felt:
    """∂L_T/∂θ of one sequence, the loss of the last step alone."""

    parts: tuple[Part, ...]
    seq_len: int
    sequence: int

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """First and last lag of each band that this sequence has."""
        starts = [start for start in BANDS if start < self.seq_len]
        return tuple(zip(starts, [*(s - 1 for s in starts[1:]), self.seq_len - 1], strict=True))


def felt(flow: GradientFlow) -> Felt | None:
    """By parameter and gate, in the typical sequence; None where the forward pass overflowed."""
    if flow.overflow is not None:
        return None
    b, alone = flow.typical_sequence, flow.last_alone
    cell, phi = flow.config.cell_used, ACTIVATIONS[flow.config.activation_used]
    T, H = flow.config.seq_len, flow.config.hidden_size
    delta, exponent = alone.sweep.delta[:, b], alone.sweep.exponent[:, b]
    alive = delta.any(axis=1)
    common = int(exponent[alive].max()) if alive.any() else 0
    shift = np.maximum(exponent - common, -5000)
    before, x = flow.trace.before(slice(b, b + 1))[:, 0], flow.inputs[:, b]
    found: dict[tuple[str, str], _Sum] = {}
    at_once = max(1, NUMBERS // H**2)
    for first in range(0, T, at_once):
        steps = slice(first, first + at_once)
        _, cache = cell.step(flow.params, phi, x[steps], before[steps])
        _, grads = cell.vjp(flow.params, phi, cache, delta[steps])
        for name in cell.learned:
            for gate, rows, seen in _blocks(cell, H, grads[name]):
                one = found.setdefault((name, gate), _Sum(T))
                one.add(steps, rows, seen, exponent[steps], shift[steps])
    if not all(np.isfinite(one.total).all() for one in found.values()):
        return None
    return Felt(tuple(_parts(found, common)), T, b)


class _Sum:
    """A block's terms, and their sum in the scale of the largest exponent."""

    def __init__(self, T: int) -> None:
        self.log10_terms = np.empty(T)
        self.total: np.ndarray | float = 0.0

    def add(
        self,
        steps: slice,
        rows: np.ndarray,
        seen: np.ndarray | None,
        exponent: np.ndarray,
        shift: np.ndarray,
    ) -> None:
        terms = log10_norm(np.ascontiguousarray(rows), exponent)
        scaled = np.ldexp(rows, shift[:, None])
        if seen is None:
            self.total = self.total + scaled.sum(axis=0)
        else:
            terms = terms + log10_norm(np.ascontiguousarray(seen))
            self.total = self.total + (scaled.T @ seen).ravel()
        self.log10_terms[steps] = terms

    def equals(self, other: _Sum) -> bool:
        same = np.array_equal(self.log10_terms, other.log10_terms)
        return same and np.array_equal(self.total, other.total)


def _parts(found: dict[tuple[str, str], _Sum], common: int) -> list[Part]:
    """The blocks, those with one gradient together."""
    groups: list[tuple[list[str], str, _Sum]] = []
    for (name, gate), one in found.items():
        twin = next((g for g in groups if g[1] == gate and g[2].equals(one)), None)
        if twin is None:
            groups.append(([name], gate, one))
        else:
            twin[0].append(name)
    e = np.array([common])
    return [
        Part(tuple(names), gate, float(log10_norm(np.array([one.total]), e)[0]), one.log10_terms)
        for names, gate, one in groups
    ]


def _blocks(
    cell: Cell, H: int, grad: np.ndarray | tuple[np.ndarray, np.ndarray]
) -> Iterator[tuple[str, np.ndarray, np.ndarray | None]]:
    """Gate, rows (T, n) and, for a matrix, the columns' factor (T, m) of each block."""
    if not isinstance(grad, tuple):
        rows, seen = grad.reshape(len(grad), -1), None  # a matrix of no two factors is one row
    else:
        rows, seen = grad
    sizes = cell.rows(H)
    if len(sizes) == 1 or rows.shape[1] != sum(sizes):
        yield "", rows, seen
        return
    ends = np.cumsum(sizes)[:-1]
    for gate, block in zip(cell.gates, np.split(rows, ends, axis=1), strict=True):
        yield gate, block, seen
