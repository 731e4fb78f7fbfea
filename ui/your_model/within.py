"""What stands behind the picture: every layer in words, the training, shares and gates."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from rnn_core.recording.layer_reading import LayerReading
from ui.controls.wording import say
from ui.frame import blocks
from ui.look.typeset import typeset
from ui.your_model import figures, scrubbing, words
from ui.your_model.looking import Looked


def layers(seen: Looked) -> None:
    """The verdict on each layer in words."""
    rows = "".join(_row(one, one is seen.one) for one in seen.readings)
    st.html(
        '<div class="unroll-layers" tabindex="0" role="region" aria-label="Every layer"><table>'
        f"<thead><tr><th>layer</th><th>the gradient</th><th>{say(words.RATE)}</th>"
        f"<th>{say(words.HORIZON)}</th>"
        f"<th>self-check</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: LayerReading, chosen: bool) -> str:
    kind = words.kind(one)
    rate, horizon = words.rate_and_horizon(one)
    cells = (rate, horizon, words.check(one))
    rest = "".join(f"<td>{typeset(say(text))}</td>" for text in cells)
    return (
        f"<tr{' class=chosen' if chosen else ''}><th scope=row>{html.escape(words.title(one))}</th>"
        f'<td><b class="unroll-{kind}">{words.word(one)}</b></td>{rest}</tr>'
    )


def through_the_training(seen: Looked) -> None:
    """The map of records × steps, and the curves of loss and gradient norm."""
    st.header("Through the training")
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        training_map(seen)
    with right:
        training(seen)


def training_map(seen: Looked) -> None:
    """How the curve of the layer has moved."""
    opened, one = seen.opened, seen.one
    which = (one.module, one.layer, one.direction)
    chosen = figures.drawn(len(opened.steps), figures.ROWS)
    rows = [opened.reading(int(k), *which) for k in chosen if which in opened.layers(int(k))]
    rows = [row for row in rows if row.norms.size]
    figure = figures.training_map(rows, one, seen.together)
    blocks.explain(
        "recorded_map",
        figure,
        words.map_title(one),
        typeset(say(words.map_caption(rows, figure["data"][0]["z"], len(opened.steps)))),
        step_axis="x",
        chooses=scrubbing.along([row.step for row in rows], seen),
    )


def training(seen: Looked) -> None:
    """Loss and gradient norm, as the training told them."""
    moments = seen.opened.recording.moments
    if not (np.isfinite(moments.loss).any() or np.isfinite(moments.grad_norm).any()):
        st.caption("The training told no loss and no gradient norm: recorder.step(loss=…).")
        return
    blocks.explain(
        "recorded_training",
        figures.training(moments),
        words.loss_title(),
        words.loss_caption(moments.loss, moments.grad_norm),
    )


def shares_and_gates(seen: Looked) -> None:
    """Where the gradient of the weights comes from; what the gates do meanwhile."""
    st.header("Within the layer")
    left, right = st.columns(2, gap="medium")
    one = seen.one
    if one.terms is not None or one.input_terms is not None:
        terms = one.terms if one.terms is not None else one.input_terms
        with left:
            blocks.explain(
                "recorded_shares",
                figures.shares(one),
                words.shares_title(one),
                words.shares_caption(one, one.shares(terms)),
                step_axis="x",
            )
    if one.gates.mean or one.gates.saturated is not None:
        with right:
            blocks.explain(
                "recorded_gates",
                figures.gates(one),
                words.gates_title(one),
                typeset(say(words.gates_caption(one))),
                step_axis="x",
            )
