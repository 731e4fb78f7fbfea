"""The unit on screen: its weights and string from the settings, its training in the session.

The page's way to the engine. A pass takes a tenth of a millisecond, so nothing is remembered but
the training, which is what the reader has done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from rnn_core.studies.one_neuron import (
    EXAMPLES,
    WEIGHTS,
    History,
    Neuron,
    Pass,
    finite_differences,
    mean_gradient,
    one_neuron,
    train,
)
from ui import run
from ui.controls import store
from ui.one_neuron import words
from ui.one_neuron.figures import names
from ui.settings import pages

LINKED = (
    *WEIGHTS,
    "bits",
    "neuron_activation",
    "node",
    "neuron_rate",
    "train_on",
    "power_w",
    "power_lag",
)
FRAMES = 40  # of a training that is watched

__all__ = ["EXAMPLES", "WEIGHTS", "finite_differences"]  # passed on to the page


@dataclass(frozen=True, eq=False)
class Training:
    """A history, the update whose weights are on screen, and how it was asked for."""

    history: History
    at: int
    asked: str = ""  # "end", "once" or nothing yet
    rate: float = 0.0
    playing: bool = False


def unit() -> Neuron:
    """The unit that the sliders show."""
    return _unit({name: store.get(name) for name in (*WEIGHTS, "neuron_activation")})


def _unit(values: Mapping) -> Neuron:
    weights = {name: values[name] for name in WEIGHTS}
    return Neuron(**weights, activation=values["neuron_activation"])


def verdict(values: Mapping) -> str:
    """What such settings, by key, make of long-term against short-term, in a few words."""
    return words.title(one_neuron(_unit(values), values["bits"]))


def on_screen() -> Pass:
    """Its passes over the string on screen."""
    return one_neuron(unit(), store.get("bits"))


def over_examples() -> list[Pass]:
    """Its passes over the four examples."""
    return [one_neuron(unit(), bits) for bits in EXAMPLES]


def example() -> str | None:
    """The string on screen, if it is one of the four."""
    bits = store.get("bits")
    return bits if bits in EXAMPLES else None


def node() -> str:
    """The selected number; the long-term term where the string is too short for another."""
    asked = store.get("node")
    return asked if asked in names(len(store.get("bits"))) else "in1"


# -- training


def strings() -> tuple[str, ...]:
    """What is trained on."""
    return EXAMPLES if store.get("train_on") == "examples" else (store.get("bits"),)


def training() -> Training:
    """The training that led to the weights on screen; one without updates if none did."""
    stored = st.session_state.get("neuron_training")
    if stored is not None:
        history = stored.history
        same = history.activation == store.get("neuron_activation")
        same = same and history.strings == strings()
        if same and tuple(history.weights[stored.at]) == unit().weights:
            return stored
    return Training(train(unit(), strings(), 1.0, most=0), 0)


def mean_gradients() -> dict[str, float]:
    """The gradient that the next update goes against."""
    return mean_gradient(unit(), strings())[2]


def learn(most: int | None) -> None:
    """`most` updates from the weights on screen, or, with None, on to the end; for callbacks."""
    before, rate = training(), store.get("neuron_rate")
    with run.turn(0):
        if most is None:
            more = train(unit(), strings(), rate)
        else:
            more = train(unit(), strings(), rate, most=most, until_right=False)
    history = _until(before.history, before.at).then(more)
    asked = "end" if most is None else "once"
    _show(Training(history, _last_on_sliders(history), asked, rate))


def goto(update: int) -> None:
    """Show the weights after `update` updates; for callbacks."""
    now = training()
    if update <= _last_on_sliders(now.history):
        _show(Training(now.history, update, now.asked, now.rate))


def watch() -> None:
    """Go through the training from its start, an update or a few at a time; for callbacks."""
    now = training()
    _show(Training(now.history, 0, now.asked, now.rate, playing=True))


def advance() -> None:
    """The next picture of a training that is watched."""
    now = training()
    last = _last_on_sliders(now.history)
    at = min(last, now.at + max(1, -(-last // FRAMES)))
    _show(Training(now.history, at, now.asked, now.rate, playing=at < last))


def last_shown(found: Training) -> int:
    """The last update whose weights the sliders can show."""
    return _last_on_sliders(found.history)


def _show(now: Training) -> None:
    st.session_state["neuron_training"] = now
    weights = now.history.weights[now.at].tolist()
    store.put(**dict(zip(WEIGHTS, weights, strict=True)))


def _until(history: History, at: int) -> History:
    if at == history.updates:
        return history
    cut = slice(0, at + 1)
    return History(
        activation=history.activation,
        strings=history.strings,
        weights=history.weights[cut],
        loss=history.loss[cut],
        right=history.right[cut],
        ended="limit",
    )


def _last_on_sliders(history: History) -> int:
    """The last update before the weights first leave the sliders' range."""
    limits = [pages.VIEWS[name] for name in WEIGHTS]
    low, high = np.array([(v.low, v.high) for v in limits]).T
    inside = ((history.weights >= low) & (history.weights <= high)).all(axis=1)
    return int(len(inside) if inside.all() else inside.argmin()) - 1
