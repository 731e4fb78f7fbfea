"""The row above the page: a scene, or the next question, and what to look at."""

from __future__ import annotations

import html

import streamlit as st

from ui import live
from ui.controls import network, scene_row
from ui.gradient_flow import quiz
from ui.gradient_flow.scenes import SCENES
from ui.look.typeset import typeset

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
    """What to look at, while the settings are those of a scene; it goes with the first that moves.

    By the settings alone, so that an answer, which knows no session, says the same.
    """
    if quiz.on():
        return
    values = network.values()
    said = next((scene for scene in SCENES.values() if scene.changes == values), None)
    text = BESIDE_SCENES
    if said is not None:
        text = f"<b>{html.escape(said.label)}.</b> {typeset(said.look)}"
    live.words("scene", f'<p class="unroll-look">{text}</p>')
