"""Initialisation and activation: which pairs let a gradient flow, side by side on one axis?"""

import streamlit as st

from ui import live
from ui.controls import network, scene_row, share, store, widgets
from ui.frame import blocks, frame, lesson, places
from ui.initialisation import answers, experiment, explaining
from ui.initialisation.scenes import SCENES


def leave_if_asked() -> None:
    """Go to the main page; a callback cannot, so the run that follows it does."""
    if st.session_state.pop("open_main_page", False):
        st.switch_page("pages/gradient_flow.py")


# -- what stands where

frame.enter()
frame.style("initialisation")
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = scene_row.of_views(
        "panels",
        SCENES,
        (
            "Which start lets a gradient through?",
            "A panel is one network: grey flows, blue vanishes, red explodes. Drag W_h scale, or "
            "open a panel.",
        ),
        apart_from="shown_init",
        verdict=experiment.outcome,
    )
with place.settings:
    widgets.several("inits")
    widgets.several("activations")
    widgets.flag("whole_range")
    if note := experiment.start_note():
        st.caption(note)
    with st.expander("More", icon=":material/tune:"):
        more_sliders = st.container(gap="small")
        network.choice("input")
        network.choice("loss_at")
        network.choice("loss_kind")
        widgets.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        widgets.seed("seed")
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The sentences and every panel first, then the sliders."""
    leave_if_asked()
    st.session_state["panels_drawn_from"] = experiment.drawn_from()
    look()
    with on_stage, live.group("first_screen"):
        answers.grid()
    with place.lesson, live.group("first_screen"):
        lesson.show("initialisation")
    with place.sliders:
        network.slider("gain", any_activation=True)
        network.slider("seq_len")
    with more_sliders:
        network.slider("hidden_size")
        widgets.slider("panel_sequences")
        for name in network.INTO_IT:
            network.slider(name)
        blocks.sequences_left_out(experiment.shared(), store.get("panel_sequences"))
    with link:
        share.link(answers.address(), page="initialisation")


@live.fragment
def explain():
    """What may follow a moment later: where z lies on φ in the selected panel, and the files."""
    leave_if_asked()
    config = experiment.shared()
    if st.session_state.get("panels_drawn_from") != experiment.drawn_from():
        st.rerun()  # a choice in here changes the grid above, too
    live.set_stamp(*experiment.drawn_from())
    explaining.one_pair(config)
    explaining.take_away(config)


follow_the_pointer()
explain()

blocks.where_next()
