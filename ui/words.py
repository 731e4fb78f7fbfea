"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Texts are plain: W_h, σ_max, ρ^k. `style.typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.activations import ACTIVATIONS
from rnn_core.flow import GradientFlow
from rnn_core.logdomain import LOG10_MAX_FLOAT32
from rnn_core.measure import HORIZON_THRESHOLD
from ui.style import count, factor, from_log10, percent, plain, steps

TITLES = {"vanishing": "Vanishing", "flowing": "Flowing", "exploding": "Exploding"}


def headline(flow: GradientFlow) -> str:
    """What happens, and how fast."""
    T, verdict = flow.config.seq_len, flow.verdict
    lags = T - 1
    if flow.zero_until:
        return (
            f"The gradient is exactly 0 from step {flow.zero_until} back: in half of the sequences "
            f"or more every path to those steps is cut."
        )
    if verdict == "flowing":
        text = f"Over {count(lags, 'step')} the gradient changes by {_times(flow.log10_ratio)}."
        hidden = _hidden_by_local_losses(flow)
        return hidden or text + _peak(flow)
    word = "halves" if flow.slope < 0 else "doubles"
    pace = f"it {word} every {steps(flow.half_life)} steps"
    if verdict == "vanishing":
        return (
            f"On average a step back multiplies the gradient by {_number(flow.factor)}: {pace}, and "
            f"after {flow.horizon} of {lags} less than a thousandth is left." + _peak(flow)
        )
    return (
        f"On average a step back multiplies the gradient by {_number(flow.factor)}: {pace}, and "
        f"step 1 gets {from_log10(flow.log10_ratio)} times what step {T} gets." + _peak(flow)
    )


def _number(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def _times(log10: float) -> str:
    return f"×{from_log10(log10)}"


def _peak(flow: GradientFlow) -> str:
    """A hump inside the curve, which its two ends do not show."""
    curve = flow.spread.median
    if not np.isfinite(curve).all():
        return ""
    top = int(curve.argmax())
    height = curve[top] - max(curve[0], curve[-1])
    if height < 0.5:
        return ""
    lag = len(curve) - 1 - top
    return f" On the way it reaches {_times(float(curve[top] - curve[-1]))}, {lag} steps back."


def _hidden_by_local_losses(flow: GradientFlow) -> str:
    if flow.config.loss_at != "every":
        return ""
    alone = float(np.median(flow.log10_last[0]) - np.median(flow.log10_last[-1]))
    if abs(alone) <= 3:
        return ""
    fate = "has vanished" if alone < 0 else "has exploded"
    return (
        f"The total stays near ×{from_log10(flow.log10_ratio)} because every step has a "
        f"loss of its own. What the last loss alone sends to step 1 {fate}: {_times(alone)}."
    )


def why(flow: GradientFlow) -> str:
    """The cause: what φ' and W_h each do to the norm in one step, and the numbers behind it."""
    c, reasons = flow.config, flow.reasons
    if flow.cause == "zero":
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
        if cause == "activation" and radius > 1.02:
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
    if flow.spectral_norm == 0:
        return "W_h is 0: nothing is carried from one step to the next."
    off = 1.0 - float((flow.dphi != 0).mean())
    if c.activation == "relu":
        return f"φ′ is 0 for {percent(off)} of unit-steps: a ReLU that is off passes nothing back."
    return (
        f"φ′ is too small for float64 in {percent(off)} of unit-steps: z is beyond ±370, where "
        "the activation is flat to 300 decimal places."
    )


def facts(flow: GradientFlow) -> list[tuple[str, str, str]]:
    """The four numbers beside the verdict: (name, value, what it means)."""
    lags = flow.config.seq_len - 1
    half = "doubles in" if flow.slope > 0 else "half-life"
    horizon = flow.horizon
    life = steps(flow.half_life)
    return [
        (
            "per step back",
            factor(flow.factor),
            "exp of the least-squares slope of ln‖∂L/∂h_t‖ against the lag, on the median curve",
        ),
        (half, "–" if math.isnan(flow.half_life) else f"{life} steps", "ln 2 / |ln factor|"),
        (
            "horizon",
            f"{horizon} of {lags}" if horizon is not None else f"≥ {lags}",
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
    if flow.overflow is not None:
        o = flow.overflow
        first = flow.float32_overflow
        earlier = f" In float32 it is over at step {first}." if first and first < o.step else ""
        return (
            f"The hidden state passes float64's limit of 1.8·10³⁰⁸ at step {o.step} "
            f"(it would be {from_log10(o.log10_value)}): a plain program prints inf there and NaN "
            f"soon after.{earlier} The picture goes on with the exponent kept apart."
        )
    if flow.float32_overflow is not None:
        return (
            f"The hidden state passes float32's limit of 3.4·10³⁸ at step {flow.float32_overflow}: "
            "a model in float32 prints inf there."
        )
    gone = np.flatnonzero(flow.spread.median > LOG10_MAX_FLOAT32)
    if gone.size:
        return (
            f"From step {int(gone[-1]) + 1} back the gradient is above 3.4·10³⁸, float32's limit: "
            "there it would be inf, and the update NaN."
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
        if c.batch_size > 1 and np.isfinite(spread.low[0]):
            text += (
                f"; 80 % of sequences end between {from_log10(float(spread.low[0]))} and "
                f"{from_log10(float(spread.high[0]))}"
            )
        text += "." + _rho_error(flow)
    return text


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
        text += f" At step {step} φ′ draws ρ in to {plain(local, 3)}."
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
        f"A loss at step j is down to a thousandth {count(typical, 'step')} back (median of the "
        f"losses that get there, {sequence}): further back it teaches next to nothing."
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
    if top < T - last:
        text += f"; the largest term is step {top}'s"
    return text + "."


def _tiny_percent(share: float) -> str:
    if 0 < share < 1e-3:
        return f"{from_log10(math.log10(share))} of it"
    return percent(share)


def remedy(title: str, flow: GradientFlow) -> str:
    """What a tried change does, from its own run."""
    ratio = flow.log10_ratio
    return f"{title}: {factor(flow.factor)} per step, ‖δ_1‖/‖δ_T‖ = {from_log10(ratio)}"


def no_remedy(flow: GradientFlow) -> str:
    """What to say where nothing is offered."""
    if flow.verdict == "flowing":
        return "Nothing needs mending at these settings."
    return "None of the changes tried brings the gradient nearer to flowing at these settings."


def comparison(usual, exact) -> str:
    """The check against PyTorch, in words."""
    if usual.overflow_step is not None:
        return (
            f"PyTorch's forward pass overflows at step {usual.overflow_step}, so its gradients are "
            "inf and NaN: there is nothing to compare. Shorten the sequence to stay below that."
        )
    if usual.compared == 0:
        return "Every norm is below 10⁻¹⁴⁰, where PyTorch's own float64 has no digits to compare."
    worst = max([usual.delta, *usual.gradients.values()])
    text = (
        f"Largest relative difference: {_small(worst)} (‖∂L/∂hₜ‖ {_small(usual.delta)}, "
        f"∂L/∂Wₕ {_small(usual.gradients['W_h'])}), over {usual.compared:,} of {usual.total:,} "
        "step × sequence gradients."
    )
    if usual.compared < usual.total:
        text += " The others are too small for PyTorch's float64."
    exact_worst = max([exact.delta, *exact.gradients.values()])
    if worst > 1e-9 and exact_worst < worst / 10:
        text += (
            f" PyTorch computes φ′ from h, which loses digits in saturation; with an exact φ′ in "
            f"PyTorch the difference is {_small(exact_worst)}."
        )
    return text


def _small(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def summary(flow: GradientFlow) -> str:
    """The picture in one sentence, for those who cannot see it."""
    c = flow.config
    return (
        f"An RNN unrolled over {c.seq_len} steps, loss at the "
        f"{'last step' if c.loss_at == 'last' else 'every step'}. {TITLES[flow.verdict]}: "
        f"{headline(flow)}"
    )
