"""The unit learns: one update or all of them, the curves, and the way through them."""

from __future__ import annotations

import time

import streamlit as st

from ui import live
from ui.controls import store, widgets
from ui.controls.wording import say
from ui.one_neuron import figures, nodes, unit, words

CHART_HEIGHT = 300
TICK = 0.15  # seconds between two pictures of a training that is watched


def let_it_learn() -> None:
    """How to train on the left, what has come of it on the right."""
    st.header("Let it learn")
    found = unit.training()
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        widgets.slider("neuron_rate")
        widgets.choice("train_on", row=True)
        buttons(found)
        way_through(found)
    said = say(what_happens(found))
    with right:
        live.chart(
            figures.training(found.history, found.at),
            key="training",
            height=CHART_HEIGHT,
            title="Loss and weights over the updates",
            caption=nodes.maths(said),
            alt=said,
        )


def buttons(found: unit.Training) -> None:
    """One update, all of them, or all of them as a film."""
    row = st.container(horizontal=True, gap="small")
    row.button("Update once", key="update_once", on_click=unit.learn, args=(1,))
    row.button("Train to the end", key="train", on_click=unit.learn, args=(None,), type="primary")
    row.button(
        "Watch",
        key="watch",
        icon=":material/play_arrow:",
        on_click=watch,
        disabled=unit.last_shown(found) == 0,
        help="Go through the training from its start; the diagram above follows.",
    )


def way_through(found: unit.Training) -> None:
    """A slider over the updates, once there are any."""
    last = unit.last_shown(found)
    if last > 0:
        live.slider(
            "update",
            key="update",
            value=found.at,
            minimum=0,
            maximum=last,
            step=1,
            digits=0,
            unit=f"of {last}",
            help="Go through the training; the diagram shows the weights at this update.",
            on_move=lambda value: unit.goto(round(value)),
        )


def what_happens(found: unit.Training) -> str:
    """What the training has done; before one, what the next update would do."""
    history, last = found.history, unit.last_shown(found)
    if history.updates or found.asked:
        return words.training(
            history,
            last,
            asked=found.asked,
            rate=found.rate,
            shown=last == history.updates,
        )
    weights = {name: store.get(name) for name in unit.WEIGHTS}
    return words.update_line(unit.mean_gradients(), weights, store.get("neuron_rate"))


# -- a training that is watched


def watch() -> None:
    """The ticker stands outside this fragment, so the whole page runs."""
    unit.watch()
    st.session_state["ticked"] = time.monotonic()
    st.session_state["rerun_page"] = True


def wants_the_page() -> bool:
    """Whether a training has been set going since the page ran."""
    return st.session_state.pop("rerun_page", False)


@st.fragment(run_every=TICK)
def ticker() -> None:
    """While a training is watched: the next picture of it."""
    # A run of the whole page comes through here too, and must not count as a tick.
    now = time.monotonic()
    if now - st.session_state.get("ticked", 0.0) < TICK * 0.8:
        return
    st.session_state["ticked"] = now
    if unit.training().playing:
        unit.advance()
    st.rerun()
