"""What is above the page: what to look at, and a row with a scene each, or the next question."""

from __future__ import annotations

import html
from dataclasses import asdict

import streamlit as st

from rnn_core.config import RNNConfig
from ui import live, run
from ui.controls import network, scene_row
from ui.controls.wording import say
from ui.gradient_flow import captions, quiz
from ui.gradient_flow.scenes import SCENES
from ui.look.typeset import typeset
from ui.settings import scene
from ui.settings.every import SETTINGS

# The link stands here where the line has room for it; under the picture it stands always.
FIRST_WORDS = (
    "<strong>How far back can this network learn?</strong> "
    '<span class="more">Its gradient starts at '
    "the loss, right, and travels back to step 1, left.</span> Drag <b>W<sub>h</sub> scale</b> and "
    "watch how much arrives. "
    '<span class="own">Your own model forgets? <a href="your_model">Look inside it</a>.</span>'
)


def play(name: str) -> None:
    """Bring a scene on screen; for callbacks."""
    network.put(**SCENES[name].changes)
    network.select_step(None)


def scenes():
    """One click each. Returns the places of the link, and of what to look at."""
    over = st.container()
    row = scene_row.start()
    if quiz.on():
        quiz.buttons(row)
    else:
        scene_row.buttons(row, "scene", SCENES, play)
    with row:
        quiz.switch()
    link = scene_row.link_place(row)
    if quiz.hides_now():
        st.caption("Answer, and the picture, the curve and the reasons appear.")
    elif quiz.on():
        with st.container(key="stage_score"):
            st.html(quiz.result())
    return link, over


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
        return FIRST_WORDS
    found = next((scene for scene in SCENES.values() if scene.changes == values), None)
    if found is not None:
        return f"<b>{html.escape(found.label)}.</b> {typeset(found.look)}"
    left = scene.left(SCENES.values(), values, SETTINGS)
    if left is None:
        return FIRST_WORDS
    there = network.fitted(RNNConfig(**left.scene.changes))
    crossed = captions.crossed(run.gradient_flow(there), run.gradient_flow(network.network()))
    said = f"<b>One setting from “{html.escape(left.scene.label)}”.</b> {typeset(left.said)}"
    return f"{said}: {typeset(say(crossed))}"
