"""Start, pause, step, stop, reset, speed; and what waits for the next run."""

from __future__ import annotations

import streamlit as st

from ui.controls.views import view
from ui.settings.training import SPEED
from ui.training import comparing, plan, runs, words


def buttons() -> None:
    """Start or pause, step, stop, reset, speed, keep."""
    run, both = runs.main(), runs.both()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="transport")
    active = any(r.active for r in both)
    can = any(r.can_start for r in both)
    if active:
        row.button(
            "Pause",
            icon=":material/pause:",
            key="run_pause",
            on_click=runs.pause,
            type="primary",
        )
    else:
        word = "Go on" if run.begun and can else "Start"
        row.button(
            word,
            icon=":material/play_arrow:",
            key="run_start",
            on_click=runs.start,
            type="primary",
            disabled=not can,
        )
    row.button(
        "Step",
        icon=":material/skip_next:",
        key="run_step",
        on_click=runs.step,
        disabled=active or not can,
        help="One update.",
    )
    row.button(
        "Stop",
        icon=":material/stop:",
        key="run_stop",
        on_click=runs.stop,
        disabled=not any(r.begun and (r.active or r.can_start) for r in both),
        help="End this run; it stays on screen.",
    )
    row.button(
        "Reset",
        icon=":material/restart_alt:",
        key="run_reset",
        on_click=runs.reset,
        disabled=not any(r.begun for r in both),
        help="Back to update 0, with the settings on screen.",
    )
    shown, more = view(
        f"view_{SPEED.key}", lambda: plan.get("speed"), lambda speed: plan.put(speed=speed)
    )
    names = list(SPEED.words)
    row.selectbox(
        SPEED.label,
        names,
        index=names.index(shown),
        format_func=SPEED.words.__getitem__,
        label_visibility="collapsed",
        width=170,
        help=SPEED.help,
        **more,
    )
    row.button(
        "Keep",
        icon=":material/bookmark:",
        key="run_keep",
        on_click=comparing.keep,
        disabled=not run.steps,
        help="Keep this run's curves on the charts, to compare others with.",
    )


def waiting() -> None:
    """Settings that act on the next run only, said plainly.

    In a container that is there with nothing in it too: what follows must keep its place, or the
    browser would make the charts anew.
    """
    with st.container(gap="xsmall"):
        _waiting()


def _waiting() -> None:
    asked = plan.plan()
    if asked.error:
        st.error(f"These settings cannot run: {asked.error}. What is on screen stays as it is.")
    if said := st.session_state.pop("training_said", ""):
        st.warning(said)
    names = runs.waiting_changes()
    if not names:
        return
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="waiting")
    row.markdown(f"These settings are for the next run: **{words.fields(names)}**", width="content")
    row.button("Restart with them", key="run_restart", on_click=runs.restart, type="primary")
    row.button("Put them back", key="run_put_back", on_click=runs.put_back)
