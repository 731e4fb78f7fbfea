"""What follows the pointer: the claim, what came of it, the chart and the numbers."""

from __future__ import annotations

from ui import live
from ui.claims import experiment, figures, words
from ui.look.typeset import indices, typeset
from ui.settings.claims import NOTHING

CHART_HEIGHT = 300


def set_stamp() -> None:
    """Of everything that is drawn here."""
    live.set_stamp(experiment.name(), experiment.predicted(), experiment.controls())


def claim() -> None:
    """What is said, and what came of it."""
    about = experiment.about()
    live.words("claim", words.statement(about))
    live.words("verdict", words.verdict(about, experiment.found(), experiment.predicted()))


def chart() -> None:
    """Said against seen, drawn and as numbers."""
    about, found, predicted = experiment.about(), experiment.found(), experiment.predicted()
    caption = words.caption(found, predicted)
    live.chart(
        figures.claim(about, found, whole=predicted != NOTHING),
        key="claim",
        height=CHART_HEIGHT,
        title=indices(about.label),
        caption=typeset(caption),
        alt=f"{about.label}. {found.says if predicted != NOTHING else caption}",
        step_axis="x" if about.over_steps else None,
    )
    live.words("numbers", words.numbers(found, predicted))
