"""What a run has recorded of its gradient, by update and step; and what it predicts now."""

from __future__ import annotations

import streamlit as st

from ui import live
from ui.controls.wording import drawn, say
from ui.look.typeset import indices
from ui.training import figures, runs, tables, words
from ui.training.words import Shown

HEIGHT = 260


def _at() -> int | None:
    """The update that the reader looks at; None for the latest."""
    return st.session_state.get("training_at")


def states(main: Shown, others: list[Shown]) -> None:
    """‖∂L/∂h_t‖ by step and update, as a heat map."""
    title, caption = say(words.states_title(main)), say(words.states_caption(main.record))
    live.chart(
        drawn(figures.states(main, others, _at())),
        key="states",
        height=HEIGHT,
        title=indices(title),
        caption=caption,
        alt=f"{title}. {caption}",
        step_axis="y",
    )


def scrub(main: Shown) -> None:
    """Through the recorded updates; at the right end it follows the run."""
    record = main.record
    row = words.row_of(record, _at())
    if row is None:
        return
    last = int(record.state_steps[words.row_of(record, None)])

    def moved(value: float) -> None:
        st.session_state["training_at"] = None if value >= last else round(value)

    live.slider(
        "update shown" + (" (latest)" if _at() is None else ""),
        key="scrub",
        value=int(record.state_steps[row]),
        minimum=1,
        maximum=max(figures.last_update(main.config.steps, last), 2),
        step=1,
        digits=0,
        help="Go back to any recorded update; at the right end it follows the run.",
        on_move=moved,
    )


def curve(main: Shown) -> None:
    """One row of the map: ‖∂L/∂h_t‖ of the update that is looked at."""
    row = words.row_of(main.record, _at())
    caption = say(words.curve_caption(main.record, row))
    update = None if row is None else int(main.record.state_steps[row])
    live.chart(
        drawn(figures.curve(main, _at())),
        key="curve",
        height=HEIGHT,
        title=say(words.curve_title(update)),
        caption=caption,
        alt=caption,
        step_axis="x",
    )


def spectrum(main: Shown, others: list[Shown]) -> None:
    """What W_h and the units have become over the updates."""
    caption = say(words.spectrum_caption(main))
    live.chart(
        drawn(figures.spectrum(main, others)),
        key="spectrum",
        height=HEIGHT,
        title=say(words.spectrum_title()),
        caption=indices(caption),
        alt=caption,
    )


def predictions() -> None:
    """What the network says of validation sequences."""
    run = runs.looked_at()
    p = run.predict() if run.steps else None
    title, caption = "What it predicts now", say(words.predictions_caption(p))
    if p is None:
        st.markdown(f"**{title}**")
        st.caption("Nothing yet.")
    elif p.problem.loss == "squared_error":
        live.chart(
            figures.scatter(p),
            key="scatter",
            height=HEIGHT,
            title="Predicted against true, validation sequences",
            caption=caption,
            alt=caption,
        )
    else:
        st.markdown(f"**{title}** · {caption}")
        st.html(tables.predictions(p, runs.written(run)))
