"""Telling what the engine finds in a layer that it has run again."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.jacobians.product import JacobianProduct
from rnn_core.laws import LAWS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike, joined
from rnn_core.numbers.spoken import count, factor, from_log10, plain, share_of, signed
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.studies.prediction import Prediction
from ui.look.plot import gaps
from ui.your_model.words import title

TOO_LARGE = Said(
    "The product of these Jacobians would take seconds to read: "
    "steps × states³ is beyond what a page computes.",
    plain="What all steps do together would take seconds to read: so many steps of so many units "
    "are beyond what a page computes.",
)


def title_of_the_product() -> Said:
    """Above the singular values."""
    return Said(
        "Singular values of the product of Jacobians",
        plain="What is left in the directions that last longest",
    )


NO_PICTURE = alike(
    "The picture of Gradient flow, step by step, is there for a first direction at its full length."
)


def kept(updates: list[int]) -> Said:
    """Where there is more to see."""
    if not updates:
        return alike("Of no update the whole pass was kept.")
    said = ", ".join(f"{step:,}" for step in updates[:8])
    return alike(
        "What it takes to run a layer again was not kept of this update, but of "
        f"{count(len(updates), 'other')}: {said}."
    )


def whose(one: LayerReading, flow: GradientFlow) -> Said:
    """What was run again, and of what the charts are."""
    state = "its state" if flow.config.cell_used.states == 1 else "h and c together"
    return alike(
        f"{title(one)} of update {one.step:,}, run again by the engine of this app with its own "
        f"weights and inputs: {count(flow.config.batch_size, 'sequence')} of "
        f"{count(flow.config.seq_len, 'step')}, and the gradient that arrived at the loss end "
        f"alone, with respect to {state}."
    )


def picture(one: LayerReading, flow: GradientFlow) -> Said:
    """The unrolled layer, for those who cannot see it."""
    return alike(
        f"{title(one)} unrolled over {count(flow.config.seq_len, 'step')}: the gradient that "
        f"arrives at its loss end {VERDICTS[flow.verdict].it} on its way back."
    )


def laws_caption(flow: GradientFlow, found: list[Prediction]) -> Said:
    """Each law beside what it is compared with."""
    T = flow.config.seq_len
    if not found:
        return alike("No law applies to this layer, or nothing arrives at its loss end.")
    parts = []
    for law in found:
        bound = "at most " if LAWS[law.name].upper_bound else ""
        theirs, own = float(law.log10[0]), float(law.measured[0])
        said = f"{LAWS[law.name].label} {bound}×{from_log10(theirs)}, measured ×{from_log10(own)}"
        plainly = f"{bound}{share_of(theirs, 'it')}, measured {share_of(own, 'it')}"
        parts.append(Said(said, plain=f"{LAWS[law.name].label}: {plainly}"))
    return f"Over {count(T - 1, 'step')}: " + joined(parts, "; ") + f".{_gaps(flow, found)}"


def _gaps(flow: GradientFlow, found: list[Prediction]) -> str:
    curves = [flow.spread.median, *(law.log10 for law in found)]
    return "" if all(np.isfinite(gaps(c)).all() for c in curves) else " Where a line ends it is 0."


def left_out(found: list[Prediction]) -> Said:
    """The laws that do not apply, with their reasons."""
    return joined(f"{LAWS[law.name].label}: " + alike(law.missing) for law in found)


def singular_caption(product: JacobianProduct) -> Said:
    """λ_max, and how thin the product has become."""
    largest = product.spectrum.largest
    if not math.isfinite(largest):
        text = Said(
            "λ_max is −∞: a product of these Jacobians is exactly 0.",
            plain="All of it is gone after so many steps: exactly 0 is left.",
        )
    else:
        text = Said(
            f"λ_max = {signed(largest)} per step ({factor(math.exp(largest))})",
            plain=f"In the long run a step back {spoken.kept(math.exp(largest), 'it')}",
        )
        drift = float(product.spectrum.drift[0])
        if drift > 0.02:
            apart = f", and {plain(drift, 2)} apart between the two halves of the sequence"
            text += Said(apart, plain=", and the two halves of the sequence differ in that")
        text += "."
    last = product.log10_singular[-1]
    known = last[~np.isnan(last)]
    if known.size and np.isfinite(known[0]):
        wide = int((known > known[0] - 1).sum())
        lag = count(int(product.lags[-1]), "step")
        most = float(known[0])
        text += Said(
            f" After {lag} the largest singular value is {from_log10(most)}",
            plain=f" After {lag} {spoken.is_left(most)} where most is left",
        )
        text += (
            f", and {count(wide, 'direction')} of {len(last):,} "
            f"{'is' if wide == 1 else 'are'} within a tenth of it."
        )
    if len(known) < len(last):
        text += " Values that rounding has swallowed are not drawn: gaps are too small to know."
    return text
