"""The cliff: a loss with a wall, and what becomes of gradient descent with and without clipping."""

from __future__ import annotations

import html

import streamlit as st

from rnn_core.studies.cliff import Descent
from ui import live
from ui.clipping import experiment, figures, words
from ui.controls import store
from ui.look.typeset import typeset
from ui.settings import pages

PICTURE_HEIGHT = 364


def show() -> None:
    """The verdict, and the descents on the loss; a click on the map is another start."""
    paths, surface = experiment.descents(), experiment.surface()
    said = words.summary(paths, surface.steps, surface.target)
    st.html(verdict(paths, surface.steps))
    live.cliff(
        figures.paths(paths, said, int(pages.VIEWS["cliff_at"].high)),
        figures.terrain(surface, log=store.get("cliff_log")),
        key="cliff",
        height=PICTURE_HEIGHT,
        at=store.get("cliff_at"),
        on_step=lambda update: store.put(cliff_at=update),
        on_start=start_at,
    )


def start_at(w: float, b: float) -> None:
    """A click on the map, brought to the sliders' range."""
    limits = pages.VIEWS["cliff_w"], pages.VIEWS["cliff_b"]
    w, b = (min(max(v, n.low), n.high) for v, n in zip((w, b), limits, strict=True))
    store.put(cliff_w=w, cliff_b=b, cliff_at=int(pages.VIEWS["cliff_at"].high))


def verdict(paths: dict[str, Descent], steps: int) -> str:
    """What became of the descents, in a box whose height never changes."""
    facts = "".join(
        f'<div title="{html.escape(tip)}"><dt>{typeset(name)}</dt><dd>{typeset(value)}</dd></div>'
        for name, value, tip in words.facts(paths)
    )
    return (
        '<section class="unroll-verdict" aria-live="polite"><div class="line">'
        f"<h1>{typeset(words.title(paths))}</h1><dl>{facts}</dl></div>"
        f"<p>{typeset(words.headline(paths))}</p>"
        f'<p class="why">{typeset(words.aside(paths, steps))}</p></section>'
    )
