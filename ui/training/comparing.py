"""Two runs side by side, and runs that are kept to compare with."""

from __future__ import annotations

import streamlit as st

from ui import background
from ui.controls.views import view
from ui.training import plan, runs


def keep() -> None:
    """Keep the curves of the run on screen; for callbacks."""
    runs.keep(runs.main())


def offers(row) -> None:
    """One click each: two runs from one seed, drawn together as they train."""
    if len(runs.both()) > 1:
        row.button(
            "End the comparison",
            icon=":material/close:",
            key="run_alone",
            on_click=runs.alone,
        )
        return
    row.button(
        "With and without clipping",
        key="versus_clip",
        on_click=runs.with_and_without_clipping,
        help="Start again, and beside it the same run without clipping.",
    )
    low, high = plan.plan().config.task_used.lengths
    row.button(
        "Short against long",
        key="versus_length",
        disabled=low == high,
        on_click=runs.short_against_long,
        help="Start again, and beside it the same run on sequences of a quarter of the length.",
    )


def kept_runs() -> None:
    """What is on the charts to compare with; a place that is kept where there is nothing."""
    place = st.container()
    kept = background.kept()
    if not kept:
        return
    row = place.container(horizontal=True, gap="small", vertical_alignment="center", key="kept")
    row.markdown("Kept:", width="content")
    for one in kept:
        row.button(
            one.title,
            icon=":material/close:",
            key=f"remove_{one.number}",
            help="Remove this run from the charts",
            on_click=background.remove_kept,
            args=(one.number,),
        )


def whose_details() -> None:
    """With two runs, whose details stand below; a place that is kept where there is but one."""
    place = st.container()
    if len(runs.both()) < 2:
        return
    names = [run.name for run in runs.all_shown()[:2]]
    shown, more = view("choice_train_look", runs.looked_at_place, runs.look_at)
    place.segmented_control(
        "details of",
        [0, 1],
        default=shown,
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        **more,
    )
