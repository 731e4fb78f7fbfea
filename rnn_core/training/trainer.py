"""Training: one update after the other, everything recorded, stopped cleanly when it breaks.

trainer = Trainer(TrainConfig(task="adding", cell="gru"))
while trainer.step():
    pass
record = trainer.history.read()
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_TRAIN, stream
from rnn_core.tasks import Batch, Problem, accuracy, loss_and_direct, problem
from rnn_core.training.config import LIVE, TrainConfig
from rnn_core.training.history import History
from rnn_core.training.update import Engine, Update

# Powers of two, so that what is measured only now and then is never what a full History drops.
VALIDATE_EVERY = 32
CURRICULUM_START = 8  # a curriculum begins with this part of the full length
CURRICULUM_GROWTH = 1.5


@dataclass(frozen=True)
class NonFinite:
    """Why a run had to stop: at update `step`, `tensor` was the first that was not finite.

    timestep: the step of the sequence (from 1) at which it was, for tensors that have one.
    """

    step: int
    tensor: str
    timestep: int | None


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says of a few validation sequences."""

    problem: Problem
    batch: Batch
    y: np.ndarray  # (K, B, O)


class Trainer:
    """A training run. `step` belongs to one thread; `change` and reading may come from others."""

    def __init__(self, config: TrainConfig) -> None:
        self.started = self.config = self._noted = config
        self._set_problem(first_problem(config))
        self.history = History(config.problem.seq_len)
        self.engine: Engine = _engine(config)
        self.event: NonFinite | None = None
        self.solved_step: int | None = None
        self._rng = stream(config.seed, STREAM_TRAIN)
        self._measure_every = measured_every(config.hidden_size)
        self._updates = 0
        self._change = threading.Lock()

    @property
    def problem(self) -> Problem:
        """The task as it is learned now: a curriculum lengthens it."""
        return self._task[0]

    @property
    def updates(self) -> int:
        """Updates made so far."""
        return self._updates

    @property
    def done(self) -> bool:
        """Whether the budget is used up or the run has broken."""
        return self.event is not None or self._updates >= self.config.steps

    def step(self) -> bool:
        """One update; False, and nothing done, if the run is done."""
        if self.done:
            return False
        config, task, n = self.config, self.problem, self._updates + 1
        self._note_changes(config)
        validated = self._validate() if (n - 1) % VALIDATE_EVERY == 0 else (math.nan, math.nan)
        spectrum = (math.nan, math.nan)
        if (n - 1) % self._measure_every == 0:
            spectrum = spectral(config, self.engine.params)
        batch = task.draw(self._rng, config.batch_size)
        made = self.engine.update(config, task, batch)
        self._record(n, task, made, validated, spectrum)
        self._updates = n
        if made.tensor is not None:
            self.event = NonFinite(n, made.tensor, made.timestep)
        elif task.solved(*validated):
            self._solved(n)
        return True

    def _record(
        self,
        n: int,
        task: Problem,
        made: Update,
        validated: tuple[float, float],
        spectrum: tuple[float, float],
    ) -> None:
        factor = made.norm_after / made.norm_before if made.norm_before > 0 else 1.0
        self.history.add(
            made.state_norms,
            step=n,
            loss=made.loss,
            val_loss=validated[0],
            val_accuracy=validated[1],
            norm_before=made.norm_before,
            norm_after=made.norm_after,
            clipped=made.norm_after < made.norm_before,
            factor=factor,
            cosine=made.cosine,
            rho=spectrum[0],
            sigma=spectrum[1],
            saturated=made.saturated,
            seq_len=task.seq_len,
        )

    def _validate(self) -> tuple[float, float]:
        """Loss and accuracy (NaN for a task without) on the validation set."""
        task, held = self._task
        y = self.engine.validate(task, held.x)
        with np.errstate(over="ignore", invalid="ignore"):
            loss, _ = loss_and_direct(task, y, held.target)
        return float(loss), accuracy(task, y, held.target)

    def _solved(self, n: int) -> None:
        full = self.config.length
        if self.problem.length >= full:
            self.solved_step = self.solved_step or n
            return
        longer = longer_length(self.problem.length, full)
        self._set_problem(problem(self.config.task, longer, self.config.text))

    def _set_problem(self, new: Problem) -> None:
        # One assignment: a prediction asked for meanwhile must find a batch of its own problem.
        self._task = new, new.validation(self.config.seed)

    def change(self, **live: Any) -> None:
        """Change settings of LIVE while the run goes on, from any thread.

        Raises ValueError (or TypeError) naming the field, its limit and the value.
        """
        for field in live:
            if field not in LIVE:
                raise ValueError(f"{field} cannot change in a run, only {', '.join(LIVE)} can")
        with self._change:
            self.config = replace(self.config, **live)

    def _note_changes(self, config: TrainConfig) -> None:
        """What is new in `config` goes on record with the first update that is made by it: a change
        asked for in the middle of an update has no part in that one."""
        if config is not self._noted:
            for field in LIVE:
                if (value := getattr(config, field)) != getattr(self._noted, field):
                    self.history.note(field, value)
            self._noted = config

    def predict(self, sequences: int = 32) -> Prediction:
        """The outputs for the first few validation sequences, of the network as it is now."""
        task, whole = self._task
        few = Batch(whole.x[:, :sequences], whole.target[:, :sequences])
        return Prediction(task, few, self.engine.outputs(task, few.x))


def _engine(config: TrainConfig) -> Engine:
    if config.engine == "torch":
        from rnn_core.training.torch_engine import TorchEngine

        return TorchEngine(config)
    from rnn_core.training.numpy_engine import NumpyEngine

    return NumpyEngine(config)


def first_problem(config: TrainConfig) -> Problem:
    """The full problem, or with a curriculum its shortest."""
    if not config.curriculum:
        return config.problem
    low, _ = config.task_used.lengths
    start = min(max(low, math.ceil(config.length / CURRICULUM_START)), config.length)
    return problem(config.task, start, config.text)


def longer_length(length: int, full: int) -> int:
    """What follows `length` in a curriculum that ends at `full`."""
    return min(max(length + 1, math.ceil(CURRICULUM_GROWTH * length)), full)


def measured_every(hidden_size: int) -> int:
    """Updates between two measurements of ρ and σ_max, which take longer than a small update."""
    return 1 if hidden_size <= 8 else min(2 ** math.ceil(math.log2(hidden_size / 2)), 32)


def spectral(config: TrainConfig, params: Parameters) -> tuple[float, float]:
    """ρ and σ_max of W_h, of a gated cell's candidate block (n or g); NaN if not finite, or for a
    cell that has nothing of the kind."""
    cell, H = config.cell_used, config.hidden_size
    if cell.eigenvalues is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            size = float(np.abs(cell.eigenvalues(params)).max())
        return size, size
    if "W_h" not in cell.learned:
        return math.nan, math.nan
    block = cell.gates.index(cell.candidate) if cell.candidate else 0
    W = np.asarray(params.W_h[block * H : (block + 1) * H], np.float64)
    if not np.isfinite(W).all():
        return math.nan, math.nan
    return float(np.abs(np.linalg.eigvals(W)).max()), float(np.linalg.norm(W, 2))
