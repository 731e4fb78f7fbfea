"""What would help, and what PyTorch says, in words."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import EXPLODED, VERDICTS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import factor, from_log10
from ui.gradient_flow.words import at_rest, event, times

# Parameters by their letters: the first that a cell has is the one that is told.
_LETTERS = {"W_h": "Wₕ", "nu": "|λ|", "W_x": "Wₓ"}


def remedy(title: str, step_factor: float, log10_ratio: float) -> Said:
    """What a tried change does, from its own run."""
    return title + Said(
        f": {factor(step_factor)} per step back, {times(log10_ratio)} from T to 1",
        plain=f": then a step back {spoken.kept(step_factor, 'the gradient')}, and in the end "
        f"{spoken.is_left(log10_ratio)}",
    )


def no_remedy(flow: GradientFlow, *, too_large: bool) -> Said:
    """What to say where nothing is offered."""
    if flow.at_rest:
        return at_rest(flow)
    if VERDICTS[flow.verdict].way == 0:
        return _flows(flow)
    if too_large:
        return alike(
            "At this size trying changes would take too long; a shorter sequence shows them."
        )
    return alike("None of the changes tried brings the gradient much nearer to flowing here.")


def _flows(flow: GradientFlow) -> Said:
    """Of a gradient that flows: whether anything else is wrong with it."""
    curve = flow.reading.curve
    far = float(np.abs(curve - curve[-1]).max())
    if far > EXPLODED:
        off = "Its ends are alike, but on the way it is off by a factor of "
        return Said(f"{off}{from_log10(far)}.", plain=f"{off}{spoken.everyday(far)}.")
    if VERDICTS[flow.total.verdict].way:
        ratio = flow.total.reach.log10_ratio
        flows = "What the last loss sends back flows."
        return Said(
            f"{flows} Only the total changes by {times(ratio)}.",
            plain=f"{flows} Only the total changes, to {spoken.share_of(ratio, 'its size')}.",
        )
    if event(flow):
        return alike("The gradient flows, but not in every number format: see above.")
    return alike("Nothing needs mending at these settings.")


def comparison(found) -> Said:
    """The check against PyTorch, in words."""
    if found is None:
        return alike(
            "Too large to check here: PyTorch would need gigabytes for its graph. Reduce the "
            "sequence length, the hidden size or the number of sequences."
        )
    usual, exact = found
    if usual.overflow_step is not None:
        return alike(
            f"PyTorch's forward pass overflows at step {usual.overflow_step}, so its gradients are "
            "inf and NaN: there is nothing to compare. Shorten the sequence to stay below that."
        )
    if usual.underflow_step is not None:
        small = f"At step {usual.underflow_step} the state becomes too small for PyTorch’s "
        rest = ", and is 0 there from then on: there is nothing to compare. Shorten the sequence."
        return Said(f"{small}float64{rest}", plain=f"{small}numbers{rest}")
    if usual.compared == 0:
        return Said(
            "No norm is between 10⁻¹⁴⁰ and 10¹⁴⁰, where PyTorch's float64 has digits to compare.",
            plain="Every gradient here is too small or too large for PyTorch’s numbers.",
        )
    worst = _worst(usual)
    over = f"over {usual.compared:,} of {usual.total:,} step × sequence gradients."
    text = Said(
        f"Largest relative difference: {_small(worst)} (‖∂L/∂hₜ‖ {_small(usual.delta)}, "
        f"{_weights(usual)}), {over}",
        plain=f"Largest relative difference: {_plainly(worst)}, {over}",
    )
    if usual.compared < usual.total:
        text += Said(
            " The others are too small or too large for PyTorch's float64.",
            plain=" The others are too small or too large for PyTorch’s numbers.",
        )
    if worst > 1e-9 and usual.hidden > 1e-12:
        text += Said(
            f" Already the two forward passes differ by {_small(usual.hidden)}: this network "
            "amplifies rounding, and every program that adds in another order gets another run.",
            plain=" Already the two runs forward differ: this network amplifies rounding, and "
            "every program that adds in another order gets another run.",
        )
    elif worst > 1e-9 and _worst(exact) < worst / 10:
        text += Said(
            f" PyTorch computes φ′ from h, which loses digits in saturation; with an exact φ′ in "
            f"PyTorch the difference is {_small(_worst(exact))}.",
            plain=" PyTorch loses digits where units are flat; with all of them the difference is "
            f"{_plainly(_worst(exact))}.",
        )
    return text


def _plainly(value: float) -> str:
    if math.isnan(value):
        return "too large or small to say"
    return "0" if value == 0 else spoken.everyday(math.log10(value))


def _weights(found) -> str:
    """The difference of the recurrent weights' gradient; of the others' where there are none."""
    name = next(name for name in _LETTERS if name in found.gradients)
    return f"∂L/∂{_LETTERS[name]} {_small(found.gradients[name])}"


def _worst(found) -> float:
    return max(v for v in (found.delta, *found.gradients.values()) if not math.isnan(v))


def _small(value: float) -> str:
    if math.isnan(value):
        return "beyond float64"
    return "0" if value == 0 else from_log10(math.log10(value))
