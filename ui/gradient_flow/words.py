"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Texts are plain: W_h, σ_max, ρ^k. `style.typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import GROWN, VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.numbers.spoken import count, factor, from_log10, percent, plain, steps

AHEAD = (100, 1000)  # steps over which a rate is told where the sequence is a half of them or less


def headline(flow: GradientFlow) -> str:
    """What happens to what the last loss sends back, how fast and how far; then the total."""
    reading = flow.reading
    said = _cut(flow) if reading.zero_until else _bend(reading) + _SAYS[flow.verdict](flow)
    return said + _total(flow)


def whose(config: RNNConfig) -> str:
    """The gradient that the verdict is on."""
    return "the gradient" if config.loss_at == "last" else "what the last loss sends back"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(flow: GradientFlow) -> str:
    many = "" if flow.config.batch_size == 1 else ", in half of the sequences or more"
    who = _capital(whose(flow.config))
    if flow.zero_until == flow.config.seq_len:
        return f"{who} is exactly 0 at every step{many}."
    return f"{who} is exactly 0 from step {flow.zero_until} back{many}."


def _shrinks(flow: GradientFlow) -> str:
    return f"{_each_step(flow)}. It is first below a thousandth after {_lag(flow.horizon)}."


def _explodes(flow: GradientFlow) -> str:
    return f"{_each_step(flow)}. {_arrives(flow)}."


def _changes(flow: GradientFlow) -> str:
    """What arrives, and how fast it changes: a short sequence hides that."""
    return f"{_arrives(flow)}{_halves(flow)}.{_ahead(flow)}"


def _flows(flow: GradientFlow) -> str:
    lags = count(flow.config.seq_len - 1, "step")
    return f"Over {lags} {whose(flow.config)} changes by {times(flow.log10_ratio)}."


_SAYS = {
    "vanishing": _shrinks,
    "fading": _changes,
    "flowing": _flows,
    "growing": _changes,
    "exploding": _explodes,
}


def _lag(steps_back: int) -> str:
    return count(steps_back, "step")


def _each_step(flow: GradientFlow) -> str:
    text = f"On average a step back multiplies {whose(flow.config)} by {number_text(flow.factor)}"
    return text + _halves(flow)


def _arrives(flow: GradientFlow) -> str:
    alone = "" if flow.config.loss_at == "last" else " of what the last loss sends back"
    got = from_log10(flow.log10_ratio)
    return f"Step 1 gets {got} times what step {flow.config.seq_len} gets{alone}"


def _halves(flow: GradientFlow) -> str:
    """The rate as a time, where it goes the way of the verdict."""
    if flow.slope * VERDICTS[flow.verdict].way <= 0:
        return ""
    word = "halves" if flow.slope < 0 else "doubles"
    return f": it {word} every {steps(flow.half_life)} {_step_word(flow.half_life)}"


def _ahead(flow: GradientFlow) -> str:
    """What the rate would make of a longer sequence, where the curve is nearly straight."""
    T, ratio = flow.config.seq_len, flow.log10_ratio
    straight = abs(flow.slope * (T - 1) - ratio) < 0.2 * abs(ratio)
    lags = next((lags for lags in AHEAD if lags >= 2 * T), None)
    if lags is None or not straight:
        return ""
    return f" At this rate {lags} steps would make it {times(flow.slope * lags, 2)}."


def _total(flow: GradientFlow) -> str:
    """The sum over the losses: second, and by its name."""
    if flow.config.loss_at == "last":
        return ""
    if flow.total.zero_until:
        return f" The total of all losses is exactly 0 from step {flow.total.zero_until} back."
    return f" The total of all losses changes by {times(flow.total.reach.log10_ratio)}."


def number_text(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def times(log10: float, digits: int = 3) -> str:
    return f"×{from_log10(log10, digits)}"


def _step_word(number: float) -> str:
    return "step" if steps(number) == "1" else "steps"


def _bend(reading: Reading) -> str:
    """A hump or a dip inside the curve, which its two ends do not show."""
    curve = reading.curve
    if not np.isfinite(curve).all():
        return ""
    ends = curve[0], curve[-1]
    top, low = int(curve.argmax()), int(curve.argmin())
    rise, fall = curve[top] - max(ends), min(ends) - curve[low]
    if max(rise, fall) < 0.5:
        return ""
    at, first, then = (top, "grows", "shrinks") if rise >= fall else (low, "shrinks", "grows")
    size, lag = times(float(curve[at] - curve[-1])), len(curve) - 1 - at
    return f"Going back it first {first} to {size}, {_lag(lag)} back, and then {then}. "


def why(flow: GradientFlow) -> str:
    """The cause: what one step does to the norm, and the numbers behind it."""
    alone = flow.last_alone
    if not flow.at_rest:
        return _why(alone)
    driven = flow.inputs.any()
    return f"{_why(alone)} {at_rest(flow)}" if driven or flow.cause == "zero" else at_rest(flow)


def _why(alone: GradientFlow) -> str:
    """The same of a run with a single loss."""
    if not alone.two_factors:
        return _why_cell(alone)
    reasons = alone.reasons
    if alone.cause == "zero" or reasons.activation == 0:
        return _why_zero(alone)
    phi = ACTIVATIONS[alone.config.activation_used]
    units = f"{percent(float(alone.saturated.mean()))} of units {phi.off}"
    if phi.linear:
        units = "linear"
    return (
        f"δ_{{t−1}} = W_hᵀ(φ′(z_t) ⊙ δ_t): in one step φ′ multiplies the norm by "
        f"{number_text(reasons.activation)} ({units}) and W_h by {number_text(reasons.recurrence)} "
        f"(ρ {plain(alone.spectral_radius, 3)}, σ_max {plain(alone.spectral_norm, 3)}"
        f"{_whose(alone)}). {_reason(alone)}"
    )


def _whose(flow: GradientFlow) -> str:
    """Whose averages these are, where the curve is the median's."""
    if flow.config.batch_size == 1:
        return ""
    return f"; sequence {flow.typical_sequence + 1}, the one nearest the median"


def at_rest(flow: GradientFlow) -> str:
    """What the gradient of a state that stays 0 is, and what it is not."""
    learns = f"h stays 0 at every step, so ∂L/∂{flow.config.cell_used.shared} is exactly 0."
    if ACTIVATIONS[flow.config.activation_used].linear:
        return learns  # there every run has the same Jacobians
    return f"{learns} The curve is that of the linearisation there, not of a run that leaves 0."


def _why_cell(flow: GradientFlow) -> str:
    """The same for a cell whose step is more than φ' and W_h."""
    if flow.cause == "zero":
        return _why_zero(flow)
    step = f"on average J_tᵀ multiplies the norm by {number_text(flow.step_factor)} in one step"
    if whose := _whose(flow).removeprefix("; "):
        step += f" ({whose})"
    return flow.config.cell_used.why(flow, step)


def _reason(flow: GradientFlow) -> str:
    """Which of the two factors it is; nothing where their product goes the other way."""
    way, cause = VERDICTS[flow.verdict].way, flow.cause
    radius, norm = flow.spectral_radius, flow.spectral_norm
    activation, recurrence = flow.reasons.activation, flow.reasons.recurrence
    step = activation * recurrence
    if way < 0 and step < 1:
        if cause == "activation" and radius > 1.02 and recurrence > 1:
            return "ρ > 1, but φ′ takes more than W_h gives."
        if cause == "activation":
            return "Most of the shrinking is φ′."
        return "Most of the shrinking is W_h."
    if way > 0 and step > 1:
        if radius < 0.98 and norm > 1:
            return "ρ < 1, but W_h is far from normal."
        return "W_h gives more than φ′ takes."
    if way:
        return ""
    if abs(step - 1) < 0.05:
        return "Both stay near 1." if abs(activation - 1) < 0.05 else "The two nearly cancel."
    return _adds_up_to(flow, step)


def _adds_up_to(flow: GradientFlow, step: float) -> str:
    """What the factors make over the whole way: they are one sequence's, the word the median's."""
    lags = flow.config.seq_len - 1
    whole = lags * math.log10(step)
    if abs(whole) <= GROWN:
        return f"Over {_lag(lags)} that is not yet a factor of 10."
    return f"Over {_lag(lags)} that makes {times(whole)} there; the median changes by less."


def _why_zero(flow: GradientFlow) -> str:
    c = flow.config
    own = c.cell_used.why_zero
    if own is not None and (said := own(flow)):
        return said
    if not flow.params.W_h.any() and not flow.params.keep:
        return "W_h is 0: nothing is carried from one step to the next."
    if flow.dphi is None:
        return "The gates are closed to the last bit: nothing is carried from one step to the next."
    off = 1.0 - float((flow.dphi != 0).mean())
    if off == 0:
        return "What is left of δ_t is in no direction that W_h carries."
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
    T, horizon = flow.config.seq_len, flow.horizon
    half = "doubles in" if flow.slope > 0 else "half-life"
    rate = factor(flow.factor)
    lasts = f"{steps(flow.half_life)} {_step_word(flow.half_life)}"
    if not flow.reading.rated:
        rate = lasts = "–"  # no rate leads to exactly 0
    alone, of = "", ""
    if flow.config.loss_at == "every":
        alone, of = ", of what the last loss alone sends back", ", last loss"
    return [
        (
            "per step back",
            rate,
            "exp of the least-squares slope of ln‖∂L/∂h_t‖ against the lag, on the median curve"
            + alone,
        ),
        (
            half,
            lasts,
            "ln 2 / |ln factor|",
        ),
        (
            "horizon",
            f"{horizon} of {T}" if horizon is not None else f"≥ {T}",
            "steps back until the gradient is first below 1/1000 of the last step's" + alone,
        ),
        (
            "‖δ_1‖ / ‖δ_T‖" + of,
            from_log10(flow.log10_ratio),
            "the gradient at the first step relative to the last"
            + alone
            + ": below 10⁻³ vanishing, to 10⁻¹ fading, to 10 flowing, to 10³ growing, above it "
            "exploding. Never flowing where it halves or doubles within a quarter of the sequence",
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
        which = "gradient" if flow.config.loss_at == "last" else "total gradient"
        return (
            f"At step {top + 1} the {which} is {size}, above float32's limit of 3.4·10³⁸: there "
            "it would be inf, and the update NaN."
        )
    return ""


def summary(flow: GradientFlow) -> str:
    """The picture in one sentence, for those who cannot see it."""
    c = flow.config
    return (
        f"{_article(c.cell_used.label)} unrolled over {c.seq_len} steps, with the loss at "
        f"{'the last step' if c.loss_at == 'last' else 'every step'}. "
        f"{VERDICTS[flow.verdict].title}: {headline(flow)}"
        + (f" {at_rest(flow)}" if flow.at_rest else "")
    )


def _article(label: str) -> str:
    """An LSTM, a GRU: by how the label is spoken."""
    return f"{'An' if label[0] in 'AEIOULaeiou' else 'A'} {label}"
