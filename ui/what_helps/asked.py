"""What is to be tried, from the settings on screen, and this tab's trials of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rnn_core.cells import CELLS
from rnn_core.remedies.remedy import multiply_adds
from rnn_core.remedies.trials import Comparison, Trials
from rnn_core.settings import RUN
from rnn_core.tasks import TASKS
from rnn_core.training.config import TrainConfig, of_cell
from ui import background
from ui.controls import store
from ui.server import limits
from ui.settings.training import FIELDS
from ui.settings.what_helps import SEEDS

NAME = "helps"  # of the trials among this tab's runs


@dataclass(frozen=True)
class Asked:
    """The comparison, what is wrong with the settings ("" if nothing), and the updates asked for of
    each run where they are more than a server makes."""

    comparison: Comparison
    error: str = ""
    more_updates: int = 0


def asked() -> Asked:
    """What the settings ask for; with settings that cannot run, the ones that a run starts with."""
    seeds = int(store.get(SEEDS.key))
    try:
        config = TrainConfig(**_used(store.values(RUN)))
    except (ValueError, TypeError) as error:
        return Asked(Comparison(config=TrainConfig(), seeds=seeds), str(error))
    whole = Comparison(config=config, seeds=seeds, updates=config.steps)
    once = seeds * sum(map(multiply_adds, whole.runs.values()))
    fits = max(1, int(limits.TRIALS / once))
    if fits >= config.steps:
        return Asked(whole)
    return Asked(replace(whole, updates=fits), more_updates=config.steps)


def _used(given: dict) -> dict:
    """Without what the task or the cell does not use; the length within the task's limits."""
    task = TASKS[given["task"]]
    low, high = task.lengths
    given["length"] = min(max(given["length"], low), high)
    if not task.uses_text:
        given["text"] = ""
    return given | of_cell(CELLS[given["cell"]])


def trials(comparison: Comparison):
    """This tab's trials: of `comparison`, or of what it was when they began."""
    return background.mine(comparison, NAME, Trials)


def link_of(config: TrainConfig) -> str:
    """A run as the query of a link to Training; "" where a link cannot hold its text."""
    own = {setting.name for setting in config.cell_used.settings}
    of_cells = {setting.name for cell in CELLS.values() for setting in cell.settings}
    left_out = of_cells - own
    if not config.task_used.uses_text:
        left_out = left_out | {"text"}
    elif len(config.text) > limits.TEXT_IN_LINK:
        return ""
    values = {setting.key: getattr(config, name) for name, setting in FIELDS.items()}
    keys = [setting.key for name, setting in FIELDS.items() if name not in left_out]
    return store.query(keys, store.everything() | values)


def take_over(config: TrainConfig) -> None:
    """Make a run the one on Training."""
    given = {name: getattr(config, name) for name in FIELDS}
    if not config.task_used.uses_text:
        del given["text"]  # it comes back with its task
    store.take(RUN, given)
