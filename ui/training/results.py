"""What the page computed, as readings: of the run on screen, whatever the settings say by now."""

from collections.abc import Callable
from typing import Any

from rnn_core.readings import of_run
from rnn_core.readings.named import Readings
from rnn_core.settings import RUN
from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import Trainer
from ui.controls import store
from ui.settings.every import owned
from ui.training import runs

LOOKED_AT = 20  # updates between two looks at a run that is tried


def readings() -> Readings:
    """Of the run on screen, as far as it has come."""
    shown = runs.shown(runs.main(), 0, "")
    return of_run.readings(
        of_run.Run(shown.config, shown.record, shown.event, shown.solved_step),
    )


def values() -> dict[str, Any]:
    """The settings that this run was made with, by key."""
    return of_config(runs.main().config)


def of_config(config: TrainConfig) -> dict[str, Any]:
    """A run's settings by key."""
    return {setting.key: getattr(config, setting.name) for setting in owned(RUN)}


def tried(enough: Callable[[Readings], bool]) -> Readings:
    """Of a run at the settings given, until it is enough or over: for whoever tries a lesson,
    without a page."""
    trainer = Trainer(TrainConfig(**store.values(RUN)))
    while trainer.step():
        if trainer.updates % LOOKED_AT == 0 and enough(found := _of(trainer)):
            return found
    return _of(trainer)


def before() -> Readings:
    """Of a run at the settings given that has not begun."""
    return _of(Trainer(TrainConfig(**store.values(RUN))))


def _of(trainer: Trainer) -> Readings:
    return of_run.readings(of_run.Run.of(trainer))
