"""Signs: what the recorded numbers of a run say, measured once for the doctor to judge.

Only rows that can be compared count: sequences of the length that is learned now, and, for all but
a collapse, no change of a setting in between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnn_core.tasks import Problem, problem
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record

# A level of the loss is one of so many rows: batch noise of 20 % is then 4 %.
LEVEL_ROWS = 32
# What is "at the moment" for norms and clipping.
RECENT_ROWS = 100
STATE_ROWS = 16
# A trend compares two halves of the last half of the run, and never fewer rows than this: with
# batch noise of 20 % a half's mean is then good to 2 %.
TREND_ROWS = 200
# Nearly always.
ALWAYS_CLIPPED = 0.95
# Losses beyond it count as it, so that sums of them stay finite.
HUGE = 1e100


@dataclass(frozen=True)
class Level:
    """A loss over `rows` successive rows, and the update at which they end."""

    loss: float
    step: int
    rows: int = LEVEL_ROWS


@dataclass(frozen=True)
class Trend:
    """How the loss moved over the last `updates`: means of the first and the second half.

    An outlier beyond three times the median of all counts as that.

    certain: their difference in standard errors, positive if the loss fell; error: one of these,
    as a part of the larger mean. steady: whether the loss fell from quarter to quarter, and no
    slower at the end than a third of its fall before.
    """

    updates: int
    before: float
    after: float
    certain: float
    error: float
    steady: bool

    @property
    def fall(self) -> float:
        """Per update."""
        return 2.0 * (self.before - self.after) / self.updates


@dataclass(frozen=True)
class Signs:
    """The numbers; None (or NaN) where there is nothing to measure them from.

    updates: since the last change of a setting or of the length. changed: the last setting changed
    in between, as (updates done before, setting).
    """

    problem: Problem  # at the length that is learned now
    updates: int
    changed: tuple[int, str] | None
    now: Level | None
    best: Level | None
    start: float  # NaN where there is no loss
    trend: Trend | None
    recent: int  # rows that count as recent
    norm: float | None  # of all parameters' gradient, before clipping: median of the recent rows
    norm_start: float | None
    norm_high: float | None  # nine in ten of the recent rows lie below
    clipped: float  # share of the recent rows, 0 where there are none
    factor: float | None  # of the clipped ones: median
    cosine: float | None
    saturated: float  # 0 where it is not known
    old_steps: int  # the oldest quarter of the sequence
    old: float | None  # log₁₀ of their gradient over the last step's: the largest of them, median
    reached: int | None  # the first step of the sequence with a gradient
    val_loss: float | None
    val_accuracy: float | None
    sigma_start: float  # σ_max of W_h, first and last measured, or NaN
    sigma: float

    @property
    def level(self) -> Level:
        """`now`, for what is said of a run with a loss: without one the doctor stops at `early`."""
        assert self.now is not None
        return self.now

    @property
    def course(self) -> Trend:
        """`trend`, for what is said from `moving` on, where there is one."""
        assert self.trend is not None
        return self.trend

    def clipped_to(self, part: float) -> bool:
        """Whether nearly every recent gradient was clipped, to this part of its norm or less."""
        return self.factor is not None and self.clipped >= ALWAYS_CLIPPED and self.factor <= part


def measure(config: TrainConfig, record: Record) -> Signs:
    """The signs of a run. Rows of a last update that broke are left out."""
    T = int(record.seq_len[-1]) if len(record) else config.problem.seq_len
    same = last_block(record.seq_len)
    since, changed = _settled(record, same)
    rows = same & (record.step > since)
    loss = _finite(record.loss, rows)
    recent = np.flatnonzero(rows)[-RECENT_ROWS:]
    norms = _finite(record.norm_before, recent)
    clipped = record.clipped[recent]
    sigma = _finite(record.sigma, rows) if "W_h" in config.cell_used.learned else np.empty(0)
    validated = np.flatnonzero(rows & np.isfinite(record.val_loss))
    task = _problem_of(config, T)
    reached, old_steps, old = _carried(record, task, T, since)
    return Signs(
        problem=task,
        updates=_span(record, rows),
        changed=changed,
        now=_now(record, rows),
        best=best_level(record, same),
        start=_or_nan(median(_finite(record.loss, same)[:LEVEL_ROWS])),
        trend=_trend(loss, record.every),
        recent=len(recent),
        norm=median(norms),
        norm_start=median(_finite(record.norm_before, same)[:LEVEL_ROWS]),
        norm_high=_or_none(np.quantile(norms, 0.9)) if len(norms) else None,
        clipped=float(clipped.mean()) if len(clipped) else 0.0,
        factor=median(_finite(record.factor, recent[clipped])),
        cosine=median(_finite(record.cosine, recent[clipped])),
        saturated=_share(median(_finite(record.saturated, recent)) or 0.0) or 0.0,
        old_steps=old_steps,
        old=old,
        reached=reached,
        val_loss=float(record.val_loss[validated[-1]]) if len(validated) else None,
        val_accuracy=_share(record.val_accuracy[validated[-1]]) if len(validated) else None,
        sigma_start=float(sigma[0]) if len(sigma) else math.nan,
        sigma=float(sigma[-1]) if len(sigma) else math.nan,
    )


def best_level(record: Record, rows: np.ndarray) -> Level | None:
    """The lowest mean of LEVEL_ROWS successive losses."""
    index = np.flatnonzero(rows & np.isfinite(record.loss))
    if len(index) < LEVEL_ROWS:
        return None
    total = np.concatenate([[0.0], np.cumsum(np.clip(record.loss[index], -HUGE, HUGE))])
    means = (total[LEVEL_ROWS:] - total[:-LEVEL_ROWS]) / LEVEL_ROWS
    at = int(means.argmin())
    # The running sum has lost the digits of a small mean that comes after a huge loss.
    exact = np.clip(record.loss[index[at : at + LEVEL_ROWS]], -HUGE, HUGE).mean()
    return Level(float(exact), int(record.step[index[at + LEVEL_ROWS - 1]]))


# -- rows


def last_block(seq_len: np.ndarray) -> np.ndarray:
    """The rows at the end that have one sequence length, as a mask."""
    mask = np.ones(len(seq_len), bool)
    if len(seq_len):
        other = np.flatnonzero(seq_len != seq_len[-1])
        mask[: other[-1] + 1 if len(other) else 0] = False
    return mask


def _settled(record: Record, same: np.ndarray) -> tuple[int, tuple[int, str] | None]:
    """The update after which nothing was changed, and the last change among the rows that count."""
    known = ("learning_rate", "clip", "max_norm", "clip_value")
    changes = [(done, name) for done, name, _ in record.changes if name in known]
    if not changes:
        return 0, None
    done, name = max(changes)
    first = record.step[same][0] if same.any() else 0
    return done, ((done, name) if done >= first else None)


def _span(record: Record, rows: np.ndarray) -> int:
    """Updates that the rows stand for."""
    step = record.step[rows]
    return int(record.steps - step[0] + 1) if len(step) else 0


def _problem_of(config: TrainConfig, T: int) -> Problem:
    """The problem of that sequence length: a curriculum's, or the full one."""
    full = config.problem
    if full.seq_len == T:
        return full
    try:
        return problem(config.task, T - (full.seq_len - full.length), config.text)
    except ValueError:
        return full


# -- numbers


def _finite(column: np.ndarray, rows: np.ndarray) -> np.ndarray:
    values = column[rows]
    return values[np.isfinite(values)]


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _share(value: float) -> float | None:
    return min(max(float(value), 0.0), 1.0) if math.isfinite(value) else None


def median(values: np.ndarray) -> float | None:
    # Halved, since the middle of two numbers at the end of float64 is their sum's half.
    return _or_none(2.0 * np.median(values / 2.0)) if len(values) else None


def _now(record: Record, rows: np.ndarray) -> Level | None:
    index = np.flatnonzero(rows & np.isfinite(record.loss))[-LEVEL_ROWS:]
    if not len(index):
        return None
    level = median(record.loss[index])
    return None if level is None else Level(level, int(record.step[index[-1]]), len(index))


def _trend(loss: np.ndarray, every: int) -> Trend | None:
    rows = max(TREND_ROWS, len(loss) // 2)
    if len(loss) < rows:
        return None
    # An outlier is no trend: losses beyond three times the median count as that.
    loss = np.clip(loss[-(rows // 4 * 4) :], -HUGE, HUGE)
    loss = np.minimum(loss, 3.0 * max(float(np.median(loss)), 1e-300))
    quarters = loss.reshape(4, -1).mean(axis=1)
    halves = loss.reshape(2, -1)
    before, after = (float(m) for m in halves.mean(axis=1))
    scale = max(abs(before), abs(after)) or 1.0
    error = math.sqrt(float(((halves / scale).var(axis=1) / halves.shape[1]).sum()))
    difference = (before - after) / scale
    falls = quarters[:-1] - quarters[1:]
    return Trend(
        updates=len(loss) * every,
        before=before,
        after=after,
        certain=difference / max(error, 1e-12),
        error=error,
        steady=bool((falls > 0).all() and falls[-1] > falls[0] / 3.0),
    )


def _carried(
    record: Record, task: Problem, T: int, since: int
) -> tuple[int | None, int, float | None]:
    """The first step of the sequence that has a gradient, the oldest quarter's number of steps, and
    the log₁₀ of the largest gradient there over the last step's.

    Only where the loss is at the last step: a loss at every step gives each step its own gradient.
    """
    T = min(T, record.state_norms.shape[1])
    quarter = max(T // 4, 1)
    if task.loss_steps > 1 or T < 2:
        return None, quarter, None
    rows = record.state_norms[:, :T][record.state_steps > since]
    rows = rows[~np.isnan(rows).any(axis=1)][-STATE_ROWS:]
    rows = rows[np.isfinite(rows[:, -1])].astype(float)
    if not len(rows):
        return None, quarter, None
    reached = int(np.median((rows > -np.inf).argmax(axis=1))) + 1
    old = float(np.median((rows[:, :quarter] - rows[:, -1:]).max(axis=1)))
    return reached, quarter, (None if math.isnan(old) or old == math.inf else old)
