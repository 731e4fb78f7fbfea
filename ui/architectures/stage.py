"""What follows the pointer: which cell carries furthest, every cell's curve, and one step of it."""

from __future__ import annotations

from rnn_core.studies.architectures import Comparison
from ui import live
from ui.architectures import figures, tables, words
from ui.controls import network as controls
from ui.controls import store
from ui.controls.wording import drawn, say
from ui.look.typeset import captioned, typeset

MAIN_HEIGHT = 216


def show(comparison: Comparison, step: int) -> None:
    """The sentences, the chart, and the table that reads it at `step`."""
    live.words("best", says(comparison))
    curves(comparison)
    cursor(comparison.config.seq_len, step)
    live.words("cells", tables.cells(comparison, step, say))


def says(comparison: Comparison) -> str:
    """Which cell carries the gradient furthest, in a box whose height seldom changes."""
    remarks = words.remarks(comparison)
    lines = (
        ("", words.headline(comparison)),
        ("aside", remarks or words.attention(comparison)),
    )
    said = "".join(f'<p class="{kind}">{typeset(say(text))}</p>' for kind, text in lines if text)
    title = typeset(say(words.title(comparison)))
    return f'<section class="unroll-best" aria-live="polite"><h1>{title}</h1>{said}</section>'


def curves(comparison: Comparison) -> None:
    """The gradient norm of every cell; a click selects a step."""
    live.chart(
        drawn(
            figures.norms(comparison, bands=store.get("seed_bands"), whole=store.get("whole_axis"))
        ),
        key="architectures",
        height=MAIN_HEIGHT,
        title=captioned(say(words.norms_title(comparison))),
        caption=captioned(say(caption(comparison))),
        alt=say(words.summary(comparison)),
        step_axis="x",
        selected=controls.selected_step(),
        setting="step",
    )


def caption(comparison: Comparison) -> str:
    """What the chart shows; and what attention does, where remarks have taken its place above."""
    said = words.caption(comparison)
    if words.remarks(comparison):
        said += " " + words.attention(comparison)
    return said


def cursor(steps: int, step: int) -> None:
    """The slider that moves the step which the table reads."""
    live.slider(
        "read at step",
        key="read_step",
        value=step,
        minimum=1,
        maximum=steps,
        step=1,
        unit="",
        digits=0,
        help="The shared cursor: the table gives every cell's gradient at this step.",
        setting="step",
    )
