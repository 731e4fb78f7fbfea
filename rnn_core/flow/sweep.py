"""Backpropagation through time: sweep the gradient back, whatever the cell.

    δ_t = ∂L/∂s_t = ∂L_t/∂s_t + J_{t+1}ᵀ δ_{t+1}

The forward pass leaves a tape, which knows how to apply one transposed Jacobian; `sweep` carries δ
from the loss to step 1 with it, in numbers of any size. Tapes: `additive.py` and `gated.py` are
fast paths, `stepwise.py` does any cell by its own `step` and `vjp`; the tests hold them equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.cells.additive import AdditiveTape
from rnn_core.cells.tape import Carrier
from rnn_core.flow.losses import Direct
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import COMFORTABLE, SAFE, magnitude_exponent

RENORMALISE_EVERY = 16  # steps


@dataclass(frozen=True, eq=False)
class Sweep:
    """The backward pass: δ_t = ∂L/∂s_t is delta[t] · 2^exponent[t] per sequence."""

    delta: np.ndarray  # (T, B, S)
    exponent: np.ndarray  # (T, B) int


def sweep(tape: Carrier, direct: Direct, work: np.ndarray | None = None) -> Sweep:
    """Carry ∂L/∂s back over T steps, with the direct terms of the last K steps.

    `work`, of the tape's shape, is memory for δ, if the caller has some.

    Every RENORMALISE_EVERY steps a sequence whose gradient has left 2^±64 is multiplied by a power
    of two. A block in which more than that was gained or lost is done again step by step.
    """
    native = np.empty(tape.shape, tape.dtype) if work is None else work
    delta = native.swapaxes(1, 2) if tape.columns else native
    T, B, _ = delta.shape
    exponent = np.zeros((T, B), dtype=np.int64)
    enters = _DirectTerms(direct, T, tape.columns)
    safe = SAFE if tape.dtype == np.float64 else 100

    delta[T - 1] = 0.0
    e = np.zeros(B, dtype=np.int64)
    _add_scaled(delta[T - 1], e, enters, T - 1)
    t = T - 1
    while True:
        # delta[t] is complete: bring it to a comfortable size and go back one block.
        shift = magnitude_exponent(delta[t])
        shift[np.abs(shift) < COMFORTABLE] = 0
        if shift.any():
            delta[t] = np.ldexp(delta[t], -shift[:, None])
            e = e + shift
        exponent[t] = e
        if t == 0:
            return Sweep(delta, exponent)
        stop = max(t - RENORMALISE_EVERY, 0)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            _block(tape, native, enters, e, t, stop)
        if _something_lost(delta[stop], delta[t], safe):
            stop = t - 1
            delta[stop] = tape.carry_scaled(t, delta[t], e)
            if stop >= enters.first:
                _add_scaled(delta[stop], e, enters, stop)
        else:
            exponent[stop:t] = e
        t = stop


class _DirectTerms:
    """The direct term that enters at step t, in the running exponent of the sweep."""

    def __init__(self, direct: Direct, T: int, columns: bool) -> None:
        self.first = T - len(direct.value)
        self.width = direct.value.shape[-1]  # H, the part of the state that a loss sees
        self._direct = direct
        self._columns = columns

    def exponent(self, t: int, B: int) -> np.ndarray:
        if self._direct.exponent is None:
            return np.zeros(B, dtype=np.int64)
        return self._direct.exponent[t - self.first].copy()

    def any_at(self, t: int) -> np.ndarray:
        return self._direct.value[t - self.first].any(axis=-1)

    def at(self, t: int, e: np.ndarray) -> np.ndarray:
        value = self._direct.value[t - self.first]
        shift = self.exponent(t, len(e)) - e
        return np.ldexp(value, shift[:, None]) if shift.any() else value

    def block(self, low: int, high: int, e: np.ndarray) -> np.ndarray:
        """Those of steps low … high - 1, like the native array of δ (steps, …)."""
        values = self._direct.value[low - self.first : high - self.first]
        if e.any() or self._direct.exponent is not None:
            values = np.stack([self.at(t, e) for t in range(low, high)])
        return np.ascontiguousarray(values.swapaxes(1, 2)) if self._columns else values


def _block(
    tape: Carrier, native: np.ndarray, enters: _DirectTerms, e: np.ndarray, t: int, stop: int
) -> None:
    """Steps t → stop in plain floating point: δ_{s-1} = J_sᵀ δ_s + direct term."""
    carry, first = tape.carry, max(enters.first, stop)
    if first >= t:
        for s in range(t, stop, -1):
            carry(s, native[s], native[s - 1])
        return
    own, width = enters.block(first, t, e), enters.width
    for s in range(t, stop, -1):
        out = native[s - 1]
        carry(s, native[s], out)
        if s - 1 >= first:
            part = out[:width] if tape.columns else out[:, :width]
            part += own[s - 1 - first]


def _add_scaled(delta: np.ndarray, e: np.ndarray, enters: _DirectTerms, t: int) -> None:
    """δ · 2^e plus the direct term, in place; one far above what has come back takes over e."""
    own = np.where(enters.any_at(t), enters.exponent(t, len(e)), e)
    common = np.where(delta.any(axis=-1), np.maximum(e, own), own)
    delta[:] = np.ldexp(delta, (e - common)[:, None])
    delta[:, : enters.width] += enters.at(t, common)
    e[:] = common


def _something_lost(arrived: np.ndarray, started: np.ndarray, safe: int) -> bool:
    """Has a sequence left the safe range (or reached 0) in this block without starting at 0?"""
    if not np.isfinite(arrived).all():
        return True
    size = np.abs(arrived).max(axis=-1)
    alive = started.any(axis=-1)
    _, power = np.frexp(size)
    return bool((alive & ((size == 0) | (np.abs(power) > safe))).any())


def sweep_back(
    params: Parameters, dphi: np.ndarray, direct: Direct, work: np.ndarray | None = None
) -> Sweep:
    """`sweep` from φ' (T, B, H) alone, for a network that was run elsewhere."""
    nothing = np.empty(0)
    return sweep(AdditiveTape(params, nothing, nothing, dphi, None), direct, work)
