"""What helps: every remedy that applies to a network and its task, trained over several seeds."""

import streamlit as st

from ui import background, live
from ui.controls import share, store
from ui.frame import blocks, frame, places
from ui.settings.every import owned
from ui.what_helps import asked, choosing, stage

OFTEN = 1.0  # seconds between two looks at the trials

# -- what stands where

frame.enter()
frame.style("training")
frame.style("what_helps")
background.enter()
blocks.link_notes()
place = places.lay(scenes=False)
run = asked.trials(asked.asked().comparison)
st.session_state["trials_state"] = run.state
with place.above:
    link = st.container()
with place.settings:
    choosing.task_and_cell()
    seeds, which = st.container(), st.container()
with place.picture:
    with st.container(gap="xsmall", key="stage"):
        verdict = st.container()
        moved = st.container(gap="xsmall", key="trials_moved")
        progress, seen = st.container(key="trials_progress"), st.container()
    table = st.container()
    code = st.container(gap="small")


# -- what is written there


def turn_with_the_trials():
    """Run the whole page where they have started or ended: it looks at them as long as they go."""
    if st.session_state["trials_state"] != run.state:
        st.rerun()


def follow():
    """The trials as far as they are."""
    turn_with_the_trials()
    with verdict:
        stage.verdict(run)
    with progress:
        stage.progress(run)
    with seen:
        stage.chart(run)
    with table:
        stage.table(run)


@live.fragment
def follow_the_pointer():
    """The numbers, and what they mean for the next trials."""
    turn_with_the_trials()
    now = asked.asked()
    with place.sliders:
        choosing.sliders()
    with seeds:
        choosing.seeds()
    with moved:
        stage.buttons(run, now.comparison)
        stage.notes(run, now)
    with link:
        keys = [s.key for owner in ("run", "what_helps") for s in owned(owner)]
        share.link(store.query(keys))


@live.fragment
def look_at_one():
    """The remedy that is looked at."""
    with which:
        choosing.which(run.config)
    with code:
        stage.code(run)


live.fragment(follow, OFTEN if run.active else None)()
follow_the_pointer()
look_at_one()
blocks.where_next()
