"""The settings of the page as widgets and in its link, and what the doctor advises put to work."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.limits import TEXT_LIMITS
from rnn_core.tasks import TASKS
from rnn_core.training.config import LIVE
from rnn_core.training.kept import can_keep
from rnn_core.training.settings import OF_CELLS
from ui import background
from ui.controls import widgets
from ui.controls.views import view
from ui.server import limits
from ui.settings.training import FIELDS, SETTINGS
from ui.training.plan import get, put, task_used
from ui.training.runs import main, restart, sync


def set_fields(changes: dict) -> None:
    """What the doctor advises: at once where a run that goes on can take it, else by a new run."""
    run = main()
    put(**changes)
    at_once = (LIVE if run.active or run.state == background.PAUSED else ()) + ("steps",)
    if run.begun and (run.state == background.STOPPED or not set(changes) <= set(at_once)):
        restart()
    else:
        sync()


# -- the link


def uses_text() -> bool:
    """Whether the task learns the reader's text."""
    return task_used().uses_text


def too_long_for_a_link() -> bool:
    """Whether the pasted text stays out of it."""
    return len(get("text")) > limits.TEXT_IN_LINK


def linked() -> tuple[str, ...]:
    """The keys of the settings that the link may hold now."""
    left_out = set(OF_CELLS) - {setting.name for setting in CELLS[get("cell")].settings}
    if not uses_text() or too_long_for_a_link():
        left_out.add("text")
    return tuple(s.key for s in (*FIELDS.values(), *SETTINGS) if s.name not in left_out)


# -- widgets


def slider(field: str, **more) -> None:
    """The live slider of a number."""
    widgets.slider(replace(FIELDS[field], **more) if more else FIELDS[field])


def length_slider() -> None:
    """The length, in the task's own words and limits."""
    task = task_used()
    low, high = task.lengths
    if low == high:
        st.caption(f"{task.length_label}: {low}, always")
        return
    slider(
        "length",
        label=task.length_label,
        low=low,
        high=high,
        default=task.default_length,
    )


def task_choice() -> None:
    """The task; another one comes with a sensible length."""
    setting = FIELDS["task"]
    shown, more = view(
        f"view_{setting.key}",
        lambda: get("task"),
        lambda task: put(task=task, length=TASKS[task].default_length),
    )
    names = list(setting.words)
    st.selectbox(
        setting.label,
        names,
        index=names.index(shown),
        format_func=setting.words.__getitem__,
        help=task_used().question,
        **more,
    )


def text_area(rule: str) -> None:
    """The pasted text; one that cannot be learned stays as it is, and the page says why."""
    setting = FIELDS["text"]
    shown, more = view(
        f"view_{setting.key}", lambda: get("text"), lambda pasted: put(text=pasted or "")
    )
    st.text_area(
        setting.label,
        shown,
        height=110,
        max_chars=5 * TEXT_LIMITS[1],
        placeholder="Paste a text here",
        help=rule,
        **more,
    )


def choice(field: str, *, row: bool = False) -> None:
    widgets.choice(FIELDS[field], row=row)


def flag(field: str) -> None:
    widgets.flag(FIELDS[field])


def cell_choices() -> None:
    """Activation, initialisation and start; what the cell or the start decides is locked."""
    cell = CELLS[get("cell")]
    for field in ("activation", "init", "start"):
        widgets.choice_of_network(FIELDS[field], cell, get("start"))


def matrix_choice() -> None:
    """What W_h is brought back to, for a cell that learns one."""
    cell = CELLS[get("cell")]
    if can_keep(cell):
        choice("keep_matrix")
    else:
        st.caption(f"The {cell.label} learns no W_h that an update could keep.")


def seed() -> None:
    """The seed as a number, and a dice."""
    widgets.seed(FIELDS["seed"])
