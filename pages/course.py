"""Course: one question after the other, each answered on a real page."""

import streamlit as st

from ui import live
from ui.controls import share, store, widgets
from ui.course import asking, listing, mistakes, proof
from ui.frame import blocks, frame

PARTS = {
    "lessons": listing.show,
    "mistakes": mistakes.show,
    "questions": asking.show,
    "codes": proof.check,
}

# -- what stands where

frame.enter()
frame.style("course")
blocks.link_notes()
with st.container(key="link_alone"):
    link = st.container()


# -- what is written there


@live.fragment
def follow():
    """The part that is chosen, which the link names."""
    with st.container(key="stage"):
        st.html('<div class="unroll-course-head"><h1>Course</h1></div>')
        widgets.choice("course_part", row=True)
        PARTS[store.get("course_part")]()
    with link:
        share.link(store.query(["course_part"]))


follow()
