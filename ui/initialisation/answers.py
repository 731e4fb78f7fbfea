"""What the page answers while a setting moves: the same drawings as on the page, by group."""

from __future__ import annotations

from ui import live, run
from ui.controls import network, store
from ui.frame import lesson
from ui.initialisation import experiment, explaining, stage


def address() -> str:
    """The page's settings as a link."""
    return f"{network.query(network.asked())}&{store.query(experiment.SETTINGS)}"


def first_screen() -> None:
    """The lesson, the sentences and every panel."""
    live.set_stamp(*experiment.drawn_from())
    lesson.show("initialisation")
    grid()


def grid() -> None:
    """The sentences and every panel."""
    config = experiment.shared()
    live.set_stamp(*experiment.drawn_from())
    found = run.gradient_grid(config, *experiment.chosen())
    stage.show(config, found, whole=store.get("whole_range"))


def one_pair() -> None:
    """The histogram of the selected pair."""
    live.set_stamp(*experiment.drawn_from())
    explaining.histogram(experiment.shared())
