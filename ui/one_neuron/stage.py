"""What follows the pointer: the verdict, and every number of the unit in its place."""

from __future__ import annotations

from rnn_core.studies.one_neuron import Pass
from ui import live
from ui.look.typeset import facts
from ui.one_neuron import figures, nodes, unit, words

PICTURE_HEIGHT = 360


def show(p: Pass) -> None:
    """The verdict, and the diagram; a click on a number opens its equation."""
    live.words("verdict", verdict(p))
    live.neuron(
        figures.diagram(p, unit.node()),
        key="neuron",
        height=PICTURE_HEIGHT,
        setting="node",
    )


def verdict(p: Pass) -> str:
    """Long-term against short-term, in a box whose height seldom changes."""
    return (
        '<section class="unroll-verdict" aria-live="polite"><div class="line">'
        f"<h1>{nodes.maths(words.title(p))}</h1><dl>{facts(words.facts(p), nodes.maths)}</dl></div>"
        f"<p>{nodes.maths(words.headline(p))}</p>"
        f'<p class="why">{nodes.maths(words.why(p))}</p></section>'
    )
