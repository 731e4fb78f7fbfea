"""What the page was last drawn from, and when it must be drawn anew as a whole."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui import background
from ui.training import plan, runs


def remember() -> None:
    """Note what this run of the page draws; early in it."""
    st.session_state["training_states"] = _states()
    st.session_state["training_drawn_from"] = _drawn_from()


def runs_have_changed() -> bool:
    """Whether a run has started, paused, ended, come or gone since."""
    return st.session_state.get("training_states") != _states()


def settings_have_changed() -> bool:
    """Whether a moved slider concerns what stands outside its fragment.

    That is what waits for the next run, and the charts of a run at rest; a run that goes on draws
    its own.
    """
    before, now = st.session_state["training_drawn_from"], _drawn_from()
    if before == now:
        return False
    idle = not any(run.active for run in runs.both())
    return idle or before[1:] != now[1:]


def _drawn_from() -> tuple:
    """What the page outside the sliders' fragment shows of the settings."""
    asked = plan.plan()
    return (asked.config, asked.error, tuple(runs.waiting_changes()))


def _states() -> tuple:
    """Of the runs there are."""
    return (*(run.state for run in runs.both()), len(background.kept()))


# -- a click inside a fragment


def acted(function: Callable, *args) -> Callable[[], None]:
    """A callback that does `function`, after which the whole page runs."""

    def callback() -> None:
        function(*args)
        st.session_state["training_acted"] = True

    return callback


def wants_the_page() -> bool:
    """Whether there was such a click since the page ran."""
    return st.session_state.pop("training_acted", False)
