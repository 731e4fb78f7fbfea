"""Clipping: what does it do to a gradient, and what not? And what does a shorter way back cost?"""

import streamlit as st

from ui import live
from ui.clipping import (
    answers,
    descent,
    glossary,
    real_network,
    taking,
    vectors,
    windows,
)
from ui.clipping.scenes import CLIFF_SCENES
from ui.controls import network as controls
from ui.controls import scene_row, share, widgets
from ui.frame import blocks, frame, lesson, places

# -- what stands where: the cliff

frame.enter()
frame.style("clipping")
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = scene_row.of_views(
        "cliff",
        CLIFF_SCENES,
        (
            "What does clipping do, and what not?",
            "The loss over these two weights has a wall. Play the descents with and without "
            "clipping, or click the map for another start.",
        ),
        apart_from="cliff_at",
        verdict=descent.outcome,
    )
with place.picture, st.container(key="clipping"):
    on_stage = st.container(gap="xsmall", key="stage")
with place.settings:
    more_sliders = st.container(gap="small")
    widgets.flag("cliff_value")
    widgets.flag("cliff_log")

# -- two vectors

st.header("By norm or by value: what becomes of a gradient")
left, middle, right = st.columns([1, 1.4, 1.2], gap="medium")
with left:
    widgets.choice("vector_of")
    vector_sliders = st.container(gap="small")
vector_picture = middle.container()
with right:
    st.caption(
        "By norm, a gradient outside the circle is pulled back along its own line. By value, each "
        "entry is cut off at the square, and the direction turns."
    )
    vector_numbers = st.container()

# -- a real network

st.header("The same in a real network, and what clipping does not do")
left, right = st.columns([1, 2.9], gap="medium")
with left:
    controls.choice("cell")
    network_sliders = st.container(gap="small")
    widgets.switch("loss_at", off="last", on="every", label="a loss at every step")
    changes = st.container()
with right:
    one, two = st.columns(2, gap="medium")
    thresholds, shares = one.container(), two.container()

# -- truncation

st.header("Truncated against full backpropagation through time")
left, right = st.columns([1, 2.9], gap="medium")
with left:
    st.caption("The same network: its state is carried on, its gradient cut every k steps.")
    window_slider = st.container(gap="small")
    window_numbers = st.container()
window_chart = right.container()
files = st.container()


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """Everything with a slider, since they share one clock: part by part, the picture first."""
    config = answers.on_screen()
    look()
    with place.lesson, live.group("first_screen"):
        lesson.show("clipping")
    with on_stage, live.group("first_screen"):
        descent.show()
    with place.sliders:
        for name in ("cliff_threshold", "cliff_rate"):
            widgets.slider(name)
    with more_sliders:
        for name in ("cliff_steps", "cliff_w", "cliff_b", "cliff_target", "cliff_updates"):
            widgets.slider(name)
    with vector_sliders:
        vectors.sliders()
    with vector_picture, live.group("vectors"):
        vectors.picture()
    with vector_numbers, live.group("vectors"):
        vectors.numbers()
    with network_sliders:
        real_network.sliders(config)
    with thresholds, live.group("real_network_clipped"):
        real_network.length_and_direction(config)
    with shares, live.group("real_network_clipped"):
        real_network.shares(config)
    with changes, live.group("real_network_clipped"):
        real_network.what_changed(config)
    with window_slider:
        widgets.slider("clip_window")
    with window_chart, live.group("truncation"):
        windows.chart(config)
    with window_numbers, live.group("truncation"):
        windows.numbers(config)
    with files:
        taking.take_away(config)
    with link:
        share.link(answers.address(), page="clipping")


follow_the_pointer()

blocks.where_next()
blocks.glossary(glossary.GLOSSARY)
