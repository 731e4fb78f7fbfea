"""The fast path of cells whose Jacobian is diagonal: no unit hears another one.

    h_t = a_t ⊙ h_{t-1} + c_t        δ_{t-1} = a_t ⊙ δ_t

Where a_t and c_t see the input alone they are worked out for all steps at once, and what is left of
a step is one product and one sum of vectors. The cell's own `step` and `vjp` know all that is
needed: they take the steps of a whole run as if they were the sequences of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, summed
from rnn_core.cells.tape import Trace
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import magnitude_exponent


@dataclass(frozen=True, eq=False)
class DiagonalTape:
    """a_t of every step; `copies` as in the other tapes."""

    cell: Cell
    params: Parameters
    phi: Activation
    x: np.ndarray  # (T, B, I)
    h: np.ndarray  # (T, B, H)
    factors: np.ndarray  # (T, B, H): a_t
    copies: int | None = None
    start: np.ndarray | None = None  # (B, H), None is 0

    columns = False

    @property
    def shape(self) -> tuple[int, int, int]:
        T, B, H = self.h.shape
        return T, self.copies or B, H

    @property
    def dtype(self) -> np.dtype:
        return self.h.dtype

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        np.multiply(ds, self.factors[t], out=out)

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        shift = magnitude_exponent(ds)
        e += shift
        return np.ldexp(ds, -shift[:, None]) * self.factors[t]

    @cached_property
    def _cache(self) -> Any:
        """The cache of all steps, one after the other, as of one batch."""
        before = np.empty_like(self.h)
        before[0] = 0.0 if self.start is None else self.start
        before[1:] = self.h[:-1]
        return self.cell.step(self.params, self.phi, _flat(self.x), _flat(before))[1]

    def _back(self, delta: np.ndarray) -> dict[str, Any]:
        return self.cell.vjp(self.params, self.phi, self._cache, _flat(delta))[1]

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        return self._back(delta)["b_h"].reshape(*delta.shape[:2], -1)

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        return {name: summed(grad) for name, grad in self._back(delta).items()}

    def only(self, sequence: int, copies: int) -> DiagonalTape:
        one = slice(sequence, sequence + 1)
        start = None if self.start is None else self.start[one]
        x, h, factors = self.x[:, one], self.h[:, one], self.factors[:, one]
        return DiagonalTape(self.cell, self.params, self.phi, x, h, factors, copies, start)

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        return np.diag(self.factors[t, sequence])


def _flat(array: np.ndarray) -> np.ndarray:
    """(T, B, n) -> (T·B, n)."""
    return np.ascontiguousarray(array).reshape(-1, array.shape[-1])


def unroll_by_input(
    cell: Cell,
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    start: np.ndarray | None = None,
) -> Trace:
    """Run `cell`, whose a_t and c_t see the input alone, over x (T, B, I) from `start` (B, H)."""
    T, B, _ = x.shape
    rows, H = _flat(x), params.W_y.shape[1]
    # From a state of 0 a step gives c_t, and the way back of 1 is a_t.
    c, cache = cell.step(params, phi, rows, np.zeros((T * B, H), x.dtype))
    factors = cell.vjp(params, phi, cache, np.ones_like(c))[0].reshape(T, B, H)
    h = c.reshape(T, B, H)
    state, kept = start, np.empty_like(h[0])
    for t in range(T):
        if state is not None:
            np.multiply(factors[t], state, out=kept)
            h[t] += kept
        state = h[t]
    gates = None
    if cell.gate_values is not None:
        gates = {name: v.reshape(T, B, -1) for name, v in cell.gate_values(cache).items()}
    tape = DiagonalTape(cell, params, phi, x, h, factors, None, start)
    dphi = np.ones_like(h) if cell.activation and phi.linear else None
    return Trace(x=x, h=h, tape=tape, dphi=dphi, gates=gates, factors=factors, start=start)
