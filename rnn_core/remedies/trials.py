"""Trials: a run as it is and with each remedy, from several seeds, one update after the other.

trials = Trials(Comparison(config=TrainConfig(), seeds=3))
while trials.step():
    pass
rows = summaries(trials.comparison, trials.found)
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn_core.flow.measure import horizon
from rnn_core.remedies import REMEDIES
from rnn_core.remedies.remedy import multiply_adds
from rnn_core.tasks import loss_and_direct
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record
from rnn_core.training.trainer import Trainer

AS_IT_IS = ""  # the name of the run without a remedy
MOST_SEEDS = 5
PIECES = 60  # points of a loss curve


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is to be compared: `config` and each remedy that applies to it, from `seeds` seeds on.

    updates: of each run at most; a run ends earlier where it solves its task, or breaks.

    Raises ValueError for a number of seeds or updates that is not legal.
    """

    config: TrainConfig
    seeds: int = 3
    updates: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise ValueError(f"seeds must be from 1 to {MOST_SEEDS}, got {self.seeds!r}")
        replace(self.config, steps=self.updates)

    @cached_property
    def runs(self) -> dict[str, TrainConfig]:
        """The run as it is, and with each remedy that applies, by name."""
        config = replace(self.config, steps=self.updates, engine="numpy")
        with_each = {name: remedy.after(config) for name, remedy in REMEDIES.items()}
        return {AS_IT_IS: config} | {n: after for n, after in with_each.items() if after}

    @property
    def order(self) -> list[tuple[str, int]]:
        """(name, seed) of every trial: all of one seed before the next, so that a first answer is
        there early."""
        first = self.config.seed
        return [(n, (first + k) % 2**32) for k in range(self.seeds) for n in self.runs]

    @property
    def steps(self) -> int:
        """Updates of all trials together, at most."""
        return self.updates * self.seeds * len(self.runs)

    @property
    def products(self) -> int:
        """Multiply-adds of all trials together, at most."""
        return self.seeds * self.updates * sum(map(multiply_adds, self.runs.values()))


@dataclass(frozen=True, eq=False)
class Trial:
    """One finished run.

    solved: at which update, or None. broke: what was not finite, or "". step, loss: (n,) the loss
    of the training batches, a mean over pieces of the run. first, last: how many steps back the
    gradient is above 1/1000 of what it is at the end, at the first and at the last update measured;
    the length where it is throughout; of the sequences that were trained on. val_loss: on the
    validation set at the full length, at the end. seconds: of one update.
    """

    name: str
    seed: int
    updates: int
    solved: int | None
    broke: str
    step: np.ndarray
    loss: np.ndarray
    first: int
    last: int
    length: int
    val_loss: float
    seconds: float


class Trials:
    """All runs of a comparison; what `ui.background` steers as it does a Trainer."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = self.config = comparison
        self.found: tuple[Trial, ...] = ()
        self.event = None  # what a Trainer has where it breaks: here one run does, not all
        self._waiting = comparison.order
        self._at: tuple[str, int] | None = None
        self._trainer: Trainer | None = None
        self._seconds = 0.0

    @property
    def done(self) -> bool:
        """Whether every run has ended."""
        return self._trainer is None and not self._waiting

    @property
    def now(self) -> tuple[str, int, int] | None:
        """(name, seed, updates made) of the run that is on; None between two."""
        at, trainer = self._at, self._trainer
        return None if at is None or trainer is None else (*at, trainer.updates)

    def step(self) -> bool:
        """One update of the run whose turn it is; False, and nothing done, if all are done."""
        if self.done:
            return False
        if self._trainer is None:
            self._at = name, seed = self._waiting.pop(0)
            self._trainer = Trainer(replace(self.comparison.runs[name], seed=seed))
            self._seconds = 0.0
        start = time.perf_counter()
        self._trainer.step()
        self._seconds += time.perf_counter() - start
        if self._trainer.done or self._trainer.solved_step is not None:
            assert self._at is not None
            self.found += (_trial(*self._at, self._trainer, self._seconds),)
            self._trainer = self._at = None
        return True


def _trial(name: str, seed: int, trainer: Trainer, seconds: float) -> Trial:
    record = trainer.history.read()
    step, loss = _pieces(record)
    first, last = _horizons(record)
    event = trainer.event
    return Trial(
        name=name,
        seed=seed,
        updates=trainer.updates,
        solved=trainer.solved_step,
        broke="" if event is None else event.tensor,
        step=step,
        loss=loss,
        first=first,
        last=last,
        length=trainer.config.problem.seq_len,
        val_loss=_validated(trainer) if event is None else math.nan,
        seconds=seconds / max(trainer.updates, 1),
    )


def _validated(trainer: Trainer) -> float:
    """The loss on the validation set at the full length: a curriculum's own may be shorter."""
    of = trainer.config.problem
    held = of.validation(trainer.config.seed)
    y = trainer.engine.validate(of, held.x)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(loss_and_direct(of, y, held.target)[0])


def _pieces(record: Record) -> tuple[np.ndarray, np.ndarray]:
    """The loss as at most PIECES means, each at the last update of its piece."""
    parts = np.array_split(np.arange(len(record)), min(PIECES, max(len(record), 1)))
    with np.errstate(over="ignore", invalid="ignore"):
        loss = np.array([record.loss[part].mean() for part in parts])
    return np.array([record.step[part[-1]] for part in parts]), loss


def _horizons(record: Record) -> tuple[int, int]:
    """Of the first and of the last update whose gradient was finite; 0 where there is none."""
    found = []
    for rows in (record.state_norms, record.state_norms[::-1]):
        curves = (row[~np.isnan(row)] for row in rows)
        curve = next((c for c in curves if len(c) and np.isfinite(c[-1])), None)
        if curve is None:
            found.append(0)
            continue
        lag = horizon(curve.astype(float))
        found.append(len(curve) if lag is None else lag)
    return found[0], found[1]


# -- what they come to


@dataclass(frozen=True)
class Summary:
    """A remedy over its seeds, as far as they are done.

    solved: in how many of `seeds`. updates: the median over those. first, last: median horizons.
    val_loss: the median of the validation losses at the end. products: multiply-adds of an update;
    seconds: the median time of one. broke: in how many seeds a number was not finite.
    """

    name: str
    seeds: int
    solved: int
    broke: int
    updates: float | None
    first: float
    last: float
    length: int
    val_loss: float
    products: int
    seconds: float


def summaries(comparison: Comparison, found: tuple[Trial, ...]) -> list[Summary]:
    """A row for each run that has ended at least once, in the order of the registry."""
    rows = []
    for name, config in comparison.runs.items():
        own = [trial for trial in found if trial.name == name]
        if not own:
            continue
        solved = [trial.solved for trial in own if trial.solved is not None]
        rows.append(
            Summary(
                name=name,
                seeds=len(own),
                solved=len(solved),
                broke=sum(bool(trial.broke) for trial in own),
                updates=float(np.median(solved)) if solved else None,
                first=float(np.median([trial.first for trial in own])),
                last=float(np.median([trial.last for trial in own])),
                length=own[0].length,
                val_loss=float(np.median([trial.val_loss for trial in own])),
                products=multiply_adds(config),
                seconds=float(np.median([trial.seconds for trial in own])),
            )
        )
    return rows


def helped(found: tuple[Trial, ...], name: str) -> bool:
    """Whether a remedy did better than the run as it is, seed for seed: it solved more of those
    that both have ended; or as many, at least one, and each of these in fewer updates."""
    before = {trial.seed: trial for trial in found if trial.name == AS_IT_IS}
    after = {t.seed: t for t in found if t.name == name and t.seed in before}
    was = {seed for seed in after if before[seed].solved is not None}
    now = {seed for seed, trial in after.items() if trial.solved is not None}
    if len(now) != len(was):
        return len(now) > len(was)
    return bool(now) and now == was and all(_sooner(after[s], before[s]) for s in now)


def _sooner(after: Trial, before: Trial) -> bool:
    assert after.solved is not None and before.solved is not None
    return after.solved < before.solved


def best(comparison: Comparison, found: tuple[Trial, ...]) -> Summary | None:
    """The remedy that helped most: solved in most seeds, then after the fewest updates; None where
    none helped."""
    rows = [r for r in summaries(comparison, found) if r.name and helped(found, r.name)]
    return min(rows, key=lambda r: (-r.solved, r.updates or math.inf), default=None)
