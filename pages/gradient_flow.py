"""Gradient flow: what does the gradient do on its way back through time, and why?"""

import streamlit as st

from ui import export, live, run
from ui.controls import network, share, widgets
from ui.frame import blocks, frame, lesson, places
from ui.gradient_flow import (
    advice,
    answers,
    choosing,
    explaining,
    feeling,
    quiz,
    remembering,
    stage,
    taking,
)
from ui.gradient_flow.glossary import GLOSSARY


def script(config) -> str:
    """The vanilla recurrence written out, or any other cell by its own step."""
    if config.cell_used.two_factors:
        return export.script(config)
    from ui.architectures import export as of_any_cell  # here: the first page need not wait for it

    return of_any_cell.script(config, (config.cell,), [config.seed])


# -- what stands where

frame.enter()
blocks.link_notes()
place = places.lay()
with place.above:
    link, look = choosing.scenes()
with place.settings:
    network.choice("cell")
    own_sliders = st.container(gap="small", key="own_sliders")
    network.choice("activation")
    network.choice("init")
    with st.expander("More", icon=":material/tune:"):
        network.choice("start")
        more_sliders = st.container(gap="small")
        network.choice("input")
        network.choice("loss_at")
        network.choice("loss_kind")
        widgets.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        widgets.seed("seed")
        widgets.flag("sequences")
    widgets.several("laws")
with place.picture:
    on_stage = st.container(gap="xsmall", key="stage")
    if quiz.hides_now():
        with st.container(key="stage_quiz"):
            quiz.form()
    else:
        below = st.container(gap="xsmall", key="remedies")
    st.page_link(
        "pages/your_model.py",
        label="Your own training forgets? Look inside it",
        icon=":material/troubleshoot:",
    )


# -- what is written there, again at every change


@live.fragment
def follow_the_pointer():
    """The picture and the main chart first, then the sliders."""
    config, step = answers.on_screen()
    if quiz.changed(config):
        st.rerun()
    with place.lesson, live.group("first_screen"):
        lesson.show("gradient_flow")
    with look, live.group("first_screen"):
        choosing.look()
    with on_stage, live.group("first_screen"):
        stage.show(config, step)
    with place.sliders:
        network.slider("gain")
        network.slider("seq_len")
    with own_sliders:
        network.own_sliders(config)
        blocks.sequences_left_out(config, network.values()["batch_size"])
    with more_sliders:
        network.slider("hidden_size")
        network.slider("batch_size")
        for name in network.INTO_IT:
            network.slider(name)
        network.own_sliders(config, aside=True)
    with link:
        share.link(answers.address(), page="gradient_flow", quiz=True)


@live.fragment
def explain():
    """What may follow a moment later: the remedies, and the charts that say why."""
    if advice.wants_the_page():
        st.rerun()
    config, step = answers.on_screen()
    if quiz.hides(config):
        return
    flow = run.explained(config)
    with below:
        live.follows("details")
        advice.remedies(config, flow)
    explaining.theory(config, flow)
    explaining.charts(config, flow, step)


@live.fragment
def look_forward():
    """What the parameters feel, the forward side of the same Jacobians, what to take away."""
    config, _ = answers.on_screen()
    if quiz.hides(config):
        return
    live.follows("memory")
    flow = run.gradient_flow(config)
    feeling.parameters(config, flow)
    remembering.still_known(config, flow)
    taking.take_away(config, flow, lambda: script(config))


follow_the_pointer()
if not quiz.hides_now():
    explain()
    look_forward()

blocks.where_next()
blocks.glossary(GLOSSARY)
