"""Spikes of the gradient norm, and losses that have come back up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnn_core.doctor.signs import LEVEL_ROWS, Level, last_block, median
from rnn_core.training.history import Record

# "Its usual size" for a gradient norm is the median of so many rows before, and of at least 8.
BEFORE_ROWS, BEFORE_LEAST = 64, 8
# Ten times the usual norm is no batch noise: in healthy runs of all tasks it stays below five.
SPIKE = 10.0


@dataclass(frozen=True)
class Spike:
    """Where the gradient norm left its usual size: `usual` is the median before, at update `step`
    it was first SPIKE times that, and `size` at update `top` is the largest since (inf where the
    squares overflow)."""

    step: int
    usual: float
    size: float
    top: int

    @property
    def ratio(self) -> float:
        return self.size / self.usual


def relapse(record: Record, best: Level) -> Level | None:
    """The level of the last LEVEL_ROWS rows, if they lie clearly above the best ones.

    Clearly: a quarter of the best rows or less is as high as three quarters of the last.
    """
    index = np.flatnonzero(last_block(record.seq_len) & np.isfinite(record.loss))
    end = int(np.searchsorted(record.step[index], best.step)) + 1
    if len(index) < end + LEVEL_ROWS:
        return None
    then, now = record.loss[index[end - LEVEL_ROWS : end]], record.loss[index[-LEVEL_ROWS:]]
    if np.quantile(now, 0.25) <= np.quantile(then, 0.75):
        return None
    level = median(now)
    return None if level is None else Level(level, int(record.step[index[-1]]))


def spike(record: Record, after: int | None = None) -> Spike | None:
    """Where the norm left its usual size for good: the last run of rows up to the end, or, with
    `after`, the largest outlier of the rows after that update."""
    norms, step = record.norm_before, record.step
    known = np.flatnonzero(~np.isnan(norms) & last_block(record.seq_len))
    norms, step = norms[known], step[known]
    if len(norms) <= BEFORE_LEAST:
        return None
    first = len(norms)
    if after is not None:
        late = np.flatnonzero(step > after)
        if not len(late):
            return None
        first = int(late[norms[late].argmax()]) + 1
    while first > BEFORE_LEAST and SPIKE * _usual(norms, first - 1) <= norms[first - 1]:
        first -= 1
    if first >= len(norms) or not SPIKE * _usual(norms, first) <= norms[first]:
        return None
    top = first + int(norms[first:].argmax())
    return Spike(int(step[first]), _usual(norms, first), float(norms[top]), int(step[top]))


def _usual(norms: np.ndarray, at: int) -> float:
    """Median norm of the rows before row `at`; inf if there is none to speak of."""
    before = norms[max(at - BEFORE_ROWS, 0) : at]
    before = before[np.isfinite(before)]
    usual = float(np.median(before)) if len(before) >= BEFORE_LEAST else math.inf
    return usual if usual > 0 else math.inf
