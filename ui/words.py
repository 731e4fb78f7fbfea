"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Texts are plain: W_h, σ_max, ρ^k. `style.typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.measure import HORIZON_THRESHOLD
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.studies.prediction import Prediction, tightest
from ui.style import count, factor, from_log10, percent, plain, signed, steps

# The gate that says how much of the state stays.
KEEPING_GATES = {"lstm": "f", "gru": "z"}

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
    """The cause: what one step does to the norm, and the numbers behind it."""
    c = flow.config
    if not flow.two_factors:
        return _why_cell(flow)
    reasons = flow.reasons
    if flow.cause == "zero" or reasons.activation == 0:
        return _why_zero(flow)
    units = f"{percent(float(flow.saturated.mean()))} of units {ACTIVATIONS[c.activation_used].off}"
    if c.activation_used == "linear":
        units = "linear"
    own = " + ∂L_{t−1}/∂h_{t−1}" if c.loss_at == "every" else ""
    return (
        f"δ_{{t−1}} = W_hᵀ(φ′(z_t) ⊙ δ_t){own}: in one step φ′ multiplies the norm by "
        f"{_number(reasons.activation)} ({units}) and W_h by {_number(reasons.recurrence)} "
        f"(ρ {plain(flow.spectral_radius, 3)}, σ_max {plain(flow.spectral_norm, 3)}). "
        + _reason(flow)
    )


def _why_cell(flow: GradientFlow) -> str:
    """The same for a cell whose step is more than φ' and W_h."""
    c, p = flow.config, flow.params
    if flow.cause == "zero":
        return _why_zero(flow)
    step = f"on average J_tᵀ multiplies the norm by {_number(flow.step_factor)} in one step"
    if c.loss_at == "every":
        step += ", and the losses of the other steps add theirs"
    if c.cell in ("residual", "leaky"):
        if p.alpha == 0:
            return f"α is 0: J_t = {p.keep:g}·1, and the gradient is handed on as it is."
        if p.keep == 0:
            return f"α is 1: nothing is kept, J_t = diag(φ′(z_t)) W_h as in a vanilla RNN; {step}."
        kept = f"{p.keep:g}·1" if p.keep != 1 else "1"
        handed = "as it is" if p.keep == 1 else f"times {p.keep:g}"
        return (
            f"J_t = {kept} + {p.alpha:g}·diag(φ′(z_t)) W_h: its first part hands the gradient on "
            f"{handed}, whatever the units do; {step} ({percent(float(flow.saturated.mean()))} of "
            f"units {ACTIVATIONS[c.activation_used].off})."
        )
    if c.cell == "lru":
        low, high = (float(v(np.abs(flow.eigenvalues))) for v in (np.min, np.max))
        return (
            f"J_t is the same in every step, whatever the input: |λ| runs from {low:.4g} to "
            f"{high:.4g}, and nothing saturates; {step}."
        )
    if c.cell == "layer_norm":
        return (
            "The layer norm divides W_h h_{t−1} + W_x x_t by its own spread over the units: "
            f"{step} ({percent(float(flow.saturated.mean()))} of units "
            f"{ACTIVATIONS[c.activation_used].off})."
        )
    means = {name: plain(float(gate.mean()), 2) for name, gate in flow.gates.items()}
    if c.cell == "lstm":
        return (
            f"c_t keeps f = {means['f']} of c_{{t−1}} (the mean forget gate; i {means['i']}, "
            f"o {means['o']}), and the rest goes through h and W_h: {step}."
        )
    if c.cell == "gru":
        return (
            f"h_t keeps z = {means['z']} of h_{{t−1}} (the mean update gate; r {means['r']}), and "
            f"the rest goes through n and W_h: {step}."
        )
    return f"In the {c.cell_used.label} {step}."


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
        return "What is lost on the way, the losses of other steps make up for." if step < 1 else ""
    return f"Over {count(flow.config.seq_len - 1, 'step')} that is not yet a factor of 1000."


def _why_zero(flow: GradientFlow) -> str:
    c = flow.config
    if c.cell == "layer_norm" and c.hidden_size == 1:
        return "The layer norm of a single unit is always 0, whatever it reads: nothing is carried."
    if not flow.params.W_h.any() and not flow.params.keep and c.loss_at == "last":
        return "W_h is 0: nothing is carried from one step to the next."
    if flow.dphi is None:
        return "The gates are closed to the last bit: nothing is carried from one step to the next."
    off = 1.0 - float((flow.dphi != 0).mean())
    if off == 0:
        return "What comes back and the step's own loss cancel exactly."
    if c.activation_used == "relu":
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


def norms_title(flow: GradientFlow) -> str:
    """Above the main chart."""
    if flow.config.cell_used.states == 1:
        return "Gradient norm ‖∂L/∂h_t‖ at each step"
    return "Gradient norm ‖∂L/∂s_t‖ at each step, s = (h, c)"


def gate_title(flow: GradientFlow) -> str:
    """Above the gate's heat map."""
    name = {"lstm": "forget gate f", "gru": "update gate z"}[flow.config.cell]
    return f"The {name}: what stays of the state, by unit and step"


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
        text += "." + _bend(flow) + _rho_error(flow)
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


def _bend(flow: GradientFlow) -> str:
    """Where the curve is not straight, so that the fitted factor does not make up its ends."""
    fitted = flow.slope * (flow.config.seq_len - 1)
    if math.isnan(fitted) or abs(fitted - flow.log10_ratio) < 0.3:
        return ""
    return f" It is not straight: the fitted factor alone would make {_times(fitted)}."


def _rho_error(flow: GradientFlow) -> str:
    """How far ρ^k is off at the first step."""
    lags = flow.config.seq_len - 1
    silent = flow.matrix_is_jacobian or flow.config.loss_at == "every"
    if silent or flow.spectral_radius <= 0:
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
    name = matrix_name(flow)
    rate = "is its long-run rate"
    if flow.matrix_is_jacobian:
        rate = "would be the rate if every step were like this one"
    text = (
        f"{outside} of {count(len(flow.eigenvalues), 'eigenvalue')} of {name} outside the unit "
        f"circle; ρ = {radius:.3f} {rate}, σ_max = {norm:.3f} the most it can stretch in one step."
    )
    if norm > 1.05 * radius:
        ratio = plain(norm / radius, 3) if radius else "∞"
        text += f" Their ratio, {ratio}, tells how far from normal it is."
    else:
        text += " They nearly agree: it is close to normal."
    if step is not None and not (flow.matrix_is_jacobian and step == flow.config.seq_len):
        local = float(np.abs(np.linalg.eigvals(flow.jacobian(step, flow.typical_sequence))).max())
        text += f" At step {step} the Jacobian's ρ is {plain(local, 3)}."
    return text


def matrix_name(flow: GradientFlow) -> str:
    """What `flow.matrix` is, in letters."""
    if flow.matrix_is_jacobian:
        return "J_T"
    if not flow.config.cell_used.has_matrix:
        return "diag(λ)"
    if flow.config.cell in ("residual", "leaky") and flow.params.keep:
        kept = "" if flow.params.keep == 1 else f"{flow.params.keep:g}·"
        return f"{kept}1 + {flow.params.alpha:g}·W_h"
    return "W_h"


def eigenvalues_title(flow: GradientFlow) -> str:
    """Above the eigenvalues."""
    if flow.matrix_is_jacobian:
        return "Eigenvalues of the last step’s Jacobian J_T"
    return f"Eigenvalues of {matrix_name(flow)}, spectral radius and norm"


def gate_caption(flow: GradientFlow) -> str:
    """What the gate that keeps the state does, and what it alone would leave of a gradient."""
    c = flow.config
    name = KEEPING_GATES[c.cell]
    gate = flow.gates[name]
    kept = float(np.exp(np.log(np.maximum(gate, 1e-300)).mean()))
    open_units = float((gate.mean(axis=(0, 1)) > 0.9).mean())
    what = "c_{t−1}" if c.cell == "lstm" else "h_{t−1}"
    text = (
        f"{name} is the share of {what} that stays: mean {plain(float(gate.mean()), 3)}; "
        f"{percent(open_units)} of units keep more than 0.9 on average. By the gate alone a step "
        f"leaves ×{plain(kept, 3)} (geometric mean)"
    )
    text += f"; the whole step multiplies the gradient by {_number(flow.step_factor)} on average"
    if c.batch_size > 1:
        text += f". Heat map: sequence {flow.typical_sequence + 1}, the one nearest the median"
    return text + "."


def shared_gradient(flow: GradientFlow) -> str:
    """The gradient whose terms are counted."""
    return "∂L/∂W_h" if flow.config.cell_used.has_matrix else "∂L/∂λ"


def derivative_caption(flow: GradientFlow) -> str:
    """How much of φ is flat."""
    c = flow.config
    off = ACTIVATIONS[c.activation_used].off
    share = flow.saturated
    mean = float(flow.mean_dphi.mean())
    if c.cell == "lru":
        return "This cell is linear: φ′ = 1 everywhere, and only λ acts on the gradient."
    if c.activation_used == "linear":
        acts = {"layer_norm": "W_h and the layer norm act", "residual": "W_h and what is kept act",
                "leaky": "W_h and what is kept act"}.get(c.cell, "only W_h acts")  # fmt: skip
        return f"A linear unit has φ′ = 1 everywhere: {acts} on the gradient."
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
    name = shared_gradient(flow)
    if not share.any():
        return f"{name} is exactly 0: either the state or the gradient is 0 at every step."
    last = min(5, max(1, T // 3))
    recent = float(share[-last:].sum())
    half = float(share[: T // 2].sum())
    who = "The last step carries" if last == 1 else f"The last {last} steps carry"
    text = f"{who} {percent(recent)} of {name}"
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
    if usual.underflow_step is not None:
        return (
            f"At step {usual.underflow_step} the state becomes too small for PyTorch's float64, "
            "and is 0 there from then on: there is nothing to compare. Shorten the sequence."
        )
    if usual.compared == 0:
        return "No norm is between 10⁻¹⁴⁰ and 10¹⁴⁰, where PyTorch's float64 has digits to compare."
    worst = _worst(usual)
    text = (
        f"Largest relative difference: {_small(worst)} (‖∂L/∂hₜ‖ {_small(usual.delta)}, "
        f"{_weights(usual)}), over {usual.compared:,} of {usual.total:,} "
        "step × sequence gradients."
    )
    if usual.compared < usual.total:
        text += " The others are too small or too large for PyTorch's float64."
    if worst > 1e-9 and usual.hidden > 1e-12:
        text += (
            f" Already the two forward passes differ by {_small(usual.hidden)}: this network "
            "amplifies rounding, and every program that adds in another order gets another run."
        )
    elif worst > 1e-9 and _worst(exact) < worst / 10:
        text += (
            f" PyTorch computes φ′ from h, which loses digits in saturation; with an exact φ′ in "
            f"PyTorch the difference is {_small(_worst(exact))}."
        )
    return text


def _weights(found) -> str:
    """The difference of the recurrent weights' gradient."""
    if "W_h" in found.gradients:
        return f"∂L/∂Wₕ {_small(found.gradients['W_h'])}"
    return f"∂L/∂|λ| {_small(found.gradients['nu'])}"


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
        f"{_article(c.cell_used.label)} unrolled over {c.seq_len} steps, with the loss at "
        f"{'the last step' if c.loss_at == 'last' else 'every step'}. {TITLES[flow.verdict]}: "
        f"{headline(flow)}"
    )


def _article(label: str) -> str:
    """An LSTM, a GRU: by how the label is spoken."""
    return f"{'An' if label[0] in 'AEIOULaeiou' else 'A'} {label}"


# -- laws


def theory(flow: GradientFlow, laws: list[Prediction]) -> list[tuple[str, str, str, str]]:
    """For each law: its name, formula (LaTeX), how far it is off here, and when it holds."""
    best = tightest(laws)
    return [
        (
            LAWS[law.name].label,
            LAWS[law.name].formula,
            law_sentence(flow, law, tightest=law.name == best),
            f"{LAWS[law.name].conditions} *{LAWS[law.name].source}*",
        )
        for law in laws
    ]


def law_sentence(flow: GradientFlow, law: Prediction, *, tightest: bool) -> str:
    """How far a law is off here, and why."""
    about = LAWS[law.name]
    if law.missing:
        return f"Does not apply. {law.missing}"
    said, done = _decades(law.log10[0]), _decades(law.measured[0])
    whose = "" if law.sequence is None else f" (sequence {law.sequence + 1})"
    lag = count(len(law.log10) - 1, "step")
    off = law.off
    if about.upper_bound:
        text = f"At most {said} over {lag}; measured {done}{whose}"
        text += ": the bound is met." if abs(off) <= 0.05 else (
            ": the gradient is cut off altogether." if math.isinf(off)
            else f": {_how_far(off)} too generous.")  # fmt: skip
        if tightest:
            text += " The tightest of the bounds shown."
    elif abs(off) <= 0.05:
        text = f"{said} predicted over {lag}, {done} measured{whose}: right to {_precision(off)}."
    else:
        side = "too much" if off > 0 else "too little"
        text = f"{said} predicted over {lag}, {done} measured{whose}: {_how_far(off)} {side}."
    reason = _law_reason(flow, law)
    return f"{text} {reason}".strip()


def _exponents(flow: GradientFlow, law: Prediction) -> str:
    """λ_max beside ln ρ."""
    rate = float(law.log10[0]) / (len(law.log10) - 1) * math.log(10.0)
    text = f"λ_max = {signed(rate)}"
    if not flow.matrix_is_jacobian and flow.spectral_radius > 0:
        text += f", ln ρ = {signed(math.log(flow.spectral_radius))}"
    return f"{text}."


def _decades(log10: float) -> str:
    """×10^log10, in words a reader can compare."""
    return "×0 exactly" if log10 == -math.inf else f"×{from_log10(float(log10))}"


def _how_far(off: float) -> str:
    if math.isinf(off):
        return "all decades there are"
    return f"{plain(abs(off), 2)} decades"


def _precision(off: float) -> str:
    return "all digits" if abs(off) < 1e-6 else f"{plain(100 * (10 ** abs(off) - 1), 1)} %"


def _law_reason(flow: GradientFlow, law: Prediction) -> str:
    """Why the law is off, from the run: what it leaves out, as far as that is the case here."""
    caveat = LAWS[law.name].caveat(flow.config) if abs(law.off) > 0.3 else ""
    if law.name == "lyapunov":
        return f"{_exponents(flow, law)} {caveat}".strip()
    if law.name in ("norm_bound", "spectral_radius") and flow.two_factors and law.off > 0.3:
        phi = flow.config.activation_used
        if phi != "linear":
            mean, off = float(flow.mean_dphi.mean()), float(flow.saturated.mean())
            word = ACTIVATIONS[phi].off
            caveat = (
                f"It counts φ′ as {ACTIVATIONS[phi].max_dphi:g}; here its mean is "
                f"{plain(mean, 3)}, and {percent(off)} of units are {word}."
                if law.name == "norm_bound"
                else f"It leaves φ′ out: here its mean is {plain(mean, 3)}, and {percent(off)} of "
                f"units are {word}."
            )
    return caveat
