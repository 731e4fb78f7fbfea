"""Training: a network learns in front of you. What does its gradient do meanwhile?"""

import streamlit as st

from ui import live
from ui.controls import share, store
from ui.frame import blocks, frame, lesson, places
from ui.training import (
    choosing,
    comparing,
    controls,
    details,
    drawn,
    reading,
    runs,
    sliders,
    stage,
    taking,
    transport,
)

FAST, SLOW = 0.5, 0.8  # seconds between two looks at a run; its charts are pumped in between

# -- what stands where: the settings

frame.enter()
frame.style("training")
runs.enter()
blocks.link_notes()
place = places.lay()
with place.above:
    link = choosing.scenes()
with place.settings:
    controls.choice("clip", row=True)
    budget = st.container(gap="small")
    controls.task_choice()
    length = st.container(gap="small")
    sliders.text()
    controls.choice("cell")
    cell_sliders = st.container(gap="small")
    network_sliders = training_sliders = None
    network = sliders.folded("Network", ":material/hub:", key="train_network_open")
    if network.open:
        with network:
            controls.cell_choices()
            network_sliders = st.container(gap="small")
            controls.choice("scale_sets")
    more = sliders.folded("Training", ":material/tune:", key="train_training_open")
    if more.open:
        with more:
            controls.choice("optimizer")
            training_sliders = st.container(gap="small")
            controls.matrix_choice()
            controls.flag("curriculum")
            controls.choice("precision", row=True)
            controls.choice("engine", row=True)
            controls.seed()

# -- what stands where: the run

active = any(run.active for run in runs.both())
drawn.remember()
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")
    transport.buttons()
    transport.waiting()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="progress")
    progress = row.container(width="stretch")
    comparing.offers(row)
    comparing.kept_runs()
    with st.container(key="stage_run"):
        loss, norms = st.columns(2, gap="medium")
    comparing.whose_details()
    with st.container(key="stage_map"):
        matrix, curve = st.columns([1.5, 1], gap="medium")
    states, scrubber = matrix.container(), matrix.container()
    spectrum, predictions = st.columns(2, gap="medium")


# -- what is written there, again and again while a run goes on


def follow_the_run():
    """Its loss and its gradient norms, pumped in between."""
    if drawn.runs_have_changed():
        live.still()
        st.rerun()
    shown = runs.all_shown()
    with loss:
        stage.loss(shown)
    with norms:
        stage.norms(shown)
    stage.keep_up(shown)


def explain():
    """What may follow a moment later: the reading, the matrix, the spectrum, the predictions."""
    if drawn.wants_the_page():
        st.rerun()
    shown = runs.all_shown()
    main = shown[runs.looked_at_place()]
    others = [run for run in shown if run is not main]
    with place.lesson:
        lesson.show("training")
    with on_stage:
        reading.read(shown[0])
    with progress:
        st.html(reading.progress_line())
    with states:
        details.states(main, others)
    with scrubber:
        details.scrub(main)
    with curve:
        details.curve(main)
    with spectrum:
        details.spectrum(main, others)
    with predictions:
        details.predictions()


def follow_the_pointer():
    """The numbers; those that may change in a run do while they move."""
    if drawn.wants_the_page():
        st.rerun()
    runs.sync()
    with place.sliders:
        sliders.first()
    with budget:
        controls.slider("steps")
    with length:
        controls.length_slider()
    with cell_sliders:
        sliders.of_the_cell()
    if network_sliders is not None:
        with network_sliders:
            sliders.of_the_network()
    if training_sliders is not None:
        with training_sliders:
            sliders.of_an_update()
    with link:
        share.link(store.query(controls.linked()))
    if drawn.settings_have_changed():
        st.rerun()


live.fragment(follow_the_run, FAST if active else None)()
live.fragment(explain, SLOW if active else None)()
live.fragment(follow_the_pointer)()
taking.take_away()
blocks.where_next()
