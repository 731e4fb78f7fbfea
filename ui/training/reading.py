"""What the run is at, and what its numbers say: the headline, what to change, the bar."""

from __future__ import annotations

import html
import time
from collections.abc import Callable

import streamlit as st

from rnn_core.doctor import doctor
from rnn_core.doctor.doctor import Diagnosis
from ui import background
from ui.controls.wording import say
from ui.look.typeset import typeset
from ui.training import controls, drawn, plan, runs, words
from ui.training.words import Shown

DIAGNOSED = 1.0  # seconds a diagnosis stays, or its buttons would move under the pointer
NOT_YET = "What is recorded will be read here, with what to change."
# An empty list is health only where the reading says so.
NO_ADVICE = {
    "good": "Nothing to change now.",
    "wait": "Nothing to change yet.",
    "bad": "None of the changes that are known here would mend that.",
}


def read(main: Shown) -> None:
    """The headline, its reasons, and what to change."""
    if not len(main.record):
        task = main.config.task_used
        title = f"{task.label[0].upper()}{task.label[1:]}: {task.question}"
        lines, advice, tone = [words.setup(main.config)], (), "wait"
    else:
        found = diagnosis(main)
        title, lines, advice, tone = found.title, found.evidence, found.advice, found.tone
    said = typeset(" ".join(map(say, lines)))
    st.html(
        f'<section class="unroll-reading"><h1 aria-live="polite" '
        f'style="color:{words.tone_colour(tone)}">{typeset(say(title))}</h1><p>{said}</p></section>'
    )
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="advice")
    for n, item in enumerate(advice):
        row.button(
            say(item.label),
            key=f"advice_{n}",
            help=say(item.text),
            icon=":material/healing:",
            on_click=drawn.acted(controls.set_fields, item.changes),
        )
    row.caption(say(advice[0].text) if advice else NO_ADVICE[tone] if len(main.record) else NOT_YET)


def diagnosis(main: Shown) -> Diagnosis:
    """The doctor's; while a run goes on, a new one every second."""
    return held(
        "diagnosis",
        DIAGNOSED,
        lambda: doctor.read(main.config, main.record, main.event, main.solved_step),
    )


def held(name: str, seconds: float, make: Callable):
    """What `make` gives; while the run goes on, a new one only after so many seconds."""
    now, run = time.monotonic(), runs.main()
    kept = st.session_state.setdefault("training_held", {})
    before = kept.get(name)
    # A change of state or settings shows at once.
    of = (run.state, run.config, plan.plan().rival, len(background.kept()), run.steps > 0)
    if before and run.active and before[0] == of and now - before[1] < seconds:
        return before[2]
    kept[name] = (of, now, make())
    return kept[name][2]


def progress_line() -> str:
    """State, bar and numbers of the run on screen, as HTML."""
    run = runs.main()
    p = run.progress
    share = min(p.steps / max(p.budget, 1), 1)
    said = words.progress(run.state, p.steps, p.budget, p.rate, p.seconds_left)
    if run.message:
        said = f"{run.message} · {said}"
    if run.active and not p.steps and run.config.engine == "torch":
        said = "loading PyTorch …"
    return (
        f'<div class="unroll-progress" role="status"><b>{words.STATES[run.state]}</b>'
        f'<span class="track"><i style="width:{100 * share:.1f}%"></i></span>'
        f"<span>{html.escape(said)}</span></div>"
    )
