"""Your model: what does the gradient do in a training of your own, layer by layer?"""

import streamlit as st

from ui import live
from ui.controls import share, store, widgets
from ui.frame import blocks, frame, places
from ui.settings.recording import SETTINGS
from ui.your_model import choosing, details, looking, opened, scrubbing, stage
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


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The verdict and the main chart, then the slider."""
    with look:
        choosing.what_it_is()
    with link:
        share.link(store.query(setting.key for setting in SETTINGS))
    with on_stage, opened.told():
        seen = looking.look()
        if seen is None:
            stage.nothing(looking.recording().name)
            return
        stage.show(seen)
        with place.sliders:
            scrubbing.updates(seen)
        with which_layer:
            choosing.layer(seen)
        with below:
            details.layers(seen)


@live.fragment
def explain():
    """What may follow a moment later: the doctor, the training, shares and gates, the report."""
    live.follows("details")
    with opened.quietly():
        seen = looking.look()
        if seen is None:
            return
        with st.container(key="doctor"):
            details.doctor(seen)
        st.header("Through the training")
        details.through_the_training(seen)
        st.header("Within the layer")
        details.shares_and_gates(seen)
        details.take_away(seen)


follow_the_pointer()
explain()

blocks.glossary(GLOSSARY)
