"""The cliff: a loss with a wall, and what becomes of gradient descent with and without clipping."""

from __future__ import annotations

from collections.abc import Mapping

from rnn_core.numbers.said import Said
from rnn_core.studies.cliff import Descent
from ui import live
from ui.clipping import experiment, figures, words
from ui.controls import store
from ui.controls.wording import drawn, say
from ui.look import typeset
from ui.settings import pages

PICTURE_HEIGHT = 364


def show() -> None:
    """The verdict, and the descents on the loss; a click on the map is another start."""
    paths, surface = experiment.descents(), experiment.surface()
    said = words.summary(paths, surface.steps, surface.target)
    live.words("verdict", verdict(paths, surface.steps))
    live.cliff(
        drawn(figures.paths(paths, said, int(pages.VIEWS["cliff_at"].high))),
        figures.terrain(surface, log=store.get("cliff_log")),
        key="cliff",
        height=PICTURE_HEIGHT,
        at=store.get("cliff_at"),
        step_setting="cliff_at",
        start_settings=("cliff_w", "cliff_b"),
    )


def verdict(paths: dict[str, Descent], steps: int) -> str:
    """What became of the descents."""
    return typeset.verdict(
        words.title(paths),
        words.facts(paths),
        words.headline(paths, steps),
        words.aside(paths, steps),
        say=say,
    )


def outcome(values: Mapping) -> Said:
    """What becomes of the descents of such settings, by key, in a few words."""
    return words.title(experiment.descents_of(values))
