"""The row above the page: the scenes, and the lesson of the one on screen."""

from __future__ import annotations

import streamlit as st

from ui.controls import scene_row
from ui.training import plan, runs
from ui.training.scenes import SCENES


def play(name: str) -> None:
    """Bring a scene on screen and start it; for callbacks."""
    scene = next(s for s in SCENES if s.name == name)
    plan.put_config(scene.config)
    versus = {} if scene.versus is None else plan.versus_of(scene.config, scene.versus)
    plan.put(versus=versus)
    st.session_state["training_scene"] = name
    runs.restart()


def scenes():
    """One click each; the lesson stands over them. Returns the place of the link."""
    over = st.container()
    row = scene_row.start()
    first = {scene.name: scene for scene in SCENES if scene.in_row}
    more = {scene.name: scene for scene in SCENES if not scene.in_row}
    scene_row.buttons(row, "scene", first, play)
    scene_row.buttons(row.popover("More scenes"), "scene", more, play, width="stretch")
    link = scene_row.link_place(row)
    shown = next((s for s in SCENES if s.name == st.session_state.get("training_scene")), None)
    with over:
        if shown and plan.plan().config == shown.config:
            scene_row.says(shown.label, shown.lesson)
        else:
            scene_row.first_words(
                "Can it learn what lies so far back?",
                "Press Start: the network learns in front of you, and you see the gradient that "
                "it learns from. Learning rate and clipping act while it runs.",
            )
    return link
