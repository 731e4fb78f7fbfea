"""What follows the pointer: the verdict, and every number of the unit in its place."""

from __future__ import annotations

from rnn_core.studies.one_neuron import Pass
from ui import live
from ui.controls.wording import say
from ui.look import typeset
from ui.one_neuron import figures, nodes, unit, words

PICTURE_HEIGHT = 360


def show(p: Pass) -> None:
    """The verdict, and the diagram; a click on a number opens its equation."""
    live.words("verdict", verdict(p))
    picture = figures.diagram(p, unit.node())
    live.neuron(
        picture | {"summary": say(picture["summary"])},
        key="neuron",
        height=PICTURE_HEIGHT,
        setting="node",
    )


def verdict(p: Pass) -> str:
    """Long-term against short-term."""
    return typeset.verdict(
        words.title(p), words.facts(p), words.headline(p), words.why(p), nodes.maths, say
    )
