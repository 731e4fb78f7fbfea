"""One neuron, by hand: what is every single number of backpropagation through time?"""

import streamlit as st

from ui import live
from ui.controls import scene_row, share, store, widgets
from ui.controls.views import view
from ui.frame import blocks, frame, lesson, places
from ui.one_neuron import answers, explaining, glossary, learning, stage, unit
from ui.one_neuron.scenes import STARTS


def examples() -> None:
    """The four strings of the task, one click each."""
    shown, more = view("choice_example", unit.example, lambda bits: bits and store.put(bits=bits))
    st.segmented_control(
        "string (the target is its first bit)", unit.EXAMPLES, default=shown, **more
    )


# -- what stands where

frame.enter()
frame.style("one_neuron")
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = scene_row.of_views(
        "start",
        STARTS,
        (
            "What is each number of backpropagation?",
            "One unit reads a string of bits and should end up with the first one. Drag a weight, "
            "or click any number for its equation.",
        ),
        apart_from="node",
        verdict=unit.verdict,
    )
with place.settings:
    examples()
    own, phi = st.columns(2, gap="small")
    with own:
        widgets.text("bits")
    with phi:
        widgets.choice("neuron_activation")
    outputs = st.container()
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")
terms = st.container()
training = st.container(key="learning")
powers = st.container()
doubts = st.container()


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The diagram first, then its sliders, the training, and the closed form."""
    if learning.wants_the_page():
        st.rerun()
    answers.set_stamp()
    look()
    p = unit.on_screen()
    with place.lesson, live.group("first_screen"):
        lesson.show("one_neuron")
    with on_stage, live.group("first_screen"):
        stage.show(p)
    with place.sliders:
        for name in unit.WEIGHTS:
            widgets.slider(name)
    with outputs, live.group("first_screen"):
        answers.outputs()
    with training:
        learning.let_it_learn()
    with powers:
        explaining.closed_form(p)
    with link:
        share.link(answers.address(), page="one_neuron")


@live.fragment
def explain():
    """What may follow a moment later: the terms, the check and the files."""
    answers.set_stamp()
    p = unit.on_screen()
    with terms:
        explaining.terms(p)
    with doubts:
        live.follows("check")
        explaining.check(p)


follow_the_pointer()
explain()
if unit.training().playing:
    learning.ticker()

blocks.where_next()
blocks.glossary(glossary.GLOSSARY)
