"""Start, pause, stop; what waits for the next run; comparisons and kept runs."""

import streamlit as st

from ui import background
from ui.settings.training import SPEED
from ui.training import plan, words
from ui.training import runs as training_runs


def acted(function, *args):
    """A click inside a fragment: the whole page runs afterwards."""

    def callback() -> None:
        function(*args)
        st.session_state["training_acted"] = True

    return callback


def keep() -> None:
    runs = training_runs.all_shown()
    taken = {kept.title for kept in background.kept()}
    name = words.run_name(runs[0].config)
    title = next(t for n in range(1, 99) if (t := name if n == 1 else f"{name} ({n})") not in taken)
    try:
        background.keep(training_runs.main(), title)
    except ValueError as error:
        st.session_state["training_said"] = str(error)


def transport() -> None:
    """Start or pause, step, stop, reset, speed; the offers to compare."""
    run = training_runs.main()
    runs = training_runs.runs()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="transport")
    active = any(r.active for r in runs)
    can = any(r.can_start for r in runs)
    if active:
        row.button(
            "Pause",
            icon=":material/pause:",
            key="run_pause",
            on_click=training_runs.pause,
            type="primary",
        )
    else:
        word = "Go on" if run.begun and can else "Start"
        row.button(
            word,
            icon=":material/play_arrow:",
            key="run_start",
            on_click=training_runs.start,
            type="primary",
            disabled=not can,
        )
    row.button(
        "Step",
        icon=":material/skip_next:",
        key="run_step",
        on_click=training_runs.step,
        disabled=active or not can,
        help="One update.",
    )
    row.button(
        "Stop",
        icon=":material/stop:",
        key="run_stop",
        on_click=training_runs.stop,
        disabled=not any(r.begun and (r.active or r.can_start) for r in runs),
        help="End this run; it stays on screen.",
    )
    row.button(
        "Reset",
        icon=":material/restart_alt:",
        key="run_reset",
        on_click=training_runs.reset,
        disabled=not any(r.begun for r in runs),
        help="Back to update 0, with the settings on screen.",
    )
    key = f"view_{SPEED.key}"
    st.session_state[key] = plan.get("speed")
    row.selectbox(
        SPEED.label,
        list(SPEED.words),
        format_func=SPEED.words.__getitem__,
        key=key,
        label_visibility="collapsed",
        width=170,
        help=SPEED.help,
        on_change=lambda: plan.put(speed=st.session_state[key]),
    )
    row.button(
        "Keep",
        icon=":material/bookmark:",
        key="run_keep",
        on_click=keep,
        disabled=not run.steps,
        help="Keep this run's curves on the charts, to compare others with.",
    )


def waiting() -> None:
    """Settings that act on the next run only, said plainly."""
    asked = plan.plan()
    if asked.error:
        st.error(f"These settings cannot run: {asked.error}. What is on screen stays as it is.")
    if said := st.session_state.pop("training_said", ""):
        st.warning(said)
    names = training_runs.waiting_changes()
    if not names:
        return
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="waiting")
    row.markdown(f"These settings are for the next run: **{words.fields(names)}**", width="content")
    row.button(
        "Restart with them", key="run_restart", on_click=training_runs.restart, type="primary"
    )
    row.button("Put them back", key="run_put_back", on_click=training_runs.put_back)


def comparisons(row) -> None:
    """One click each: two runs from one seed, drawn together as they train."""
    if len(training_runs.runs()) > 1:
        row.button(
            "End the comparison",
            icon=":material/close:",
            key="run_alone",
            on_click=training_runs.alone,
        )
        return
    row.button(
        "With and without clipping",
        key="versus_clip",
        on_click=training_runs.with_and_without_clipping,
        help="Start again, and beside it the same run without clipping.",
    )
    low, high = plan.plan().config.task_used.lengths
    row.button(
        "Short against long",
        key="versus_length",
        disabled=low == high,
        on_click=training_runs.short_against_long,
        help="Start again, and beside it the same run on sequences of a quarter of the length.",
    )


def kept_runs() -> None:
    """What is on the charts to compare with."""
    kept = background.kept()
    if not kept:
        return
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="kept")
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
