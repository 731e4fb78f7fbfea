"""What follows the pointer: the verdict, the unrolled network, and ‖∂L/∂h_t‖ on its log axis."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.studies.prediction import Prediction
from ui import live, run
from ui.controls import store
from ui.controls.wording import drawn, say
from ui.gradient_flow import captions, figures, quiz, river, words
from ui.look.typeset import captioned, facts, typeset

RIVER_HEIGHT = 226
MAIN_HEIGHT = 204


def show(config: RNNConfig, step: int | None) -> None:
    """Verdict, picture and main chart; while the reader is asked first, the question alone."""
    if quiz.hides(config):
        live.words("verdict", quiz.question(config))
        return
    flow = run.gradient_flow(config)
    laws = run.laws(config, store.get("laws"))
    live.words("verdict", verdict(flow))
    unrolled_network(flow, step)
    norms_by_step(flow, laws)


def verdict(flow: GradientFlow) -> str:
    """What happens, how fast and why, in a box whose height seldom changes."""
    kind = flow.verdict
    event = say(words.event(flow))
    below = (
        f'<p class="event">{typeset(event)}</p>'
        if event
        else (f'<p class="why">{typeset(say(words.why(flow)))}</p>')
    )
    return (
        f'<section class="unroll-verdict{" brief" if quiz.on() else ""}" aria-live="polite" '
        f'data-kind="{kind}"><div class="line">'
        f'<h1 class="unroll-{kind}">{VERDICTS[kind].title}</h1>'
        f"<dl>{facts(words.facts(flow), say=say)}</dl></div>"
        f"<p>{typeset(say(words.headline(flow)))}</p>{below}</section>"
    )


def unrolled_network(flow: GradientFlow, step: int | None) -> None:
    """The gradient flowing back; a click selects a step."""
    live.river(
        drawn(river.river(flow, step)),
        key="river",
        height=RIVER_HEIGHT,
        setting="step",
    )


def norms_by_step(flow: GradientFlow, laws: list[Prediction]) -> None:
    """The main chart: the run, and what the chosen laws say of it."""
    live.chart(
        drawn(figures.gradient_norms(flow, laws, every_sequence=store.get("sequences"))),
        key="gradient_norms",
        height=MAIN_HEIGHT,
        title=captioned(say(captions.norms_title(flow))),
        caption=captioned(say(captions.norms_caption(flow))),
        alt=say(words.summary(flow)),
        step_axis="x",
    )
