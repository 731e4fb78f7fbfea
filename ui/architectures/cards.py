"""One step of each cell, side by side: its drawing, its Jacobian now, its law, its sensitivity."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from urllib.parse import quote

import numpy as np

from rnn_core.cells.cell import Cell
from rnn_core.flow.flow import GradientFlow
from rnn_core.laws import LAWS
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import everyday, from_log10, plain, share_of
from rnn_core.studies.architectures import Compared, Comparison
from rnn_core.studies.prediction import OFF, predict
from rnn_core.studies.sensitivity import SENSITIVE
from ui import run
from ui.architectures import step_picture
from ui.look import pixels
from ui.look.typeset import typeset

MOST_STATES = 256  # beyond it the singular values of a single step take too long
EXACT = 1e-3  # decades: what is nearer is the same on any chart


def cards(comparison: Comparison, say: Callable[[str], str]) -> str:
    """A card for each cell that carries a state, as HTML."""
    found = [_card(one, say) for one in comparison.cells if not one.about.one_hop]
    if not found:
        return ""
    title = typeset(say(alike("One step of each cell")))
    return f'<h2>{title}</h2><div class="unroll-steps">{"".join(found)}</div>'


def _card(one: Compared, say: Callable[[str], str]) -> str:
    flow = run.gradient_flow(one.config)
    J = last_jacobian(flow)
    lines = (stretch(J), law(flow), sensitive(flow, run.log10_sensitivity(one.config)))
    said = "".join(f"<p>{typeset(say(line))}</p>" for line in lines if line)
    return (
        f'<figure data-cell="{one.cell}" style="border-color:{one.about.colour}">'
        f"<figcaption>{typeset(one.about.label)}</figcaption>"
        f"{_step(one, say)}"
        f'<img src="{pixels.of_matrix(J)}" alt="{say(picture(J, flow.config.cell_used))}">{said}'
        "</figure>"
    )


def _step(one: Compared, say: Callable[[str], str]) -> str:
    """The drawing, as a mask: what is seen has the colour of the text."""
    drawing = f"url('data:image/svg+xml,{quote(step_picture.drawn(one.about, say))}')"
    spoken = html.escape(say(step_picture.said(one.about)))
    return (
        f'<div class="step" role="img" aria-label="{spoken}" '
        f'style="-webkit-mask-image:{drawing};mask-image:{drawing}"></div>'
    )


def last_jacobian(flow: GradientFlow) -> np.ndarray:
    """J_T of the typical sequence (S, S)."""
    return flow.jacobian(flow.config.seq_len, flow.typical_sequence)


def picture(J: np.ndarray, cell: Cell) -> Said:
    """What the small picture of the matrix shows, for those who do not see it."""
    share = float(np.count_nonzero(J)) / J.size
    what = "diagonal only" if cell.diagonal else f"{share:.0%} of it filled"
    return Said(
        f"The Jacobian of the last step, {len(J)} by {len(J)}, {what}.",
        plain=f"How each number of the state acts on each in the last step: {what}.",
    )


def log10(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def stretch(J: np.ndarray) -> Said | str:
    """What the last step does to the longest and the shortest direction."""
    if len(J) > MOST_STATES or not np.isfinite(J).all():
        return ""
    sizes = np.linalg.svd(J, compute_uv=False)
    largest, smallest = (float(size) for size in (sizes[0], sizes[-1]))
    if smallest <= len(J) * np.finfo(float).eps * largest:
        return Said(
            f"J_T stretches by σ_max = {plain(largest, 3)}; a direction is lost altogether.",
            plain=f"The last step multiplies its best direction by {everyday(log10(largest))}, and "
            "its worst is lost altogether.",
        )
    return Said(
        f"J_T stretches by σ_max = {plain(largest, 3)}, and by {plain(smallest, 2)} at least.",
        plain=f"The last step multiplies its best direction by {everyday(log10(largest))}, "
        f"its worst by {everyday(log10(smallest))}.",
    )


def law_of(flow: GradientFlow) -> str | None:
    """The law that says most of this cell: not a bound, and none that takes every Jacobian."""
    fits = [
        name
        for name, law in LAWS.items()
        if not (law.upper_bound or law.one_sequence or law.missing(flow.config))
    ]
    return max(fits, key=lambda name: LAWS[name].rank, default=None)


def law(flow: GradientFlow) -> Said:
    """What its law promises at step 1, beside what arrives there."""
    name = law_of(flow)
    if name is None:
        return Said(
            "No law but bounds holds for it; Gradient flow has them.",
            plain="Theory only limits what can happen here.",
        )
    label, found = LAWS[name].label, predict(flow, name)
    if found.missing:
        return alike(found.missing)
    promised, measured = float(found.log10[0]), float(found.measured[0])
    if abs(found.off) < EXACT:
        return Said(
            f"The {label} is exact here: ×{from_log10(measured)} at step 1.",
            plain=f"The {label} says exactly what is left: {share_of(measured, 'the gradient')}.",
        )
    if not math.isfinite(found.off):
        off = ""
    elif abs(found.off) < OFF:
        off = ", within a factor of 2"
    else:
        off = f", {plain(abs(found.off), 2)} decades off"
    return Said(
        f"The {label} says ×{from_log10(promised)} at step 1; it is ×{from_log10(measured)}{off}.",
        plain=f"The {label} says {share_of(promised, 'the gradient')} is left; it is "
        f"{share_of(measured, 'it' if measured < 0 else 'as much')}.",
    )


def sensitive(flow: GradientFlow, log10: float) -> Said | str:
    """What a change of 1 % in the weights that stand for the recurrence moves."""
    if math.isnan(log10):
        return ""
    cell = flow.config.cell_used
    word = "Sensitive: " if log10 >= SENSITIVE else ""
    return Said(
        f"{word}1 % in each {cell.entry or f'entry of {cell.shared}'} moves what the last loss "
        f"sees by ×{from_log10(log10 - 2, 2)} of its size.",
        plain=f"{word}1 % in each recurrent weight moves what the last loss sees by "
        f"{share_of(log10 - 2, 'its size')}.",
    )
