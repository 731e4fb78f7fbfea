"""What the settings ask for: the run on screen, and the one beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.tasks import TASKS
from rnn_core.training.config import TRAIN_LIMITS, TrainConfig
from ui.controls import views
from ui.settings.training import DEFAULT, FIELDS, PREFIX

RIVAL = "rival"

OWN_OF_CELLS = tuple(dict.fromkeys(s.name for cell in CELLS.values() for s in cell.settings))

WRITTEN = 160  # characters

_PLANNED = (*(PREFIX + field for field in FIELDS), PREFIX + "versus")

_VALID = "training_valid"  # the last settings that could run


@dataclass(frozen=True)
class Plan:
    """What the settings ask for: the run on screen, the one beside it, and what is wrong."""

    config: TrainConfig
    rival: TrainConfig | None
    error: str = ""


# -- the session


def get(field: str):
    """A setting by its TrainConfig field, or one of the page's own."""
    return views.get(PREFIX + field)


def put(**changes) -> None:
    """Change settings by field; for callbacks."""
    views.put(**{PREFIX + field: value for field, value in changes.items()})


def put_config(config: TrainConfig) -> None:
    """Take over every setting of `config`."""
    given = {field: getattr(config, field) for field in FIELDS}
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
    given = PREFIX + "length" in st.query_params
    if not given:
        put_length = task.default_length if PREFIX + "task" in st.query_params else asked
    else:
        put_length = min(max(asked, low), high)
        if put_length != asked:
            st.session_state["views_notes"].append(
                f"length must be from {low} to {high} for {task.label}; "
                f"{asked} became {put_length}."
            )
    views.values()[PREFIX + "length"] = min(max(put_length, low), high)


def task_used():

    return TASKS[get("task")]


def plan() -> Plan:
    """What the settings ask for; with settings that cannot run, the last ones that could."""
    values = views.values()  # once: a look into the session takes 40 µs
    asked = tuple([values[name] for name in _PLANNED])
    held = st.session_state.get("training_plan")
    if held is None or held[0] != asked:
        held = st.session_state["training_plan"] = (asked, _made())
    return held[1]


def _made() -> Plan:
    given = {field: get(field) for field in FIELDS}
    try:
        config = TrainConfig(**_used(given))
    except (ValueError, TypeError) as error:
        return Plan(st.session_state.get(_VALID, DEFAULT), None, str(error))
    st.session_state[_VALID] = config
    try:
        return Plan(config, _beside(config, get("versus")))
    except (ValueError, TypeError) as error:
        return Plan(config, None, f"The run to compare with: {error}")


def _used(given: dict) -> dict:
    """Without what the task or the cell does not use."""

    if not task_used().uses_text:
        given["text"] = ""
    if not CELLS[given["cell"]].two_factors:
        given["omega"] = 0.0
    return given


def _beside(config: TrainConfig, versus: str) -> TrainConfig | None:
    if versus == "none":
        return None
    changes = {}
    for pair in versus.split(","):
        field, _, text = pair.partition(":")
        if field not in FIELDS or field == "text":
            raise ValueError(f"there is no setting {field} that a second run could change")
        if field in TRAIN_LIMITS or field == "length":
            whole = isinstance(getattr(DEFAULT, field), int)
            changes[field] = _number(field, text, whole)
        elif field == "curriculum":
            changes[field] = text == "1"
        else:
            changes[field] = text
    return replace(config, **changes)


def _number(field: str, text: str, whole: bool):
    try:
        return int(text) if whole else float(text)
    except ValueError:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{field} must be {kind}, got {text!r}") from None


def versus_of(config: TrainConfig, other: TrainConfig) -> str:
    """`other` as the link writes it: what it has otherwise than `config`."""
    pairs = []
    for field in FIELDS:
        value = getattr(other, field)
        if field != "text" and value != getattr(config, field):
            written = str(int(value)) if isinstance(value, bool) else f"{value}"
            pairs.append(f"{field}:{written}")
    return ",".join(pairs) or "none"
