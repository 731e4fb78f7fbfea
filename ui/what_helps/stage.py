"""What is drawn of the trials, again and again while they go on."""

from __future__ import annotations

import html

import streamlit as st

from rnn_core.numbers.spoken import count
from rnn_core.remedies import REMEDIES
from rnn_core.remedies.program import program
from rnn_core.remedies.trials import AS_IT_IS, Comparison, Trial
from rnn_core.training.config import TrainConfig
from ui import live
from ui.background import FINISHED, PAUSED, QUEUED, READY, RUNNING, STOPPED, Run
from ui.controls import wording
from ui.frame import blocks
from ui.what_helps import asked, choosing, export, figures, words

CHART_HEIGHT = 260
_STATES = {
    READY: "Ready",
    QUEUED: "Waiting for its turn",
    RUNNING: "Training",
    PAUSED: "Paused",
    FINISHED: "Finished",
    STOPPED: "Cancelled",
}


def found(run: Run) -> tuple[Trial, ...]:
    """The runs that have ended."""
    return run.trainer.found if run.steps else ()


def verdict(run: Run) -> None:
    """What came of it."""
    st.html(words.section(run.config, found(run), active=run.active, say=wording.say))


def buttons(run: Run, comparison: Comparison) -> None:
    """Start or cancel; on the settings on screen."""
    row = st.container(horizontal=True, gap="small", key="trying")
    if run.active:
        row.button("Cancel", icon=":material/stop:", key="trials_stop", on_click=run.stop)
        return

    def begin() -> None:
        run.reset(comparison)
        run.start()

    paused = run.state == PAUSED and run.config == comparison
    row.button(
        "Go on" if paused else "Try again" if run.begun else "Try them all",
        icon=":material/play_arrow:",
        key="trials_start",
        type="primary",
        on_click=run.start if paused else begin,
    )


def notes(run: Run, now: asked.Asked) -> None:
    """What the reader should know of the settings: that they cannot run, that fewer updates are
    made, that the results are of others."""
    if now.error:
        st.error(f"These settings cannot run: {now.error}. A run as it starts is tried instead.")
    if now.more_updates:
        made = count(now.comparison.updates, "update")
        st.caption(
            f"This server makes {made} of the {now.more_updates:,} of each run: more would take "
            "minutes. A smaller network, fewer seeds or a shorter length get more."
        )
    if run.begun and run.config != now.comparison:
        st.info(
            f"What stands here is of other settings: {words.what_is_tried(run.config.config)}, "
            f"{count(run.config.seeds, 'seed')}, {count(run.config.updates, 'update')}."
        )


def progress(run: Run) -> None:
    """State, bar, the run that is on, and the queue."""
    done, whole = len(found(run)), len(run.config.order)
    now = run.trainer.now if run.steps else None
    share = done / whole
    said = f"{done} of {count(whole, 'run')}"
    if now is not None:
        name, seed, updates = now
        share = (done + updates / run.config.updates) / whole
        said += f" · {words.label(name)}, seed {seed}, update {updates:,}"
    if run.message:
        said = f"{run.message} · {said}"
    st.html(
        f'<div class="unroll-progress" role="status"><b>{_STATES[run.state]}</b>'
        f'<span class="track"><i style="width:{100 * min(share, 1):.1f}%"></i></span>'
        f"<span>{html.escape(said)}</span></div>"
    )


def chart(run: Run) -> None:
    """The loss before and after, every seed."""
    comparison, ended = run.config, found(run)
    name = choosing.looked_at(comparison, ended)
    caption = words.caption(ended, name)
    live.chart(
        figures.before_after(comparison, ended, name),
        key="before_after",
        height=CHART_HEIGHT,
        title=f"Loss: {words.label(name) if name else 'a remedy'} and as it is",
        caption=caption,
        alt=f"Loss over the updates, a line for each seed. {caption}",
    )


def table(run: Run) -> None:
    """Every remedy that has ended a run."""
    if said := words.table(run.config, found(run), asked.link_of, wording.say):
        st.html(said)


def leave(config: TrainConfig) -> None:
    """Make a run the one on Training, and go there; a callback cannot, so what follows it does."""
    asked.take_over(config)
    st.session_state["open_training"] = True


def code(run: Run) -> None:
    """The remedy that is looked at: as PyTorch, on Training, and everything as CSV."""
    if st.session_state.pop("open_training", False):
        st.switch_page("pages/training.py")
    comparison, ended = run.config, found(run)
    name = choosing.looked_at(comparison, ended)
    if not name:
        return
    remedy, before, after = REMEDIES[name], comparison.runs[AS_IT_IS], comparison.runs[name]
    st.html(words.about(remedy, wording.say))
    st.code(remedy.code(before, after).strip(), language="python")
    row = blocks.downloads(
        f"what_helps_{name}",
        lambda: export.trials_csv(comparison, ended),
        lambda: program(remedy, before, after),
        data="Every run as CSV",
        program="Remedy as Python",
    )
    row.button(
        "Open it on Training",
        icon=":material/arrow_forward:",
        key="open_on_training",
        on_click=leave,
        args=(after,),
    )
