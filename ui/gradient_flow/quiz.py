"""Predict, then reveal: asks before a page shows what the gradient does, and scores the answer.

While a question is open nothing that tells the answer is sent to the browser. A setting that is
changed is a new question.
"""

from __future__ import annotations

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.verdict import VERDICTS
from ui import live, run
from ui.controls import network, store, widgets
from ui.controls.wording import say
from ui.gradient_flow import quiz_words as words
from ui.gradient_flow.scenes import SCENES
from ui.look.typeset import typeset

_STATE = "quiz_state"


def _state() -> dict:
    return st.session_state.setdefault(
        _STATE,
        {"answered": None, "score": None, "tally": words.Tally(), "random": 0, "scene": 0},
    )


def on() -> bool:
    """Whether the reader is asked first."""
    return store.get("quiz")


def hides(config: RNNConfig) -> bool:
    """Whether what the gradient of `config` does must not be shown yet."""
    # An answer without a session cannot know what has been answered: it tells nothing.
    return on() and (live.gathers() or _state()["answered"] != config)


def hides_now() -> bool:
    """The same for the network on screen; noted, so that `changed` can tell."""
    st.session_state["quiz_hides"] = hides(network.network())
    return st.session_state["quiz_hides"]


def changed(config: RNNConfig) -> bool:
    """Whether the page was built for the other case, and must be built anew."""
    return hides(config) != st.session_state.get("quiz_hides", False)


# -- the row of buttons


def switch() -> None:
    widgets.flag("quiz")


def buttons(row) -> None:
    """Where the next question comes from."""
    row.button("Next scene", key="quiz_next", icon=":material/skip_next:", on_click=next_scene)
    row.button(
        "Random setting",
        key="quiz_random",
        icon=":material/casino:",
        on_click=next_random,
        help="Drawn from the seed: whoever opens this link gets the same ones.",
    )


def next_scene() -> None:
    """The next of the scenes, in an order that gives nothing away."""
    state = _state()
    seed = network.values()["seed"]
    order = words.scene_order(state.setdefault("order", seed), tuple(SCENES))
    _ask(SCENES[order[state["scene"] % len(order)]].changes)
    state["scene"] += 1


def next_random() -> None:
    """The next setting drawn from the seed."""
    state = _state()
    seed = network.values()["seed"]
    config = words.drawn(seed, state["random"], lambda c: run.gradient_flow(c).verdict)
    state["random"] += 1
    _ask({name: getattr(config, name) for name in network.values()})


def _ask(changes: dict) -> None:
    network.put(**changes)
    network.select_step(None)
    _state()["answered"] = None


# -- question and answer


def question(config: RNNConfig) -> str:
    """The open question; it follows the sliders."""
    return (
        '<section class="unroll-question"><h1>Vanish, fade, flow, grow or explode?</h1>'
        f"<p>{typeset(say(words.asks(config)))}</p>"
        f'<p class="setting">{typeset(say(words.question(config)))}</p></section>'
    )


def form() -> None:
    """Where the answer is given."""
    number = _state()["tally"].asked
    with st.form(f"quiz_form_{number}", border=False):
        st.radio(
            "The gradient will",
            list(VERDICTS),
            format_func=lambda name: VERDICTS[name].they,
            index=None,
            horizontal=True,
            key="quiz_kind",
        )
        row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
        row.number_input(
            "first down to 1 % at step",
            value=None,
            step=1,
            key="quiz_step",
            width=210,
            placeholder="a step",
        )
        row.checkbox("never", key="quiz_never")
        row.form_submit_button("Reveal", type="primary", key="quiz_reveal", on_click=answer)
    if said := st.session_state.pop("quiz_said", ""):
        st.warning(said)


def answer() -> None:
    """Score what the form holds, if it is an answer."""
    config = network.network()
    kind, step, never = (st.session_state.get(f"quiz_{n}") for n in ("kind", "step", "never"))
    said = words.problem(kind, step, bool(never), config.seq_len)
    if said:
        st.session_state["quiz_said"] = said
        return
    guess = words.Guess(kind, None if never else int(step))
    state = _state()
    state["score"] = words.score(run.gradient_flow(config).reading, guess)
    state["tally"] = state["tally"].plus(state["score"])
    state["answered"] = config


def result() -> str:
    """How the last answer was, in words with numbers."""
    s, t = _state()["score"], _state()["tally"]
    return (
        '<section class="unroll-score" role="status"><p>'
        f'<b class="unroll-{s.kind}">{typeset(words.title(s))}.</b> '
        f"{typeset(say(words.about_kind(s)))} {typeset(say(words.about_step(s)))} "
        f"<small>{typeset(words.tally(t))}</small></p></section>"
    )
