"""The settings that stand on this page: task, cell, length, seeds and updates; and which remedy is
looked at."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rnn_core.remedies.trials import AS_IT_IS, Comparison, Trial, best
from rnn_core.tasks import TASKS
from ui.controls import store, widgets
from ui.controls.views import view
from ui.settings.training import FIELDS
from ui.settings.what_helps import BEST, LOOKED_AT, SEEDS
from ui.what_helps import words

TASK, LENGTH = FIELDS["task"], FIELDS["length"]


def task_and_cell() -> None:
    """Two boxes; another task comes with a sensible length."""

    def choose(name: str) -> None:
        store.put(**{TASK.key: name, LENGTH.key: TASKS[name].default_length})

    shown, more = view(f"view_{TASK.key}_tried", lambda: store.get(TASK.key), choose)
    names = list(TASK.words)
    st.selectbox(TASK.label, names, names.index(shown), format_func=TASK.words.__getitem__, **more)
    widgets.choice(FIELDS["cell"])


def sliders() -> None:
    """Length and updates."""
    task = TASKS[store.get(TASK.key)]
    low, high = task.lengths
    if low < high:
        ends = {"low": low, "high": high, "default": task.default_length}
        widgets.slider(replace(LENGTH, label=task.length_label, **ends))
    widgets.slider(
        replace(
            FIELDS["steps"],
            label="updates",
            help="Of each run at most; one ends where it solves its task.",
        )
    )


def seeds() -> None:
    """From how many."""
    widgets.slider(SEEDS)


def looked_at(comparison: Comparison, found: tuple[Trial, ...]) -> str:
    """The remedy that is drawn: the reader's choice, or the best; "" for none."""
    chosen = store.get(LOOKED_AT.key)
    if chosen in comparison.runs and chosen != AS_IT_IS:
        return chosen
    if (one := best(comparison, found)) is not None:
        return one.name
    rows = [row.name for row in words.ordered(comparison, found) if row.name != AS_IT_IS]
    return rows[0] if rows else ""


def which(comparison: Comparison) -> None:
    """A box with every remedy that applies."""
    names = [BEST, *(name for name in comparison.runs if name != AS_IT_IS)]

    def now() -> str:
        held = store.get(LOOKED_AT.key)
        return held if held in names else BEST

    shown, more = view(
        f"view_{LOOKED_AT.key}", now, lambda name: store.put(**{LOOKED_AT.key: name})
    )
    st.selectbox(
        LOOKED_AT.label,
        names,
        names.index(shown),
        format_func=LOOKED_AT.words.__getitem__,
        help=LOOKED_AT.help,
        **more,
    )
