"""What the page answers while a setting moves: the same drawings as on the page, by group."""

from __future__ import annotations

from ui import live
from ui.architectures import experiment, explaining, stage
from ui.controls import network, store
from ui.frame import lesson


def address() -> str:
    """The page's settings as a link."""
    link = network.query(network.asked(), network.selected_step())
    return f"{link}&{store.query(experiment.SETTINGS)}"


def first_screen() -> None:
    """The lesson, the sentences, the chart and the table."""
    live.set_stamp(*experiment.drawn_from())
    lesson.show("architectures")
    comparison()


def comparison() -> None:
    """The sentences, the chart and the table."""
    live.set_stamp(*experiment.drawn_from())
    stage.show(experiment.compared(), experiment.step_shown())


def paths_and_gates() -> None:
    """The LSTM's two paths, and the gates."""
    live.set_stamp(*experiment.drawn_from())
    explaining.draw(experiment.compared())
