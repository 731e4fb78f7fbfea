"""Any cell by its own step and vjp, one after the other: as clear as it gets, and never wrong.

The way of the cells without a fast path, and what the fast paths are held against.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, state_jacobian, summed
from rnn_core.cells.tape import Overflow, Trace
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import LOG10_MAX, magnitude_exponent


@dataclass(frozen=True, eq=False)
class StepwiseTape:
    """The cache of every step; of none from the step on whose state is no longer finite.

    From there on the state is held: J_t is 1, and the parameters have no part in it.
    """

    cell: Cell
    params: Parameters
    phi: Activation
    x: np.ndarray  # (T, B, I)
    states: np.ndarray  # (T, B, S)
    caches: list[tuple[Any, ...]]
    copies: int | None = None
    start: np.ndarray | None = None  # (B, S), None is 0

    shape: tuple[int, int, int] = field(init=False, repr=False)  # of δ
    dtype: np.dtype = field(init=False, repr=False)

    columns = False

    def __post_init__(self) -> None:
        T, B, S = self.states.shape
        object.__setattr__(self, "shape", (T, self.copies or B, S))
        object.__setattr__(self, "dtype", self.states.dtype)

    def _back(self, t: int, ds: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        if t >= len(self.caches):
            return ds, {"b_h": np.zeros((len(ds), len(self.params.b_h)), ds.dtype)}
        return self.cell.vjp(self.params, self.phi, self.caches[t], ds)

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        out[:] = self._back(t, ds)[0]

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        shift = magnitude_exponent(ds)
        e += shift
        return self._back(t, np.ldexp(ds, -shift[:, None]))[0]

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        if "b_h" not in self.cell.learned:
            return delta  # the state itself is all that its parameters see
        return np.stack([self._back(t, ds)[1]["b_h"] for t, ds in enumerate(delta)])

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        total: dict[str, np.ndarray] = {}
        for t, ds in enumerate(delta[: len(self.caches)]):
            for name, grad in self._back(t, ds)[1].items():
                total[name] = total.get(name, 0.0) + summed(grad)
        return total

    def only(self, sequence: int, copies: int) -> StepwiseTape:
        one = slice(sequence, sequence + 1)
        caches = [tuple(a[one] for a in cache) for cache in self.caches]
        start = None if self.start is None else self.start[one]
        x, states = self.x[:, one], self.states[:, one]
        return StepwiseTape(self.cell, self.params, self.phi, x, states, caches, copies, start)

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        if t >= len(self.caches):
            return np.eye(self.shape[2])
        before = np.zeros(self.shape[2]) if self.start is None else self.start[sequence]
        if t:
            before = self.states[t - 1, sequence]
        return state_jacobian(self.cell, self.params, self.phi, self.x[t, sequence], before)


def unroll_stepwise(
    cell: Cell,
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    start: np.ndarray | None = None,
) -> Trace:
    """Run `cell` over x (T, B, I) from `start` (B, S), None for 0, one `step` after the other.

    Where a state is no longer finite the run ends, and the state before it is held: see `Overflow`.
    """
    T, B, _ = x.shape
    H = params.W_y.shape[1]
    states = np.empty((T, B, cell.states * H), x.dtype)
    state, caches = np.zeros_like(states[0]) if start is None else start, []
    overflow = None
    for t in range(T):
        with np.errstate(over="ignore", invalid="ignore"):  # found, and said, right below
            after, cache = cell.step(params, phi, x[t], state)
        if not np.isfinite(after).all():
            sequence = int((~np.isfinite(after)).any(axis=1).argmax())
            overflow = Overflow(t + 1, LOG10_MAX, sequence, held=True)
            states[t:] = state
            break
        states[t] = state = after
        caches.append(cache)
    tape = StepwiseTape(cell, params, phi, x, states, caches, None, start)
    dphi = None
    if cell.has_slope:
        dphi = _held([cache[-1] for cache in caches], cache[-1], T)
    elif cell.activation and phi.linear and cell.kept is None:
        dphi = np.ones_like(states)
    gates = None
    if cell.gate_values is not None:
        each, last = [cell.gate_values(cache) for cache in caches], cell.gate_values(cache)
        gates = {name: _held([values[name] for values in each], last[name], T) for name in last}
    whole = states if cell.states > 1 else None
    return Trace(
        x=x,
        h=states[..., :H],
        tape=tape,
        dphi=dphi,
        overflow=overflow,
        gates=gates,
        s=whole,
        start=start,
    )


def _held(each: list[np.ndarray], last: np.ndarray, T: int) -> np.ndarray:
    """Of every step (T, …): after an overflow the last one before it, or what is finite of it."""
    if len(each) < T:
        each = each or [np.nan_to_num(last, posinf=0.0, neginf=0.0)]
        each = each + [each[-1]] * (T - len(each))
    return np.stack(each)
