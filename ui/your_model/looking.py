"""What is looked at: a recording, one of its updates, one layer and direction of it, and a step."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from rnn_core.recording.layer_reading import LayerReading
from ui import live
from ui.controls import store
from ui.settings.recording import LAYER, NOWHERE, RECORDING, SETTINGS, STEP, TOGETHER, UPDATE
from ui.your_model import opened
from ui.your_model.opened import Opened


@dataclass(frozen=True, eq=False)
class Looked:
    """A recording as it is looked at. at: the place of the update among the recorded ones."""

    opened: Opened
    at: int
    readings: list[LayerReading]  # of every layer and direction, the lowest first
    one: LayerReading  # the one that is chosen
    step: int | None
    together: bool

    @property
    def latest(self) -> bool:
        """Whether it goes on with the recording."""
        return self.at == len(self.opened.steps) - 1


def recording() -> Opened:
    """The file that was dropped, or else the one that is chosen by name.

    Raises BadRecording.
    """
    found, _ = opened.dropped()
    return found or opened.named(store.get(RECORDING.key))


def look() -> Looked | None:
    """What the page is drawn from; None where nothing is recorded yet. Raises BadRecording."""
    found = recording()
    if not found.steps:
        return None
    at = found.place(store.get(UPDATE.key))
    readings = found.readings(at)
    if not readings:
        return None
    asked = store.get(LAYER.key)
    one = next((each for each in readings if each.path == asked), _top(readings))
    step = store.get(STEP.key)
    place = None if step == NOWHERE or int(step) > one.length else int(step)
    together = store.get(TOGETHER.key)
    live.set_stamp(found.name, found.dropped, found.steps, one.path, at, place, together)
    return Looked(found, at, readings, one, place, together)


def _top(readings: list[LayerReading]) -> LayerReading:
    """Where the loss arrives first: the first direction of the last module's highest layer."""
    last = [one for one in readings if one.module == readings[-1].module]
    return max(last, key=lambda one: (one.layer, -one.direction))


def unknown_layer(seen: Looked) -> str:
    """The layer that was asked for and is not there, or ""."""
    asked = store.get(LAYER.key)
    return "" if asked in ("", seen.one.path) else asked


def choose(name: str) -> None:
    """Look at the recording of this name; for callbacks."""
    opened.let_go()
    st.session_state["recording_let_go"] = True
    store.put(**{one.key: one.default for one in SETTINGS} | {RECORDING.key: name})
