"""The settings of the page as widgets and in its link, and what the doctor advises put to work."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.settings import Number
from rnn_core.training.config import LIVE
from ui import background
from ui.controls import views
from ui.server import limits
from ui.settings.training import FIELDS, MOST_TEXT, OWN, PREFIX
from ui.training.plan import OWN_OF_CELLS, get, put, task_used
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
    """The names of the settings that the link holds now."""
    used = set(_cell_settings())
    names = []
    for field in (*FIELDS, *OWN):
        if field == "text" and (not task_used().uses_text or too_long_for_a_link()):
            continue
        if field in OWN_OF_CELLS and field not in used:
            continue
        if field == "versus" and get("versus") == "none":
            continue
        names.append(PREFIX + field)
    return tuple(names)


def _cell_settings() -> tuple[str, ...]:
    return tuple(setting.name for setting in CELLS[get("cell")].settings)


# -- widgets


def slider(field: str, **more) -> None:
    """The live slider of a number."""
    number: Number = FIELDS[field]
    if more:
        number = replace(number, **more)
    views.number_slider(PREFIX + field, number, get(field), views.put)


def length_slider() -> None:
    """The length, in the task's own words and limits."""
    task = task_used()
    low, high = task.lengths
    if low == high:
        st.caption(f"{task.length_label}: {low}, always")
        return
    slider("length", label=task.length_label, low=low, high=high)


def task_choice() -> None:
    """The task; another one comes with a sensible length."""
    key = f"view_{PREFIX}task"
    st.session_state[key] = get("task")

    def changed() -> None:
        put(task=st.session_state[key])
        put(length=task_used().default_length)

    setting = FIELDS["task"]
    st.selectbox(
        setting.label,
        list(setting.words),
        format_func=setting.words.__getitem__,
        key=key,
        help=task_used().question,
        on_change=changed,
    )


def text_area(rule: str) -> None:
    """The pasted text; one that cannot be learned stays as it is, and the page says why."""
    key = f"view_{PREFIX}text"
    st.session_state[key] = get("text")
    st.text_area(
        "your text",
        key=key,
        height=110,
        max_chars=5 * MOST_TEXT,
        placeholder="Paste a text here",
        help=rule,
        on_change=lambda: put(text=st.session_state[key]),
    )


def choice(field: str, *, row: bool = False) -> None:
    views.choice(PREFIX + field, row=row)


def flag(field: str) -> None:
    views.flag(PREFIX + field)


def cell_choices() -> None:
    """Activation and initialisation; what the cell decides by itself is shown, and locked."""
    cell = CELLS[get("cell")]
    for field, fixed in (("activation", cell.activation), ("init", cell.init)):
        if fixed is None:
            choice(field)
            continue
        said = FIELDS[field].words[fixed] if fixed else "none: it has no W_h"
        st.selectbox(
            FIELDS[field].label,
            [said],
            key=f"fixed_train_{field}",
            disabled=True,
            help=f"The {cell.label} decides this by itself.",
        )


def seed() -> None:
    """The seed as a number, and a dice."""
    views.seed_field(FIELDS["seed"], get("seed"), put, prefix=PREFIX)
