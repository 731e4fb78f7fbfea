"""The fast path of cells whose Jacobian is diagonal: no unit hears another one.

    h_t = a_t ⊙ h_{t-1} + c_t        δ_{t-1} = a_t ⊙ δ_t

Where a_t and c_t see the input alone they are worked out for many steps at once, and what is left
of a step is one product and one sum of vectors. The cell's own `step` and `vjp` know all that is
needed: they take many steps of a run as if they were the sequences of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

    def _back(self, delta: np.ndarray) -> Iterator[dict[str, Any]]:
        """What `vjp` finds for block after block of steps; its h_{t-1} is known by now."""
        T, B, H = self.h.shape
        for steps in blocks(T, B, H):
            before = np.empty_like(self.h[steps])
            before[1:] = self.h[steps.start : steps.stop - 1]
            if steps.start:
                before[0] = self.h[steps.start - 1]
            else:
                before[0] = 0.0 if self.start is None else self.start
            rows = _flat(self.x[steps]), _flat(before)
            cache = self.cell.step(self.params, self.phi, *rows)[1]
            yield self.cell.vjp(self.params, self.phi, cache, _flat(delta[steps]))[1]

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        T, B, _ = delta.shape
        return np.concatenate([grads["b_h"] for grads in self._back(delta)]).reshape(T, B, -1)

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        total: dict[str, np.ndarray] = {}
        for grads in self._back(delta):
            for name, grad in grads.items():
                total[name] = total.get(name, 0.0) + summed(grad)
        return total

    def only(self, sequence: int, copies: int) -> DiagonalTape:
        one = slice(sequence, sequence + 1)
        start = None if self.start is None else self.start[one]
        x, h, factors = self.x[:, one], self.h[:, one], self.factors[:, one]
        return DiagonalTape(self.cell, self.params, self.phi, x, h, factors, copies, start)

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        return np.diag(self.factors[t, sequence])


AT_ONCE = 2**15  # numbers of a block's arrays, so that these fit a core's cache


def blocks(T: int, B: int, H: int) -> Iterator[slice]:
    """The steps of a run, a few at a time."""
    size = max(AT_ONCE // (B * H), 1)
    for first in range(0, T, size):
        yield slice(first, min(first + size, T))


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
    assert cell.by_input is not None
    T, B, _ = x.shape
    H = params.W_y.shape[1]
    h, factors = np.empty((2, T, B, H), x.dtype)
    state, nothing = start, np.zeros((1, H), x.dtype)
    kept = np.empty_like(h[0])
    by_block: list[dict[str, np.ndarray]] = []
    for steps in blocks(T, B, H):
        # From a state of 0 a step gives c_t.
        rows = _flat(x[steps])
        c, cache = cell.step(params, phi, rows, np.broadcast_to(nothing, (len(rows), H)))
        h[steps] = c.reshape(-1, B, H)
        factors[steps] = cell.by_input(cache).reshape(-1, B, H)
        if cell.gate_values is not None:
            by_block.append(cell.gate_values(cache))
        for t in range(steps.start, steps.stop):
            if state is not None:
                np.multiply(factors[t], state, out=kept)
                h[t] += kept
            state = h[t]
    gates = None
    if by_block:
        joined = {name: np.concatenate([one[name] for one in by_block]) for name in by_block[0]}
        gates = {name: values.reshape(T, B, -1) for name, values in joined.items()}
    tape = DiagonalTape(cell, params, phi, x, h, factors, None, start)
    dphi = np.ones_like(h) if cell.activation and phi.linear else None
    return Trace(x=x, h=h, tape=tape, dphi=dphi, gates=gates, factors=factors, start=start)
