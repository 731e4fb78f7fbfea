"""Architectures: same input, seed, loss and length. Which cell carries the gradient furthest?"""

import streamlit as st

from ui import live
from ui.architectures import answers, experiment, explaining, glossary, words
from ui.architectures.scenes import SCENES
from ui.controls import network as controls
from ui.controls import scene_row, share, store, widgets
from ui.frame import blocks, frame, lesson, places
from ui.look.started import adds_bias

MOST_OPEN = 4  # sliders of single cells that stand open; more of them push all else away

# -- what stands where

frame.enter()
frame.style("architectures")
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = scene_row.of_views(
        "compared",
        SCENES,
        (
            "Which cell remembers furthest back?",
            "Each curve is one kind of cell, in the same experiment. Drag W_h scale or the "
            "sequence length and see whose curve stays near its right end.",
        ),
        apart_from="cells",
        verdict=experiment.outcome,
    )
with place.settings:
    widgets.several("cells")
    own_sliders = st.container(gap="small")
    with st.expander("More", icon=":material/tune:"):
        more_sliders = st.container(gap="small")
        controls.choice("activation", any_cell=True)
        controls.choice("start", any_cell=True)
        controls.choice("init", any_cell=True)
        controls.choice("input")
        controls.choice("loss_at")
        controls.choice("loss_kind")
        widgets.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        widgets.seed("seed")
    widgets.flag("seed_bands")
    widgets.flag("whole_axis")
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")
    below = st.container(gap="small")


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The sentences, the chart and the table first, then the sliders."""
    look()
    with on_stage, live.group("first_screen"):
        answers.comparison()
    with place.lesson, live.group("first_screen"):
        lesson.show("architectures")
    comparison = experiment.compared()
    with place.sliders:
        controls.slider("gain")
        controls.slider("seq_len")
    with own_sliders:
        own = experiment.own_settings(comparison)
        with st.expander("Each cell’s own") if len(own) > MOST_OPEN else st.container(gap="small"):
            for setting, whose in own:
                controls.own_slider(setting, whose)
            if any(adds_bias(one.config) for one in comparison.cells):
                controls.slider("added_bias")
        widgets.slider("seeds")
    with more_sliders:
        controls.slider("hidden_size")
        widgets.slider("cell_sequences")
        for name in controls.INTO_IT:
            controls.slider(name)
        for setting, whose in experiment.own_settings(comparison, aside=True):
            controls.own_slider(setting, whose)
        blocks.sequences_left_out(comparison.config, store.get("cell_sequences"), comparison.names)
    with link:
        share.link(answers.address(), page="architectures")


@live.fragment
def explain():
    """What may follow a moment later: a card for each cell, paths, gates, and the files."""
    live.set_stamp(*experiment.drawn_from())
    live.follows("details")
    comparison = experiment.compared()
    with below, live.group("paths_and_gates"):
        explaining.one_step(comparison)
    explaining.paths_and_gates(comparison)
    explaining.take_away(comparison)


follow_the_pointer()
explain()

blocks.where_next()
blocks.glossary(f"{words.formulas()}\n\n{glossary.WORDS}")
