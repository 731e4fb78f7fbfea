"""A run: a trainer that is ready, queued, running, paused, finished or stopped."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ui.background.rate import Rate
from ui.background.turns import Turns
from ui.server import trouble

if TYPE_CHECKING:
    from rnn_core.training.config import TrainConfig
    from rnn_core.training.history import Record
    from rnn_core.training.trainer import NonFinite, Trainer

READY, QUEUED, RUNNING = "ready", "queued", "running"
PAUSED, FINISHED, STOPPED = "paused", "finished", "stopped"

_STEP_PATIENCE = 0.25  # seconds a single step is waited for; the page sees a slower one later
_FASTEST_BURST = 0.25  # seconds a paced run may catch up on
_FRESH = 0.2  # seconds: no new prediction more often while updates are being made

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a run has come."""

    steps: int
    budget: int
    rate: float | None  # updates per second over the last two seconds; None while it is not known
    seconds_left: float | None  # None without a rate


class Run:
    """One training, steered from any thread.

    Updates are made by the workers of `turns`, in this run's turns, and orders return at once
    (`step_once` after a quarter of a second at most); what is asked for is obeyed after the update
    that is being made. In the caller's thread: a trainer that is looked at before there is one, and
    the prediction of a run at rest.
    """

    def __init__(
        self, config: TrainConfig, turns: Turns, make: Callable[[TrainConfig], Trainer]
    ) -> None:
        self._turns, self._make = turns, make
        self._speed: float | None = None
        self.version = 0
        self._clear(config)

    def _clear(self, config: TrainConfig) -> None:
        self._given = config
        self._trainer: Trainer | None = None
        self.state = READY
        self.event: NonFinite | None = None
        self.error: str | None = None
        self.away = False
        self.steps = 0
        self.due = 0.0
        self._owed = 0
        self._rate = Rate()
        self._record: tuple[int, Record] | None = None
        self._prediction: tuple[int, Any] | None = None
        self._predicted_at = 0.0
        self._prediction_wanted = False
        self.version += 1

    # -- what it is

    @property
    def config(self) -> TrainConfig:
        """Its settings now, live changes included."""
        return self._given if self._trainer is None else self._trainer.config

    @property
    def started_with(self) -> TrainConfig:
        """Its settings at update 1, before any live change."""
        return self._given

    @property
    def trainer(self) -> Trainer:
        """Made when it is first needed: PyTorch takes a second to import."""
        if self._trainer is None:
            with self._turns.lock:
                config = self._given
            made = self._make(config)
            with self._turns.lock:
                if self._trainer is None and self._given is config:
                    self._trainer = made
        return self._trainer if self._trainer is not None else self.trainer

    @property
    def begun(self) -> bool:
        """Whether it has left its start, or is about to."""
        return self.state != READY or self.steps > 0

    @property
    def active(self) -> bool:
        """Running, or waiting for its place."""
        return self.state in (QUEUED, RUNNING)

    @property
    def can_start(self) -> bool:
        return self.state in (READY, PAUSED)

    @property
    def ahead(self) -> int:
        """How many wait in the queue before it."""
        return self._turns.ahead(self)

    @property
    def message(self) -> str:
        """What the reader should know about its state and cannot see; "" if nothing."""
        if self.error:
            return self.error
        if self.state == QUEUED:
            return f"queued, {self.ahead} before you"
        return ""

    @property
    def progress(self) -> Progress:
        with self._turns.lock:
            steps, rate = self.steps, self._rate.per_second if self.state == RUNNING else None
            budget = self.config.steps
        left = max(budget - steps, 0) / rate if rate else None
        return Progress(steps, budget, rate, left)

    def differs(self, config: TrainConfig, live: tuple[str, ...]) -> tuple[dict[str, Any], list]:
        """What `config` has otherwise: the fields among `live` with their values, for `change`, and
        the names of those that need a new start."""
        mine = self.config
        other = [f.name for f in fields(mine) if getattr(mine, f.name) != getattr(config, f.name)]
        changes = {name: getattr(config, name) for name in other if name in live}
        return changes, [name for name in other if name not in live]

    # -- what it has learnt

    def read(self) -> Record:
        """Its history so far; the same object until there is news."""
        version, held = self.version, self._record
        if held is None or held[0] != version:
            held = self._record = (version, self.trainer.history.read())
        return held[1]

    def predict(self) -> Any:
        """`Trainer.predict` with the weights between two updates; the same object until they move.

        While it runs this is a moment old, and None at first: the worker makes it.
        """
        held = self._prediction
        if held is not None and held[0] == self.steps:
            return held[1]
        self._prediction_wanted = True
        if self.state == RUNNING:
            return held and held[1]
        trainer = self.trainer
        with self._turns.between_updates(self) as free:
            if free:
                self._make_prediction(trainer)
        held = self._prediction
        return held and held[1]

    def _make_prediction(self, trainer: Trainer) -> None:
        prediction = trainer.predict()
        with self._turns.lock:
            self._prediction_wanted = False
            self._predicted_at = time.monotonic()
            if trainer is self._trainer:
                self._prediction = (self.steps, prediction)
                self.version += 1

    # -- what it is told

    def start(self) -> None:
        """Begin or go on; queued if the server has no room."""
        with self._turns.lock:
            if self.can_start:
                self.away = False
                self._rate = Rate()
                self._rate.note(time.monotonic(), self.steps)
                self.due = time.monotonic()
                self._turns.join(self)

    def pause(self) -> None:
        """Rest, to go on later."""
        with self._turns.lock:
            self.away = False
            if self.active:
                self._rest(PAUSED)

    def stop(self) -> None:
        """End it: only `reset` leads on from there."""
        with self._turns.lock:
            self.away = False
            if self.state not in (FINISHED, STOPPED):
                self._owed = 0
                self._rest(STOPPED)

    def step_once(self) -> None:
        """One update of a run that is ready or paused, made on return unless it is a slow one."""
        with self._turns.lock:
            if not self.can_start:
                return
            self._owed += 1
            self.due = 0.0
            self._turns.once(self)
            self._turns.lock.wait_for(lambda: not self._owed, _STEP_PATIENCE)

    def reset(self, config: TrainConfig | None = None) -> None:
        """Back to the start, with the settings of now or with `config`."""
        with self._turns.lock:
            self._turns.leave(self)
            self._clear(config or self.config)

    def discard(self) -> None:
        """End it for good, and free its memory even where a page still holds the run itself.

        Streamlit keeps the variables of a closed page's script for two minutes.
        """
        with self._turns.lock:
            self.stop()
            self._trainer = self._record = self._prediction = None

    def change(self, **live: Any) -> None:
        """Change settings of the run under way; ValueError where the value is not legal."""
        if not live:
            return
        self.trainer.change(**live)
        with self._turns.lock:
            self.version += 1
            if self.state == FINISHED and not self.trainer.done:
                self.state = PAUSED  # more updates were allowed

    @property
    def speed(self) -> float | None:
        """Updates per second that are wanted; None: as fast as it goes."""
        return self._speed

    @speed.setter
    def speed(self, wanted: float | None) -> None:
        if wanted is not None and not wanted > 0:
            raise ValueError(f"speed must be more than 0 updates per second; got {wanted}")
        with self._turns.lock:
            self._speed = wanted
            self.due = time.monotonic()
            self._turns.wake()

    def left_alone(self) -> None:
        """Nobody is connected: rest until `come_back`."""
        with self._turns.lock:
            if self.active:
                self._rest(PAUSED)
                self.away = True

    def come_back(self) -> None:
        """Somebody is connected again: go on if `left_alone` made it rest."""
        with self._turns.lock:
            if self.away:
                self.start()

    # -- for `turns`

    def queued(self) -> None:
        self.state = QUEUED
        self.version += 1

    def let_in(self) -> None:
        self.state = RUNNING
        self.version += 1

    @property
    def owes_a_step(self) -> bool:
        return self._owed > 0

    def take_turn(self, seconds: float) -> None:
        """Updates for so many seconds, or until it is told something else."""
        end = time.monotonic() + seconds
        trainer = self.trainer
        # Before the first update too: a trainer takes its time to be made.
        while self._wants(trainer):
            made = not trainer.done and trainer.step()
            now = time.monotonic()
            with self._turns.lock:
                if trainer is not self._trainer:
                    return  # it was reset meanwhile
                self._note(trainer, made, now)
                if self.state != RUNNING and not self._owed:
                    return
                predicting = self._prediction_wanted and now - self._predicted_at > _FRESH
            if predicting:
                self._make_prediction(trainer)
            if now >= end or self.due > now:
                return

    def _wants(self, trainer: Trainer) -> bool:
        """Whether updates of `trainer` are asked for: the run may have been stopped, or reset."""
        with self._turns.lock:
            return trainer is self._trainer and (self.state == RUNNING or self.owes_a_step)

    def _note(self, trainer: Trainer, made: bool, now: float) -> None:
        self.steps += bool(made)
        self.version += 1
        self._rate.note(now, self.steps)
        if self._speed:
            self.due = max(self.due, now - _FASTEST_BURST) + 1 / self._speed
        if self._owed:
            self._owed = 0 if trainer.done else self._owed - 1
            self._turns.wake()
        if trainer.done and self.state not in (FINISHED, STOPPED):
            self.event = trainer.event
            self._rest(FINISHED if trainer.event is None else STOPPED)

    def failed(self, error: Exception) -> None:
        """An update raised `error`: end the run, and name the log's entry to the reader."""
        number = secrets.token_hex(3)
        _log.error("run %s failed", number, exc_info=error)
        with self._turns.lock:
            self._owed = 0
            self.error = trouble.words(error, number, "The run")
            self._rest(STOPPED)

    def _rest(self, state: str) -> None:
        self._turns.leave(self)
        self.state = state
        self.version += 1
