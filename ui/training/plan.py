"""What the settings ask for: the run on screen, and the one beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.pytorch.missing import WHAT_TO_INSTALL, torch_is_missing
from rnn_core.settings import RUN
from rnn_core.tasks import TASKS
from rnn_core.tasks.problem import Task
from rnn_core.training import settings
from rnn_core.training.config import TrainConfig, of_cell
from ui.controls import store
from ui.settings.every import owned
from ui.settings.training import VERSUS

RIVAL = "rival"  # the name of the run beside the one on screen
WRITTEN = 160  # characters that a character model writes by itself
_KEYS = {setting.name: setting.key for setting in (*owned(RUN), *owned("training"))}
_PLANNED = (*(setting.key for setting in owned(RUN)), VERSUS.key)
_VALID = "training_valid"  # the last settings that could run


@dataclass(frozen=True)
class Plan:
    """What the settings ask for: the run on screen, the one beside it, and what is wrong."""

    config: TrainConfig
    rival: TrainConfig | None
    error: str = ""


def get(field: str):
    """A setting by its TrainConfig field, or one of the page's own."""
    return store.get(_KEYS[field])


def put(**changes) -> None:
    """Change settings by field; for callbacks."""
    store.put(**{_KEYS[field]: value for field, value in changes.items()})


def put_config(config: TrainConfig) -> None:
    """Take over every setting of `config`."""
    given = {setting.name: getattr(config, setting.name) for setting in owned(RUN)}
    if not config.task_used.uses_text:
        given["text"] = get("text")  # it comes back with its task
    put(**given)


def start_session() -> None:
    """Bring a link's length inside the limits of its task, and say so."""
    if st.session_state.get("training_seen"):
        return
    st.session_state["training_seen"] = True
    task = task_used()
    low, high = task.lengths
    asked = get("length")
    if not store.in_link(settings.LENGTH.key):
        put_length = task.default_length if store.in_link(settings.TASK.key) else asked
    else:
        put_length = min(max(asked, low), high)
        if put_length != asked:
            store.note(
                f"length must be from {low} to {high} for {task.label}; "
                f"{asked} became {put_length}."
            )
    store.everything()[settings.LENGTH.key] = min(max(put_length, low), high)


def task_used() -> Task:
    """The task on screen."""
    return TASKS[get("task")]


def plan() -> Plan:
    """What the settings ask for; with settings that cannot run, the last ones that could."""
    values = store.everything()  # once: a look into the session takes 40 µs
    asked = tuple([values[name] for name in _PLANNED])
    held = st.session_state.get("training_plan")
    if held is None or held[0] != asked:
        held = st.session_state["training_plan"] = (asked, _made())
    return held[1]


def _made() -> Plan:
    try:
        config = _with_its_engine(TrainConfig(**used(store.values(RUN))))
    except (ValueError, TypeError) as error:
        return Plan(st.session_state.get(_VALID, TrainConfig()), None, str(error))
    st.session_state[_VALID] = config
    try:
        return Plan(config, _beside(config, get("versus")))
    except (ValueError, TypeError) as error:
        return Plan(config, None, f"The run to compare with: {error}")


def _with_its_engine(config: TrainConfig) -> TrainConfig:
    """`config`; ValueError (for the screen) if what would run it is not installed."""
    if config.engine == "torch" and torch_is_missing():
        raise ValueError(WHAT_TO_INSTALL)
    return config


def used(given: dict) -> dict:
    """Without what the task or the cell does not use."""
    if not task_used().uses_text:
        given["text"] = ""
    return given | of_cell(CELLS[given["cell"]])


def _beside(config: TrainConfig, versus: dict) -> TrainConfig | None:
    for field in versus:
        if field not in VERSUS.of:
            raise ValueError(f"there is no setting {field} that a second run could change")
    return _with_its_engine(replace(config, **versus)) if versus else None


def versus_of(config: TrainConfig, other: TrainConfig) -> dict:
    """What `other` has otherwise than `config`, by field."""
    return {
        field: getattr(other, field)
        for field in VERSUS.of
        if getattr(other, field) != getattr(config, field)
    }
