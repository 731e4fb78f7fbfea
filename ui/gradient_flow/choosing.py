"""The row above the page: a scene, or the next question, and what to look at."""

from __future__ import annotations

import streamlit as st

from ui.controls import network, scene_row
from ui.gradient_flow import quiz
from ui.gradient_flow.scenes import SCENES


def play(name: str) -> None:
    """Bring a scene on screen; for callbacks."""
    network.put(**SCENES[name].changes)
    network.select_step(None)
    st.session_state["scene"] = name


def scenes():
    """One click each; what to look at stands under them. Returns the place of the link."""
    row = scene_row.start()
    if quiz.on():
        quiz.buttons(row)
    else:
        labels = {name: scene.label for name, scene in SCENES.items()}
        scene_row.buttons(row, "scene", labels, play)
    with row:
        quiz.switch()
    link = scene_row.link_place(row)
    name = st.session_state.get("scene")
    if quiz.hides_now():
        st.caption("Answer, and the picture, the curve and the reasons appear.")
    elif quiz.on():
        with st.container(key="stage_score"):
            st.html(quiz.result())
    elif name and network.values() == SCENES[name].changes:
        scene_row.says(SCENES[name].label, SCENES[name].look)
    else:
        st.caption(
            "Drag **W_h scale** and watch the gradient on its way back from the loss, or start "
            "from a scene."
        )
    return link
