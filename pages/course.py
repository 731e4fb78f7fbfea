"""Course: one question after the other, each answered on a real page."""

import streamlit as st

from ui import live
from ui.controls import share
from ui.course import listing, proof
from ui.frame import blocks, frame

# -- what stands where

frame.enter()
frame.style("course")
blocks.link_notes()
with st.container(key="link_alone"):
    link = st.container()
with st.container(key="stage"):
    lessons, codes = st.tabs(["Lessons", "Check codes"])


# -- what is written there


@live.fragment
def the_lessons():
    """The list, and the code at its end."""
    with lessons:
        listing.show()
    with link:
        share.link("")


@live.fragment
def the_codes():
    """For a teacher: what the codes of a class say."""
    with codes:
        proof.check()


the_lessons()
the_codes()
