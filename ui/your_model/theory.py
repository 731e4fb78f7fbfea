"""Where the whole pass was kept: the layer run again by the engine, with what reads a Jacobian."""

from __future__ import annotations

import streamlit as st

from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians.product import JacobianProduct, jacobian_product, too_large
from rnn_core.laws import LAWS
from rnn_core.studies.prediction import Prediction, predict
from ui import live, run
from ui.controls import store
from ui.controls.wording import say
from ui.frame import blocks
from ui.look.typeset import lettered
from ui.look.unrolled import unrolled
from ui.settings.recording import STEP, UPDATE
from ui.your_model import theory_figures, theory_words
from ui.your_model.looking import Looked

RIVER_HEIGHT = 226
_READ = "recording_read"  # in the session: what was read of the layer that was looked at last


def again(seen: Looked) -> None:
    """Folded: computed once somebody asks."""
    folded = st.expander(
        "Run this layer again, as on Gradient flow: step by step, singular values, theory",
        icon=":material/replay:",
        key="recorded_again",
        on_change="rerun",
    )
    if folded.open:
        with folded:
            _show(seen)


def _show(seen: Looked) -> None:
    one = seen.one
    flow = seen.opened.again(seen.at, one.module, one.layer, one.direction)
    if isinstance(flow, str):
        st.caption(lettered(flow) or say(theory_words.kept(seen.opened.recording.tapes)))
        if not flow:
            _elsewhere(seen)
        return
    laws, product, problem = _read(seen, flow)
    st.caption(say(theory_words.whose(one, flow)))
    _unrolled(seen, flow)
    left, right = st.columns(2, gap="medium")
    said = [law for law in laws if not law.missing]
    with left:
        blocks.explain(
            "recorded_laws",
            theory_figures.laws(flow, said),
            "What theory says of it",
            theory_words.laws_caption(flow, said),
            more=theory_words.left_out([law for law in laws if law.missing]),
        )
    with right:
        if product is None:
            st.caption(say(problem))
        else:
            blocks.explain(
                "recorded_singular",
                theory_figures.singular_values(product),
                theory_words.title_of_the_product(),
                theory_words.singular_caption(product),
            )
    st.caption("The same in Python:")
    st.code(_program(seen), language=None)


def _unrolled(seen: Looked, flow: GradientFlow) -> None:
    """The picture of the first page, of this layer: a step back is one of its own Jacobians."""
    one = seen.one
    if one.direction or flow.config.seq_len != one.length:
        # The page has one selected step, and it is counted as time runs.
        st.caption(say(theory_words.NO_PICTURE))
        return
    live.river(
        unrolled(flow, seen.step, say(theory_words.picture(one, flow))) | {"input": "its own"},
        key="recorded_river",
        height=RIVER_HEIGHT,
        setting=STEP.key,
    )


def _elsewhere(seen: Looked) -> None:
    """A button for each update of which it was kept."""
    row = st.container(horizontal=True, gap="small")
    for step in seen.opened.recording.tapes[:8]:
        row.button(
            f"Update {step:,}",
            key=f"recorded_tape_{step}",
            on_click=lambda step=step: store.put(**{UPDATE.key: step}),
        )


def _read(seen: Looked, flow: GradientFlow) -> tuple[list[Prediction], JacobianProduct | None, str]:
    """Laws and product, once for a flow; the third is why there is no product."""
    held = st.session_state.get(_READ)
    if held is not None and held[0] is flow:
        return held[1]
    c, states = flow.config, flow.sweep.delta.shape[2]
    product, problem = None, theory_words.TOO_LARGE
    with run.turn(float(c.seq_len * states**3), follows=True):
        laws = []
        for name in LAWS:
            try:
                laws.append(predict(flow, name))
            except ValueError:
                continue  # its Jacobians hold what is not finite
        if not too_large(flow):
            try:
                product = jacobian_product(flow)
            except ValueError as error:
                problem = f"Its Jacobians cannot be read: {error}."
    st.session_state[_READ] = (flow, (laws, product, problem))
    return laws, product, problem


def _program(seen: Looked) -> str:
    """What gives the same result outside of the app."""
    one, opened = seen.one, seen.opened
    return (
        "from rnn_core.recording import Recording\n"
        "from rnn_core.recording.rerun import flow_of\n\n"
        f"run = Recording.open({opened.name!r})\n"
        f"tape = run.tape({one.module!r}, layer={one.layer}, direction={one.direction}, "
        f"step={seen.at})\n"
        "flow = flow_of(tape)\n"
        "print(flow.verdict, flow.factor, flow.horizon)"
    )
