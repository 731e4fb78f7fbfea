"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Texts are plain: W_h, σ_max, ρ^k. `style.typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.numbers.spoken import count, factor, from_log10, percent, plain, steps

TITLES = {"vanishing": "Vanishing", "flowing": "Flowing", "exploding": "Exploding"}


def headline(flow: GradientFlow) -> str:
    """What happens, and how fast."""
    T, curve = flow.config.seq_len, flow.spread.median
    if flow.zero_until:
        return _cut(flow)
    if flow.verdict == "flowing":
        change = f"Over {count(T - 1, 'step')} the gradient changes by {times(flow.log10_ratio)}."
        return _hidden_by_local_losses(flow) or _hump(flow) + change
    text = _hump(flow)
    text += f"On average a step back multiplies the gradient by {number_text(flow.factor)}"
    if (flow.slope < 0) == (flow.verdict == "vanishing"):
        word = "halves" if flow.slope < 0 else "doubles"
        text += f": it {word} every {steps(flow.half_life)} {_step_word(flow.half_life)}"
    if flow.verdict == "vanishing":
        return f"{text}. It is first below a thousandth after {count(flow.horizon, 'step')}."
    return (
        f"{text}. Step 1 gets {from_log10(float(curve[0] - curve[-1]))} times what step {T} gets."
    )


def _cut(flow: GradientFlow) -> str:
    many = "" if flow.config.batch_size == 1 else ", in half of the sequences or more"
    if flow.zero_until == flow.config.seq_len:
        return f"The gradient is exactly 0 at every step{many}."
    return f"The gradient is exactly 0 from step {flow.zero_until} back{many}."


def number_text(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def times(log10: float) -> str:
    return f"×{from_log10(log10)}"


def _step_word(number: float) -> str:
    return "step" if steps(number) == "1" else "steps"


def _hump(flow: GradientFlow) -> str:
    """A hump inside the curve, which its two ends do not show."""
    curve = flow.spread.median
    if not np.isfinite(curve).all():
        return ""
    top = int(curve.argmax())
    if curve[top] - max(curve[0], curve[-1]) < 0.5:
        return ""
    lag = len(curve) - 1 - top
    height = times(float(curve[top] - curve[-1]))
    return f"Going back it first grows to {height}, {count(lag, 'step')} back, and then shrinks. "


def _hidden_by_local_losses(flow: GradientFlow) -> str:
    alone = flow.log10_carried
    if flow.config.loss_at == "last" or abs(alone) <= 3:
        return ""
    fate = "has vanished" if alone < 0 else "has exploded"
    return (
        f"The total changes by {times(flow.log10_ratio)} only, since every step has a loss of its "
        f"own. What the last loss alone sends to step 1 {fate}: {times(alone)}."
    )


def why(flow: GradientFlow) -> str:
    """The cause: what one step does to the norm, and the numbers behind it."""
    c = flow.config
    if not flow.two_factors:
        return _why_cell(flow)
    reasons = flow.reasons
    if flow.cause == "zero" or reasons.activation == 0:
        return _why_zero(flow)
    units = f"{percent(float(flow.saturated.mean()))} of units {ACTIVATIONS[c.activation_used].off}"
    if ACTIVATIONS[c.activation_used].linear:
        units = "linear"
    own = " + ∂L_{t−1}/∂h_{t−1}" if c.loss_at == "every" else ""
    return (
        f"δ_{{t−1}} = W_hᵀ(φ′(z_t) ⊙ δ_t){own}: in one step φ′ multiplies the norm by "
        f"{number_text(reasons.activation)} ({units}) and W_h by {number_text(reasons.recurrence)} "
        f"(ρ {plain(flow.spectral_radius, 3)}, σ_max {plain(flow.spectral_norm, 3)}"
        f"{_whose(flow)}). {_reason(flow)}"
    )


def _whose(flow: GradientFlow) -> str:
    """Whose averages these are, where the curve is the median's."""
    if flow.config.batch_size == 1:
        return ""
    return f"; sequence {flow.typical_sequence + 1}, the one nearest the median"


def _why_cell(flow: GradientFlow) -> str:
    """The same for a cell whose step is more than φ' and W_h."""
    if flow.cause == "zero":
        return _why_zero(flow)
    step = f"on average J_tᵀ multiplies the norm by {number_text(flow.step_factor)} in one step"
    if whose := _whose(flow).removeprefix("; "):
        step += f" ({whose})"
    if flow.config.loss_at == "every":
        step += ", and the losses of the other steps add theirs"
    return flow.config.cell_used.why(flow, step)


def _reason(flow: GradientFlow) -> str:
    verdict, cause = flow.verdict, flow.cause
    radius, norm = flow.spectral_radius, flow.spectral_norm
    activation, recurrence = flow.reasons.activation, flow.reasons.recurrence
    if verdict == "vanishing":
        if cause == "activation" and radius > 1.02 and recurrence > 1:
            return "ρ > 1, but φ′ takes more than W_h gives."
        if cause == "activation":
            return "Most of the shrinking is φ′."
        return "Most of the shrinking is W_h."
    if verdict == "exploding":
        if radius < 0.98 and norm > 1:
            return "ρ < 1, but W_h is far from normal."
        if activation * recurrence > 1:
            return "W_h gives more than φ′ takes."
        if flow.config.loss_at == "every":
            return "The losses of other steps make up for more than is lost on the way."
        return "A few steps make it grow, and the average of them all does not show it."
    step = activation * recurrence
    if abs(step - 1) < 0.05:
        return "Both stay near 1." if abs(activation - 1) < 0.05 else "The two nearly cancel."
    if flow.config.loss_at == "every":
        return "What is lost on the way, the losses of other steps make up for." if step < 1 else ""
    return f"Over {count(flow.config.seq_len - 1, 'step')} that is not yet a factor of 1000."


def _why_zero(flow: GradientFlow) -> str:
    c = flow.config
    own = c.cell_used.why_zero
    if own is not None and (said := own(flow)):
        return said
    if not flow.params.W_h.any() and not flow.params.keep and c.loss_at == "last":
        return "W_h is 0: nothing is carried from one step to the next."
    if flow.dphi is None:
        return "The gates are closed to the last bit: nothing is carried from one step to the next."
    off = 1.0 - float((flow.dphi != 0).mean())
    if off == 0:
        return "What comes back and the step's own loss cancel exactly."
    phi = ACTIVATIONS[c.activation_used]
    if phi.exactly_off:
        return (
            f"φ′ is 0 for {percent(off)} of unit-steps: a {phi.label} that is {phi.off} passes "
            "nothing back."
        )
    return (
        f"φ′ is too small for float64 in {percent(off)} of unit-steps: the activation is flat to "
        "300 decimal places there."
    )


def facts(flow: GradientFlow) -> list[tuple[str, str, str]]:
    """The four numbers beside the verdict: (name, value, what it means)."""
    T = flow.config.seq_len
    half = "doubles in" if flow.slope > 0 else "half-life"
    horizon = flow.horizon
    life = steps(flow.half_life)
    rate, lasts = factor(flow.factor), f"{life} {_step_word(flow.half_life)}"
    if flow.zero_until or math.isnan(flow.half_life):
        rate = lasts = "–"  # no rate leads to exactly 0
    return [
        (
            "per step back",
            rate,
            "exp of the least-squares slope of ln‖∂L/∂h_t‖ against the lag, on the median curve",
        ),
        (
            half,
            lasts,
            "ln 2 / |ln factor|",
        ),
        (
            "horizon",
            f"{horizon} of {T}" if horizon is not None else f"≥ {T}",
            "steps back until the gradient is first below 1/1000 of the last step's",
        ),
        (
            "‖δ_1‖ / ‖δ_T‖",
            from_log10(flow.log10_ratio),
            "the gradient at the first step relative to the last; below 10⁻³ vanishing, "
            "above 10³ exploding",
        ),
    ]


def event(flow: GradientFlow) -> str:
    """What broke on the way forward, or nothing."""
    first = flow.float32_overflow
    if flow.overflow is not None:
        o = flow.overflow
        value = ""
        if o.log10_value > LOG10_MAX:
            value = f" (z is {from_log10(o.log10_value)} there, the limit 1.8·10³⁰⁸)"
        earlier = f" In float32 it is over at step {first}." if first and first < o.step else ""
        return (
            f"At step {o.step} the forward pass leaves float64{value}: a plain program gets inf, "
            f"and NaN soon after.{earlier} The picture goes on with the exponent kept apart."
        )
    if first is not None:
        return (
            f"The hidden state passes float32's limit of 3.4·10³⁸ at step {first}: a model in "
            "float32 gets inf there."
        )
    top = int(flow.spread.median.argmax())
    if flow.spread.median[top] > LOG10_MAX_FLOAT32:
        size = from_log10(float(flow.spread.median[top]))
        return (
            f"At step {top + 1} the gradient is {size}, above float32's limit of 3.4·10³⁸: there "
            "it would be inf, and the update NaN."
        )
    return ""


def summary(flow: GradientFlow) -> str:
    """The picture in one sentence, for those who cannot see it."""
    c = flow.config
    return (
        f"{_article(c.cell_used.label)} unrolled over {c.seq_len} steps, with the loss at "
        f"{'the last step' if c.loss_at == 'last' else 'every step'}. {TITLES[flow.verdict]}: "
        f"{headline(flow)}"
    )


def _article(label: str) -> str:
    """An LSTM, a GRU: by how the label is spoken."""
    return f"{'An' if label[0] in 'AEIOULaeiou' else 'A'} {label}"
