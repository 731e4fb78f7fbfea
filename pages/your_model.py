"""Your model: what does the gradient do in a training of your own, layer by layer?"""

import streamlit as st

from ui import live
from ui.controls import share, store, widgets
from ui.frame import blocks, frame, places
from ui.settings.recording import SETTINGS
from ui.your_model import (
    choosing,
    diagnosing,
    following,
    looking,
    opened,
    scrubbing,
    stage,
    taking,
    theory,
    within,
)
from ui.your_model.glossary import GLOSSARY

# -- what stands where

frame.enter()
frame.style("your_model")
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = choosing.row()
with place.settings:
    which_layer = st.container(gap="small")
    widgets.flag("recorded_together")
    choosing.a_file()
    choosing.how_to_record()
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")
    below = st.container(gap="small", key="every_layer")
doctor = st.container(gap="small", key="doctor")
details = st.container(gap="small")


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The verdict, the picture and the main chart first; all of it, since no answer brings a part:
    a file that grows, or that somebody has dropped, has no address of its own."""
    following.remember()
    with look:
        choosing.what_it_is()
    with on_stage, opened.told():
        seen = looking.look()
        if seen is None:
            stage.nothing(looking.recording().name)
        else:
            stage.show(seen)
            with place.sliders:
                scrubbing.updates(seen)
            with which_layer:
                choosing.layer(seen)
            with below:
                within.layers(seen)
            with doctor:
                diagnosing.doctor(seen)
            with details:
                within.through_the_training(seen)
                within.shares_and_gates(seen)
                theory.again(seen)
                taking.take_away(seen)
    with link:
        share.link(store.query(setting.key for setting in SETTINGS))


follow_the_pointer()
following.follow()

blocks.where_next()
blocks.glossary(GLOSSARY)
