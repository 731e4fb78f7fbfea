"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Texts are plain: W_h, σ_max, ρ^k. `style.typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.activations import ACTIVATIONS
from rnn_core.flow import GradientFlow
from rnn_core.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.measure import HORIZON_THRESHOLD
from ui.style import count, factor, from_log10, percent, plain, steps

TITLES = {"vanishing": "Vanishing", "flowing": "Flowing", "exploding": "Exploding"}


def headline(flow: GradientFlow) -> str:
    """What happens, and how fast."""
    T, curve = flow.config.seq_len, flow.spread.median
    if flow.zero_until:
        return _cut(flow)
    if flow.verdict == "flowing":
        change = f"Over {count(T - 1, 'step')} the gradient changes by {_times(flow.log10_ratio)}."
        return _hidden_by_local_losses(flow) or _hump(flow) + change
    text = _hump(flow)
    text += f"On average a step back multiplies the gradient by {_number(flow.factor)}"
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


def _number(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def _times(log10: float) -> str:
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
    height = _times(float(curve[top] - curve[-1]))
    return f"Going back it first grows to {height}, {count(lag, 'step')} back, and then shrinks. "


def _hidden_by_local_losses(flow: GradientFlow) -> str:
    alone = flow.log10_carried
    if flow.config.loss_at == "last" or abs(alone) <= 3:
        return ""
    fate = "has vanished" if alone < 0 else "has exploded"
    return (
        f"The total changes by {_times(flow.log10_ratio)} only, since every step has a loss of its "
        f"own. What the last loss alone sends to step 1 {fate}: {_times(alone)}."
    )


def why(flow: GradientFlow) -> str:
    """The cause: what φ' and W_h each do to the norm in one step, and the numbers behind it."""
    c, reasons = flow.config, flow.reasons
    if flow.cause == "zero" or reasons.activation == 0:
        return _why_zero(flow)
    units = f"{percent(float(flow.saturated.mean()))} of units {ACTIVATIONS[c.activation].off}"
    if c.activation == "linear":
        units = "linear"
    own = " + ∂L_{t−1}/∂h_{t−1}" if c.loss_at == "every" else ""
    return (
        f"δ_{{t−1}} = W_hᵀ(φ′(z_t) ⊙ δ_t){own}: in one step φ′ multiplies the norm by "
        f"{_number(reasons.activation)} ({units}) and W_h by {_number(reasons.recurrence)} "
        f"(ρ {plain(flow.spectral_radius, 3)}, σ_max {plain(flow.spectral_norm, 3)}). "
        + _reason(flow)
    )


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
        return "W_h gives more than φ′ takes."
    step = activation * recurrence
    if abs(step - 1) < 0.05:
        return "Both stay near 1." if abs(activation - 1) < 0.05 else "The two nearly cancel."
    if flow.config.loss_at == "every":
        return (
            "What goes lost on the way, the losses of other steps make up for." if step < 1 else ""
        )
    return f"Over {count(flow.config.seq_len - 1, 'step')} that is not yet a factor of 1000."


def _why_zero(flow: GradientFlow) -> str:
    c = flow.config
    if flow.spectral_norm == 0 and c.loss_at == "last":
        return "W_h is 0: nothing is carried from one step to the next."
    off = 1.0 - float((flow.dphi != 0).mean())
    if off == 0:
        return "What comes back and the step's own loss cancel exactly."
    if c.activation == "relu":
        return f"φ′ is 0 for {percent(off)} of unit-steps: a ReLU that is off passes nothing back."
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
    return [
        (
            "per step back",
            factor(flow.factor),
            "exp of the least-squares slope of ln‖∂L/∂h_t‖ against the lag, on the median curve",
        ),
        (
            half,
            "–" if math.isnan(flow.half_life) else f"{life} {_step_word(flow.half_life)}",
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


def norms_caption(flow: GradientFlow) -> str:
    """What the main chart shows."""
    c, spread = flow.config, flow.spread
    if not np.isfinite(spread.median[-1]):
        return "The gradient is exactly 0 at every step: there is nothing to draw on a log axis."
    span = float(flow.log10_ratio)
    if span == -math.inf:
        text = f"The median falls to exactly 0 at step {flow.zero_until}."
    else:
        start, end = (from_log10(float(spread.median[t])) for t in (-1, 0))
        way = f"{'rises' if span > 0 else 'falls'} from {start} to {end}"
        if start == end:
            way = f"ends where it began, at {end}"
        text = f"From step {c.seq_len} back to step 1 the median {way}"
        text += _ends(flow)
        text += "." + _rho_error(flow)
    return text


def _ends(flow: GradientFlow) -> str:
    """Where the sequences end at step 1: 80 % of many, all of a few."""
    ends = np.sort(flow.log10_norms[0])
    if len(ends) == 1 or not np.isfinite(ends[0]):
        return ""
    who = "the sequences"
    if len(ends) >= 10:
        who, ends = "80 % of sequences", (flow.spread.low[0], flow.spread.high[0])
    return f"; {who} end between {from_log10(float(ends[0]))} and {from_log10(float(ends[-1]))}"


def _rho_error(flow: GradientFlow) -> str:
    """How far ρ^k is off at the first step."""
    lags = flow.config.seq_len - 1
    if flow.spectral_radius <= 0 or flow.config.loss_at == "every":
        return ""
    off = float(flow.log10_ratio - lags * math.log10(flow.spectral_radius))
    if abs(off) < 0.005:
        return " ρ^k is right here."
    if abs(off) < 0.3:
        return f" ρ^k is right to within ×{from_log10(abs(off))}."
    side = "below" if off < 0 else "above"
    return f" That is {plain(abs(off), 2)} decades {side} ρ^k."


def eigenvalues_caption(flow: GradientFlow, step: int | None) -> str:
    """ρ against σ_max, and what they say about this run."""
    radius, norm = flow.spectral_radius, flow.spectral_norm
    outside = int((np.abs(flow.eigenvalues) > 1 + 1e-12).sum())
    text = (
        f"{outside} of {count(len(flow.eigenvalues), 'eigenvalue')} outside the unit circle; "
        f"ρ = {radius:.3f} is the long-run rate of W_h, σ_max = {norm:.3f} the most it can stretch "
        "in one step."
    )
    if norm > 1.05 * radius:
        ratio = plain(norm / radius, 3) if radius else "∞"
        text += f" Their ratio, {ratio}, tells how far from normal W_h is."
    else:
        text += " They nearly agree: W_h is close to normal."
    if step is not None:
        local = float(np.abs(np.linalg.eigvals(flow.jacobian(step, flow.typical_sequence))).max())
        text += f" At step {step} the Jacobian's ρ is {plain(local, 3)}."
    return text


def derivative_caption(flow: GradientFlow) -> str:
    """How much of φ is flat."""
    c = flow.config
    off = ACTIVATIONS[c.activation].off
    share = flow.saturated
    mean = float(flow.mean_dphi.mean())
    if c.activation == "linear":
        return "A linear unit has φ′ = 1 everywhere: only W_h acts on the gradient."
    worst = int(share.argmax()) + 1
    text = (
        f"Mean φ′ = {plain(mean, 3)}; {percent(float(share.mean()))} of units are {off} (φ′ < 0.1)"
    )
    if share.max() > share.min():
        text += f", most at step {worst} ({percent(float(share.max()))})"
    always = float((flow.dphi < 0.1).all(axis=(0, 1)).mean())
    if always > 0:
        text += f"; {percent(always)} of units are {off} at every step of every sequence"
    if c.batch_size > 1:
        text += f". Heat map: sequence {flow.typical_sequence + 1}, the one nearest the median"
    return text + "."


def teaching_caption(flow: GradientFlow) -> str:
    """How far back a loss reaches."""
    matrix = flow.teaching
    reaches = []
    for row, j in zip(matrix.log10, matrix.steps, strict=True):
        back = row[: j - 1][::-1]
        below = back < HORIZON_THRESHOLD
        if below.any():
            reaches.append(int(below.argmax()) + 1)
    sequence = f"sequence {matrix.sequence + 1}"
    if not reaches:
        return (
            f"No loss falls below a thousandth before it reaches step 1 ({sequence}): "
            "every step can teach every earlier one."
        )
    typical = int(np.median(reaches))
    return (
        f"{len(reaches)} of {count(len(matrix.steps), 'loss')} shown fall below a thousandth on "
        f"the way, typically {count(typical, 'step')} back ({sequence}): further back, where it is "
        "blue, they teach next to nothing."
    )


def shares_caption(flow: GradientFlow) -> str:
    """Which steps ∂L/∂W_h is made of."""
    share, T = flow.shares, flow.config.seq_len
    if not share.any():
        return "∂L/∂W_h is exactly 0: either the state or the gradient is 0 at every step."
    last = min(5, max(1, T // 3))
    recent = float(share[-last:].sum())
    half = float(share[: T // 2].sum())
    who = "The last step carries" if last == 1 else f"The last {last} steps carry"
    text = f"{who} {percent(recent)} of ∂L/∂W_h"
    if T >= 12:
        text += f", the first half of the sequence {_tiny_percent(half)}"
    top = int(share.argmax()) + 1
    if top <= T - last:
        text += f"; the largest term is step {top}'s"
    return text + "."


def _tiny_percent(share: float) -> str:
    if 0 < share < 1e-3:
        return f"{from_log10(math.log10(share))} of it"
    return percent(share)


def remedy(title: str, step_factor: float, log10_carried: float) -> str:
    """What a tried change does, from its own run."""
    return f"{title}: {factor(step_factor)} per step back, {_times(log10_carried)} from T to 1"


def no_remedy(flow: GradientFlow, *, too_large: bool) -> str:
    """What to say where nothing is offered."""
    if abs(flow.log10_carried) <= 3:
        return "Nothing needs mending at these settings."
    if too_large:
        return "At this size trying changes would take too long; a shorter sequence shows them."
    return "None of the changes tried brings the gradient much nearer to flowing here."


def comparison(found) -> str:
    """The check against PyTorch, in words."""
    if found is None:
        return (
            "Too large to check here: PyTorch would need gigabytes for its graph. Reduce the "
            "sequence length, the hidden size or the number of sequences."
        )
    usual, exact = found
    if usual.overflow_step is not None:
        return (
            f"PyTorch's forward pass overflows at step {usual.overflow_step}, so its gradients are "
            "inf and NaN: there is nothing to compare. Shorten the sequence to stay below that."
        )
    if usual.compared == 0:
        return "No norm is between 10⁻¹⁴⁰ and 10¹⁴⁰, where PyTorch's float64 has digits to compare."
    worst = _worst(usual)
    text = (
        f"Largest relative difference: {_small(worst)} (‖∂L/∂hₜ‖ {_small(usual.delta)}, "
        f"∂L/∂Wₕ {_small(usual.gradients['W_h'])}), over {usual.compared:,} of {usual.total:,} "
        "step × sequence gradients."
    )
    if usual.compared < usual.total:
        text += " The others are too small or too large for PyTorch's float64."
    if worst > 1e-9 and _worst(exact) < worst / 10:
        text += (
            f" PyTorch computes φ′ from h, which loses digits in saturation; with an exact φ′ in "
            f"PyTorch the difference is {_small(_worst(exact))}."
        )
    return text


def _worst(found) -> float:
    return max(v for v in (found.delta, *found.gradients.values()) if not math.isnan(v))


def _small(value: float) -> str:
    if math.isnan(value):
        return "beyond float64"
    return "0" if value == 0 else from_log10(math.log10(value))


def summary(flow: GradientFlow) -> str:
    """The picture in one sentence, for those who cannot see it."""
    c = flow.config
    return (
        f"An RNN unrolled over {c.seq_len} steps, with the loss at "
        f"{'the last step' if c.loss_at == 'last' else 'every step'}. {TITLES[flow.verdict]}: "
        f"{headline(flow)}"
    )
