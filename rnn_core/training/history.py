"""History: what a training run has recorded, bounded, and safe to read while it is written."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields

import numpy as np

from rnn_core.limits import CAPACITY, STATE_CAPACITY


@dataclass(frozen=True, eq=False)
class Record:
    """A reading of a History: arrays of one length n, a row for every `every`-th update.

    Each row describes the network as it entered that update. NaN: not measured at that update.
    The totals count every update, recorded or not.
    """

    step: np.ndarray  # (n,) the update, from 1
    loss: np.ndarray  # (n,) of the training batch
    val_loss: np.ndarray  # (n,)
    val_accuracy: np.ndarray  # (n,) 0 … 1
    norm_before: np.ndarray  # (n,) ‖g‖ of all parameters, before clipping
    norm_after: np.ndarray  # (n,)
    clipped: np.ndarray  # (n,) bool
    factor: np.ndarray  # (n,) norm_after/norm_before
    cosine: np.ndarray  # (n,) between raw and applied gradient
    rho: np.ndarray  # (n,) spectral radius of W_h
    sigma: np.ndarray  # (n,) spectral norm of W_h
    saturated: np.ndarray  # (n,) share of unit-steps
    seq_len: np.ndarray  # (n,) steps of the sequences
    state_steps: np.ndarray  # (m,) the update, from 1
    state_norms: np.ndarray  # (m, T) float32, log₁₀ ‖∂L/∂h_t‖; -inf: 0; NaN: beyond the sequence
    every: int  # updates between two rows; 1 until the History is full
    state_every: int
    # Over all updates:
    steps: int
    clipped_steps: int
    largest_norm: float  # before clipping
    largest_norm_step: int
    smallest_loss: float
    best_accuracy: float  # NaN without one
    changes: tuple[tuple[int, str, object], ...]  # (updates done before, setting, new value)

    def __len__(self) -> int:
        return len(self.step)


_TYPES = {"step": np.int64, "clipped": bool, "seq_len": np.int64}
COLUMNS = tuple(f.name for f in fields(Record))[:13]


class History:
    """One row an update; once CAPACITY rows are full every second one is dropped.

    `version` changes with every write.
    """

    def __init__(self, seq_len: int) -> None:
        self._lock = threading.Lock()
        self._rows = {name: np.empty(256, _TYPES.get(name, np.float64)) for name in COLUMNS}
        self._state_steps = np.empty(STATE_CAPACITY, np.int64)
        self._states = np.empty((64, seq_len), np.float32)
        self._n = self._m = 0
        self._every = self._state_every = 1
        self._steps = self._clipped = self._largest_step = 0
        self._largest, self._smallest, self._best = -np.inf, np.inf, np.nan
        self._changes: list[tuple[int, str, object]] = []
        self.version = 0

    def add(self, state_norms: np.ndarray, **row: float) -> None:
        """Record one update; `row` holds the columns, state_norms (t,) the norms themselves."""
        with self._lock:
            self._steps += 1
            self._clipped += bool(row["clipped"])
            if row["norm_before"] > self._largest:
                self._largest, self._largest_step = row["norm_before"], int(row["step"])
            self._smallest = min(self._smallest, row["loss"])
            self._best = np.fmax(self._best, row["val_accuracy"])
            if (self._steps - 1) % self._every == 0:
                self._add_row(row)
            if (self._steps - 1) % self._state_every == 0:
                self._add_state(int(row["step"]), state_norms)
            self.version += 1

    def _add_row(self, row: dict[str, float]) -> None:
        if self._n == CAPACITY:
            for column in self._rows.values():
                column[: CAPACITY // 2] = column[:CAPACITY:2].copy()
            # CAPACITY is even: this update is one that is still taken.
            self._n, self._every = CAPACITY // 2, 2 * self._every
        elif self._n == len(self._rows["step"]):
            self._rows = {k: np.concatenate([v, np.empty_like(v)]) for k, v in self._rows.items()}
        for name, column in self._rows.items():
            column[self._n] = row[name]
        self._n += 1

    def _add_state(self, step: int, norms: np.ndarray) -> None:
        if self._m == STATE_CAPACITY:
            half = STATE_CAPACITY // 2
            self._states[:half] = self._states[:STATE_CAPACITY:2].copy()
            self._state_steps[:half] = self._state_steps[:STATE_CAPACITY:2].copy()
            self._m, self._state_every = half, 2 * self._state_every
        elif self._m == len(self._states):
            self._states = np.concatenate([self._states, np.empty_like(self._states)])
        with np.errstate(divide="ignore", invalid="ignore"):
            self._states[self._m, : len(norms)] = np.log10(norms)
        self._states[self._m, len(norms) :] = np.nan
        self._state_steps[self._m] = step
        self._m += 1

    def note(self, field: str, value: object) -> None:
        """Record that a setting has changed after the updates so far."""
        with self._lock:
            self._changes.append((self._steps, field, value))
            self.version += 1

    def read(self) -> Record:
        """A copy of everything recorded so far."""
        with self._lock:
            return Record(
                **{name: column[: self._n].copy() for name, column in self._rows.items()},
                state_steps=self._state_steps[: self._m].copy(),
                state_norms=self._states[: self._m].copy(),
                every=self._every,
                state_every=self._state_every,
                steps=self._steps,
                clipped_steps=self._clipped,
                largest_norm=float(self._largest),
                largest_norm_step=int(self._largest_step),
                smallest_loss=float(self._smallest),
                best_accuracy=float(self._best),
                changes=tuple(self._changes),
            )

    @property
    def nbytes(self) -> int:
        """Memory held, at most CAPACITY rows and STATE_CAPACITY × T norms."""
        return self._states.nbytes + sum(column.nbytes for column in self._rows.values())
