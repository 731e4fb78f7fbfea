"""What a forward pass leaves: the states, and a tape for the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, eq=False)
class Overflow:
    """The first step at which a plain float64 forward pass holds an inf, counted from 1.

    log10_value is log₁₀ of the largest |z| there: the limit is 308.25, and a sum whose parts exceed
    it may itself be just below. sequence is the index of the sequence it happened in. held: the
    forward pass ends before that step, and its last state is held to the end; or else it goes on
    with the exponent kept apart.
    """

    step: int
    log10_value: float
    sequence: int
    held: bool = False


class Carrier(Protocol):
    """What carries δ from step to step, all that a sweep needs.

    δ of all steps lies in one array of `shape`: (T, B, S), or with `columns` (T, S, B).
    """

    @property
    def shape(self) -> tuple[int, int, int]: ...

    @property
    def columns(self) -> bool: ...

    @property
    def dtype(self) -> np.dtype: ...

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        """out = J_tᵀ ds, t by index from 0; both are one step of the array of all δ."""

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        """The same for ds (B, S), safe for factors that float64 cannot hold.

        The exponent of the result is put into `e`, in place.
        """


class Tape(Carrier, Protocol):
    """What a forward pass leaves for the way back."""

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        """∂L/∂(W_h h_{t-1} + b_h) (T, B, G·H) from all δ (T, B, S), in their scale."""

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        """Parameter gradients, summed over steps and sequences, from all δ (T, B, S)."""

    def only(self, sequence: int, copies: int) -> Tape:
        """The tape of one sequence, for as many gradients at once as `copies`."""

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        """J_t = ∂s_t/∂s_{t-1} (S, S), t by index from 0."""


@dataclass(frozen=True, eq=False)
class Trace:
    """The forward pass. The state is h · 2^exponent; exponent is None where it is 0 throughout.

    dphi is φ'(z_t) where the cell has one φ between W_h and h, else None; gates are the values of
    the gates by name, c the LSTM's cell state, s the whole state of a cell that holds more than h.
    factors is the diagonal of every J_t where it has nothing else.
    """

    x: np.ndarray  # (T, B, I)
    h: np.ndarray  # (T, B, H)
    tape: Tape
    dphi: np.ndarray | None = None  # (T, B, H)
    exponent: np.ndarray | None = None  # (T, B)
    overflow: Overflow | None = None
    gates: dict[str, np.ndarray] | None = None  # each (T, B, H), or of as many rows as its block
    s: np.ndarray | None = None  # (T, B, S)
    factors: np.ndarray | None = None  # (T, B, H)
    c: np.ndarray | None = None  # (T, B, H)
    start: np.ndarray | None = None  # (B, S), the state before step 1; None is 0

    @property
    def state(self) -> np.ndarray:
        """s_t (T, B, S) as plain float64, see `hidden`."""
        return self._state_of(slice(None))

    def before(self, sequences: slice = slice(None)) -> np.ndarray:
        """s_{t-1} (T, B, S) of some sequences: what each step started from."""
        after = self._state_of(sequences)
        found = np.zeros_like(after)
        found[1:] = after[:-1]
        if self.start is not None:
            found[0] = self.start[sequences]
        return found

    def _state_of(self, sequences: slice) -> np.ndarray:
        if self.s is not None:
            return self.s[:, sequences]
        h = self.hidden[:, sequences]
        return h if self.c is None else np.concatenate([h, self.c[:, sequences]], axis=2)

    @property
    def hidden(self) -> np.ndarray:
        """h_t (T, B, H) as plain float64: ±inf where it has overflowed."""
        if self.exponent is None:
            return self.h
        with np.errstate(over="ignore"):
            return np.ldexp(self.h, self.exponent[..., None])
