"""What can be read from a training run, while it goes on or at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnn_core.doctor import doctor
from rnn_core.doctor.diagnosis import TONES
from rnn_core.readings.named import (
    FLAG,
    WORD,
    Named,
    Readings,
    by_name,
    of_settings,
    share,
    tenfold,
)
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record
from rnn_core.training.settings import RUN_SETTINGS
from rnn_core.training.trainer import NonFinite, Trainer

ROWS = 32  # recorded updates over which the loss of a batch is read


@dataclass(frozen=True, eq=False)
class Run:
    """A run as it is read: what was asked for, what was recorded, how it ended."""

    config: TrainConfig
    record: Record
    event: NonFinite | None = None
    solved_step: int | None = None

    @classmethod
    def of(cls, trainer: Trainer) -> Run:
        """The run of a trainer, as it is now."""
        return cls(trainer.config, trainer.history.read(), trainer.event, trainer.solved_step)


def _last(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if finite.size else math.nan


def _loss(run: Run) -> float:
    recent = run.record.loss[-ROWS:]
    return float(np.median(recent)) if recent.size else math.nan


def _reach(run: Run, row: int) -> float:
    """log₁₀ of what step 1 gets relative to the loss end, at a recorded update."""
    norms = run.record.state_norms
    if not len(norms):
        return math.nan
    there = norms[row][~np.isnan(norms[row])].astype(float)
    if not there.size or not np.isfinite(there[-1]):
        return math.nan
    return float(there[0] - there[-1])


def _clipped(run: Run) -> float:
    return run.record.clipped_steps / run.record.steps if run.record.steps else math.nan


def _diagnosis(run: Run) -> str:
    return doctor.read(run.config, run.record, run.event, run.solved_step).kind


_MEASURED = (
    Named(
        name="solved",
        label="solved",
        what="whether validation has called the task solved",
        kind=FLAG,
        read=lambda run: run.solved_step is not None,
    ),
    Named(
        name="solved_step",
        label="the update at which it was solved",
        what="the update at which validation first called the task solved; none before",
        read=lambda run: run.solved_step,
    ),
    Named(
        name="updates",
        label="updates made",
        what="updates made so far",
        read=lambda run: run.record.steps,
    ),
    Named(
        name="final_loss",
        label="the loss",
        what=f"the training loss now, the median of the last {ROWS} records",
        read=_loss,
    ),
    Named(
        name="smallest_loss",
        label="the smallest loss",
        what="the smallest loss of any update",
        read=lambda run: run.record.smallest_loss,
    ),
    Named(
        name="baseline",
        label="the baseline",
        what="the best loss without any memory",
        read=lambda run: run.config.problem.baseline,
    ),
    Named(
        name="best_accuracy",
        label="the best accuracy",
        what="the largest share of validation answers that were right; none for a regression",
        say=share,
        read=lambda run: run.record.best_accuracy,
    ),
    Named(
        name="clipped_share",
        label="the share of clipped updates",
        what="share of all updates whose gradient was shortened",
        say=share,
        read=_clipped,
    ),
    Named(
        name="largest_norm",
        label="the largest gradient norm",
        what="the longest gradient of all updates, before clipping",
        read=lambda run: run.record.largest_norm if run.record.steps else math.nan,
    ),
    Named(
        name="broken",
        label="a number that is not finite",
        what="whether the run had to stop at a number that was not finite",
        kind=FLAG,
        read=lambda run: run.event is not None,
    ),
    Named(
        name="diagnosis",
        label="the diagnosis",
        what="what the doctor says of the run, in a word",
        kind=WORD,
        words=tuple(TONES),
        read=_diagnosis,
    ),
    Named(
        name="log10_reach",
        label="what reaches step 1",
        what="log₁₀ of the gradient at step 1 relative to the loss end, at the last record",
        say=tenfold,
        read=lambda run: _reach(run, -1),
    ),
    Named(
        name="log10_reach_at_start",
        label="what reached step 1 at the start",
        what="the same at the first update",
        say=tenfold,
        read=lambda run: _reach(run, 0),
    ),
    Named(
        name="rho",
        label="ρ",
        what="the spectral radius of W_h (of a linear cell its λ), as last measured",
        read=lambda run: _last(run.record.rho),
    ),
    Named(
        name="saturated",
        label="the saturated share",
        what="share of saturated units and steps in the last batch",
        say=share,
        read=lambda run: _last(run.record.saturated),
    ),
    Named(
        name="T",
        label="the steps of a sequence",
        what="steps of a training sequence, which follow from the length",
        unit="steps",
        read=lambda run: run.config.problem.seq_len,
    ),
)

NAMES: dict[str, Named] = by_name(
    _MEASURED,
    of_settings(RUN_SETTINGS, lambda run, setting: getattr(run.config, setting.name)),
)


def readings(run: Run) -> Readings:
    """What can be read from `run`."""
    return Readings(NAMES, run)
