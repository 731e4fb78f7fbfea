"""Training: a network learns in front of you. What does its gradient do meanwhile?"""

import streamlit as st

from ui import background, live
from ui.controls import scene_row, share, views
from ui.frame import blocks, frame
from ui.look.colours import LINE
from ui.training import controls, plan, tables
from ui.training import runs as training_runs
from ui.training.scenes import SCENES
from ui.training.stage import FAST, SLOW, drawn_from, fast, look, slow, states, take_away
from ui.training.transport import comparisons, kept_runs, transport, waiting

# One click each; the others are a click further away.
FIRST_SCENES = ("three_bits", "near_and_far", "spike", "hair", "clip_norm", "orthogonal")

STYLE = f"""
<style>
.unroll-reading {{ height: 5.65rem; overflow: hidden; }}
.unroll-reading h1 {{ font-size: 1.6rem; line-height: 1.15; margin: 0; padding: 0; }}
.unroll-reading p {{ margin: 0.2rem 0 0; font-size: 0.875rem; line-height: 1.35; }}
.unroll-reading sub {{ line-height: 0; }}
.unroll-progress {{ display: flex; gap: 0.8rem; align-items: center; height: 2.2rem;
  font-size: 0.875rem; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.unroll-progress b {{ min-width: 4.6rem; }}
.unroll-progress .track {{ flex: 1; min-width: 3rem; height: 6px; border-radius: 3px;
  background: rgba(128, 128, 128, 0.25); overflow: hidden; }}
.unroll-progress .track i {{ display: block; height: 100%; background: {LINE}; }}
.st-key-transport button {{ min-height: 2.2rem; padding: 0.15rem 0.75rem; }}
/* One line whatever is advised: the charts below must not move. */
.st-key-advice {{ height: 2.3rem; flex-wrap: nowrap !important; overflow: hidden; }}
.st-key-advice > * {{ flex-shrink: 0; }}
.st-key-advice > :last-child {{ flex: 1 1 0 !important; min-width: 0; }}
.st-key-advice [data-testid="stCaptionContainer"] p {{ white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }}
.st-key-advice button {{ min-height: 2.1rem; padding: 0.1rem 0.7rem; }}
.st-key-waiting {{ border-left: 3px solid {LINE}; padding: 0.1rem 0.7rem; }}
.st-key-waiting button {{ min-height: 2rem; padding: 0.1rem 0.7rem; }}
@media (max-width: 640px) {{
  .unroll-reading {{ height: 9.5rem; }}
  .unroll-reading h1 {{ font-size: 1.35rem; }}
  .unroll-reading p {{ font-size: 0.8125rem; }}
  .st-key-advice [data-testid="stCaptionContainer"] {{ display: none; }}
  .st-key-advice {{ overflow-x: auto; scrollbar-width: none; }}
  .st-key-progress {{ flex-wrap: wrap !important; }}
  .st-key-progress > :first-child {{ flex: 1 0 100% !important; }}
  .unroll-progress {{ flex-wrap: wrap; height: 3.2rem; gap: 0 0.8rem; }}
  .unroll-progress > span:last-child {{ flex: 1 0 100%; }}
}}
</style>
"""


# -- what the page is told


def play(name: str) -> None:
    scene = next(s for s in SCENES if s.name == name)
    plan.put_config(scene.config)
    versus = "none" if scene.versus is None else plan.versus_of(scene.config, scene.versus)
    plan.put(versus=versus)
    st.session_state["training_scene"] = name
    training_runs.restart()


# -- the parts


def scenes():
    """One click each; the lesson stands under them. Returns the place of the link."""
    row = scene_row.start()
    first = {scene.name: scene.label for scene in SCENES if scene.name in FIRST_SCENES}
    more = {scene.name: scene.label for scene in SCENES if scene.name not in FIRST_SCENES}
    scene_row.buttons(row, "scene", first, play)
    scene_row.buttons(row.popover("More scenes"), "scene", more, play, width="stretch")
    link = scene_row.link_place(row)
    shown = next((s for s in SCENES if s.name == st.session_state.get("training_scene")), None)
    if shown and plan.plan().config == shown.config:
        scene_row.says(shown.label, shown.lesson)
    else:
        st.caption(
            "Press **Start** and watch a recurrent network learn, and its gradient on the way back "
            "through time. Learning rate and clipping act while it runs."
        )
    return link


def settings():
    """The controls; returns the places of the live sliders."""
    places = {"first": st.container(gap="small", key="first_sliders")}
    controls.choice("clip", row=True)
    places["budget"] = st.container(gap="small")
    controls.task_choice()
    places["length"] = st.container(gap="small")
    with st.container(gap="xsmall"):
        if controls.uses_text():
            controls.text_area("From 40 to 20,000 characters, of 2 to 64 different ones.")
            if controls.too_long_for_a_link():
                st.caption("This text is too long for a link: whoever opens it pastes their own.")
    controls.choice("cell")
    places["cell"] = st.container(gap="small")
    # What is not seen is not there: the browser goes through all there is at every drawing.
    network = st.expander(
        "Network", icon=":material/hub:", key="train_network_open", on_change="rerun"
    )
    if network.open:
        with network:
            controls.cell_choices()
            places["network"] = st.container(gap="small")
            controls.choice("scale_sets")
    more = st.expander(
        "Training", icon=":material/tune:", key="train_training_open", on_change="rerun"
    )
    if not more.open:
        return places
    with more:
        controls.choice("optimizer")
        places["training"] = st.container(gap="small")
        controls.flag("curriculum")
        controls.choice("precision", row=True)
        controls.choice("engine", row=True)
        controls.seed()
    return places


def sliders(places, link) -> None:
    """The numbers; those that may change in a run do while they move."""
    if st.session_state.pop("training_acted", False):
        st.rerun()
    training_runs.sync()
    cell = plan.plan().config.cell_used
    with places["first"]:
        controls.slider("learning_rate")
        if plan.get("clip") == "value":
            controls.slider("clip_value")
        else:
            controls.slider("max_norm")
    with places["budget"]:
        controls.slider("steps")
    with places["length"]:
        controls.length_slider()
    with places["cell"]:
        controls.slider("hidden_size")
        for setting in cell.settings:
            controls.slider(setting.name)
    if "network" in places:
        with places["network"]:
            if "gain" in cell.hears:
                controls.slider("gain")
            controls.slider("input_gain")
    if "training" in places:
        with places["training"]:
            controls.slider("batch_size")
            controls.slider("truncation")
            if cell.two_factors:
                controls.slider("omega")
            else:
                st.caption(f"Ω needs J = diag(φ′) W_h, which the {cell.label} has not.")
    with link:
        share.link(views.query(controls.linked()))
    # The charts of a run at rest, and what waits for the next one, stand outside this fragment.
    before, now = st.session_state["training_drawn_from"], drawn_from()
    if before != now:
        idle = not any(run.active for run in training_runs.runs())
        if idle or before[1:] != now[1:]:
            st.rerun()


frame.enter()
background.enter()
plan.start_session()
training_runs.sync()
st.html(STYLE)
st.html(tables.STYLE)
with st.container():
    blocks.link_notes()
link = scenes()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
active = any(run.active for run in training_runs.runs())
st.session_state["training_states"] = states()
st.session_state["training_drawn_from"] = drawn_from()
with picture:
    reading = st.container(gap="xsmall", key="stage")
    transport()
    # Containers whether or not there is anything in them: what follows must keep its place, or
    # the browser would make the charts anew.
    with st.container(gap="xsmall"):
        waiting()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="progress")
    with row:
        progress = st.container(width="stretch")
    comparisons(row)
    with st.container():
        kept_runs()
    with st.container(key="stage_run"):
        left, right = st.columns(2, gap="medium")
    with st.container():
        look()
    with st.container(key="stage_map"):
        matrix, curve = st.columns([1.5, 1], gap="medium")
    with matrix:
        table, scrubber = st.container(), st.container()
    spectra, says = st.columns(2, gap="medium")
live.fragment(fast, FAST if active else None)(left, right)
live.fragment(slow, SLOW if active else None)(
    reading, progress, table, scrubber, curve, spectra, says
)
live.fragment(sliders)(places, link)
take_away()
