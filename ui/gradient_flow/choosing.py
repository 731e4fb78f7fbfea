"""The row above the page: a scene, or the next question, and what to look at."""

from __future__ import annotations

import html
from dataclasses import asdict

import streamlit as st

from rnn_core.config import RNNConfig
from ui import live, run
from ui.controls import network, scene_row
from ui.gradient_flow import captions, quiz
from ui.gradient_flow.scenes import SCENES
from ui.look.typeset import typeset
from ui.settings import scene
from ui.settings.every import SETTINGS

# The link stands here where the line has room for it; under the picture it stands always.
BESIDE_SCENES = (
    "Drag <b>W<sub>h</sub> scale</b> and watch the gradient on its way back from the loss, or "
    'start from a scene. <span class="own">Your own training forgets, or prints “NaN”? '
    '<a href="your_model">Look inside it</a>.</span>'
)


def play(name: str) -> None:
    """Bring a scene on screen; for callbacks."""
    network.put(**SCENES[name].changes)
    network.select_step(None)


def scenes():
    """One click each. Returns the places of the link, and of what to look at."""
    row = scene_row.start()
    if quiz.on():
        quiz.buttons(row)
    else:
        labels = {name: scene.label for name, scene in SCENES.items()}
        scene_row.buttons(row, "scene", labels, play)
    with row:
        quiz.switch()
    link = scene_row.link_place(row)
    if quiz.hides_now():
        st.caption("Answer, and the picture, the curve and the reasons appear.")
    elif quiz.on():
        with st.container(key="stage_score"):
            st.html(quiz.result())
    return link, st.container()


def look() -> None:
    """What to look at, while the settings are those of a scene; and, while one setting alone is
    not, what was crossed on the way from there.

    By the settings alone, so that an answer, which knows no session, says the same.
    """
    if not quiz.on():
        live.words("scene", f'<p class="unroll-look">{_look()}</p>')


def _look() -> str:
    values = network.values()
    if values == asdict(RNNConfig()):
        return BESIDE_SCENES
    found = next((scene for scene in SCENES.values() if scene.changes == values), None)
    if found is not None:
        return f"<b>{html.escape(found.label)}.</b> {typeset(found.look)}"
    left = scene.left(SCENES.values(), values, SETTINGS)
    if left is None:
        return BESIDE_SCENES
    there = network.fitted(RNNConfig(**left.scene.changes))
    crossed = captions.crossed(run.gradient_flow(there), run.gradient_flow(network.network()))
    said = f"<b>One setting from “{html.escape(left.scene.label)}”.</b> {typeset(left.said)}"
    return f"{said}: {typeset(crossed)}"
