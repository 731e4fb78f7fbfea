"""Class: what do thirty people expect of this gradient, and who is right?"""

import streamlit as st

from ui.classroom import stage
from ui.controls import share
from ui.frame import blocks, frame, places

# -- what stands where

frame.enter()
frame.style("classroom")
blocks.link_notes()
place = places.lay()
with place.above:
    share.link("", page="classroom")
with place.picture, st.container(key="stage"):
    stage.show()
