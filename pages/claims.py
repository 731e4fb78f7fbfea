"""Claims: what tutorials say of gradients through time, run in front of the reader."""

import streamlit as st

from ui import live
from ui.claims import answers, choosing, stage, taking
from ui.controls import scene_row, share
from ui.frame import blocks, frame, places

# -- what stands where

frame.enter()
frame.style("claims")
blocks.link_notes()
place = places.lay()
with place.above:
    scene_row.first_words(
        "Is it true?",
        "What tutorials say of these gradients, run in front of you. Say first what you think.",
    )
    row = scene_row.start()
    which = row.container(width=340)
    link = scene_row.link_place(row)
with place.settings:
    listed = st.container()
with place.picture:
    with st.container(gap="xsmall", key="stage"):
        said, asked, seen = st.container(gap="xsmall"), st.container(), st.container(gap="xsmall")
    onward = st.container()


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The claim and what came of it first, then what moves it."""
    stage.set_stamp()
    with said, live.group("first_screen"):
        stage.claim()
    with seen, live.group("first_screen"):
        stage.chart()
    with asked:
        choosing.prediction()
    with which:
        choosing.which()
    with place.sliders:
        choosing.controls()
    with listed:
        choosing.listing()
    with onward:
        taking.link()
    with link:
        share.link(answers.address(), page="claims")


follow_the_pointer()

blocks.where_next()
