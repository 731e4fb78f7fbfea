"""Telling: sentences computed from a result. Nothing here is written before the numbers are known.

Each is `Said` in two depths, in plain words beside the field's; the page says one of them. Texts
are unset: W_h, σ_max, ρ^k. `typeset` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import GROWN, VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.numbers.said import NOTHING, Said, alike
from rnn_core.numbers.spoken import count, factor, from_log10, percent, plain, share_of, steps

AHEAD = (100, 1000)  # steps over which a rate is told where the sequence is a half of them or less


def headline(flow: GradientFlow) -> Said:
    """What happens to what the last loss sends back, how fast and how far; then the total."""
    reading = flow.reading
    said = _cut(flow) if reading.zero_until else _bend(reading) + _SAYS[flow.verdict](flow)
    return said + _total(flow)


def whose(config: RNNConfig) -> Said:
    """The gradient that the verdict is on."""
    return alike("the gradient" if config.loss_at == "last" else "what the last loss sends back")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(flow: GradientFlow) -> Said:
    many = "" if flow.config.batch_size == 1 else ", in half of the sequences or more"
    who = whose(flow.config)
    if flow.zero_until == flow.config.seq_len:
        return Said(
            f"{_capital(who)} is exactly 0 at every step{many}.",
            plain=f"Nothing of {who} arrives at any step: it is exactly 0{many}.",
        )
    return Said(
        f"{_capital(who)} is exactly 0 from step {flow.zero_until} back{many}.",
        plain=f"From step {flow.zero_until} back nothing is left of {who}: it is exactly 0{many}.",
    )


def _shrinks(flow: GradientFlow) -> Said:
    lags = count(flow.config.seq_len - 1, "step")
    return _each_step(flow) + Said(
        f". It is first below a thousandth after {_lag(flow.horizon)}.",
        plain=f". After {lags} {spoken.is_left(flow.log10_ratio)}.",
    )


def _explodes(flow: GradientFlow) -> Said:
    return _each_step(flow) + ". " + _arrives(flow) + "."


def _changes(flow: GradientFlow) -> Said:
    """What arrives, and how fast it changes: a short sequence hides that."""
    return _arrives(flow) + _halves(flow) + "." + _ahead(flow)


def _flows(flow: GradientFlow) -> Said:
    lags, who, ratio = count(flow.config.seq_len - 1, "step"), whose(flow.config), flow.log10_ratio
    if ratio < 0:
        plainly = f"After {lags} {spoken.is_left(ratio, who)}."
    else:
        plainly = f"Over {lags} {who} becomes {share_of(ratio, 'as large')}."
    return Said(f"Over {lags} {who} changes by {times(ratio)}.", plain=plainly)


_SAYS = {
    "vanishing": _shrinks,
    "fading": _changes,
    "flowing": _flows,
    "growing": _changes,
    "exploding": _explodes,
}


def _lag(steps_back: int) -> str:
    return count(steps_back, "step")


def _each_step(flow: GradientFlow) -> Said:
    who = whose(flow.config)
    return Said(
        f"On average a step back multiplies {who} by {number_text(flow.factor)}",
        plain=f"On average each step back {spoken.kept(flow.factor, who)}",
    ) + _halves(flow)


def _arrives(flow: GradientFlow) -> Said:
    alone = "" if flow.config.loss_at == "last" else " of what the last loss sends back"
    ratio, gets = flow.log10_ratio, f"what step {flow.config.seq_len} gets"
    return Said(
        f"Step 1 gets {from_log10(ratio)} times {gets}{alone}",
        plain=f"Step 1 gets {share_of(ratio, gets)}{alone}",
    )


def _halves(flow: GradientFlow) -> Said:
    """The rate as a time, where it goes the way of the verdict."""
    if flow.slope * VERDICTS[flow.verdict].way <= 0:
        return NOTHING
    every = f"every {steps(flow.half_life)} {_step_word(flow.half_life)}"
    if flow.slope < 0:
        return Said(f": it halves {every}", plain=f": half of it is lost {every}")
    return alike(f": it doubles {every}")


def _ahead(flow: GradientFlow) -> Said:
    """What the rate would make of a longer sequence, where the curve is nearly straight."""
    T, ratio = flow.config.seq_len, flow.log10_ratio
    straight = abs(flow.slope * (T - 1) - ratio) < 0.2 * abs(ratio)
    lags = next((lags for lags in AHEAD if lags >= 2 * T), None)
    if lags is None or not straight:
        return NOTHING
    far = flow.slope * lags
    return Said(
        f" At this rate {lags} steps would make it {times(far, 2)}.",
        plain=f" At this rate {lags:,} steps would {spoken.made(far)}.",
    )


def _total(flow: GradientFlow) -> Said:
    """The sum over the losses: second, and by its name."""
    if flow.config.loss_at == "last":
        return NOTHING
    total = flow.total
    if total.zero_until:
        return alike(f" The total of all losses is exactly 0 from step {total.zero_until} back.")
    ratio, gets = total.reach.log10_ratio, f"what step {flow.config.seq_len} gets"
    return Said(
        f" The total of all losses changes by {times(ratio)}.",
        plain=f" Of the total of all losses step 1 gets {share_of(ratio, gets)}.",
    )


def number_text(value: float) -> str:
    return "0" if value == 0 else from_log10(math.log10(value))


def times(log10: float, digits: int = 3) -> str:
    return f"×{from_log10(log10, digits)}"


def _step_word(number: float) -> str:
    return "step" if steps(number) == "1" else "steps"


def _bend(reading: Reading) -> Said:
    """A hump or a dip inside the curve, which its two ends do not show."""
    curve = reading.curve
    if not np.isfinite(curve).all():
        return NOTHING
    ends = curve[0], curve[-1]
    top, low = int(curve.argmax()), int(curve.argmin())
    rise, fall = curve[top] - max(ends), min(ends) - curve[low]
    if max(rise, fall) < 0.5:
        return NOTHING
    at, first, then = (top, "grows", "shrinks") if rise >= fall else (low, "shrinks", "grows")
    size, lag = float(curve[at] - curve[-1]), _lag(len(curve) - 1 - at)
    return Said(
        f"Going back it first {first} to {times(size)}, {lag} back, and then {then}. ",
        plain=f"Going back it first {first} to {share_of(size, 'its size')}, {lag} back, and then "
        f"{then}. ",
    )


def why(flow: GradientFlow) -> Said:
    """The cause: what one step does to the norm, and the numbers behind it."""
    alone = flow.last_alone
    if not flow.at_rest:
        return _why(alone)
    driven = flow.inputs.any()
    if driven or flow.cause == "zero":
        return _why(alone) + " " + at_rest(flow)
    return at_rest(flow)


def _why(alone: GradientFlow) -> Said:
    """The same of a run with a single loss."""
    if not alone.two_factors:
        return _why_cell(alone)
    reasons = alone.reasons
    if alone.cause == "zero" or reasons.activation == 0:
        return _why_zero(alone)
    phi = ACTIVATIONS[alone.config.activation_used]
    units = f"{percent(float(alone.saturated.mean()))} of units {phi.off}"
    own = _whose(alone)
    if phi.linear:
        weights = _they(spoken.kept(reasons.recurrence, "the gradient"))
        plainly = f"In each step the recurrent weights {weights}; linear units hand it on as it is"
        units = "linear"
    else:
        slope = spoken.kept(reasons.activation, "the gradient")
        weights = _they(spoken.kept(reasons.recurrence, "what is left"))
        plainly = f"In each step the activation, {phi.label}, {slope} ({units}), and the recurrent "
        plainly += f"weights {weights}"
    return (
        Said(
            f"δ_{{t−1}} = W_hᵀ(φ′(z_t) ⊙ δ_t): in one step φ′ multiplies the norm by "
            f"{number_text(reasons.activation)} ({units}) and W_h by "
            f"{number_text(reasons.recurrence)} "
            f"(ρ {plain(alone.spectral_radius, 3)}, σ_max {plain(alone.spectral_norm, 3)}"
            f"{f'; {own}' if own else ''}). ",
            plain=f"{plainly}{f' ({own.plain})' if own else ''}. ",
        )
        + _reason(alone)
    ).stripped


def _they(said: str) -> str:
    """What several do, of what one does: they keep, they make."""
    verb, _, rest = said.partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def _whose(flow: GradientFlow) -> Said:
    """Whose averages these are, where the curve is the median's."""
    if flow.config.batch_size == 1:
        return NOTHING
    sequence = f"sequence {flow.typical_sequence + 1}"
    return Said(f"{sequence}, the one nearest the median", plain=f"{sequence}, a typical one")


def at_rest(flow: GradientFlow) -> Said:
    """What the gradient of a state that stays 0 is, and what it is not."""
    learns = Said(
        f"h stays 0 at every step, so ∂L/∂{flow.config.cell_used.shared} is exactly 0.",
        plain="The state stays 0 at every step, so what the recurrent weights learn is exactly 0.",
    )
    if ACTIVATIONS[flow.config.activation_used].linear:
        return learns  # there every run has the same Jacobians
    return learns + Said(
        " The curve is that of the linearisation there, not of a run that leaves 0.",
        plain=" The curve is what a very small push would feel, not that of a run that leaves 0.",
    )


def _why_cell(flow: GradientFlow) -> Said:
    """The same for a cell whose step is more than φ' and W_h."""
    if flow.cause == "zero":
        return _why_zero(flow)
    own = " (" + of + ")" if (of := _whose(flow)) else NOTHING
    step = Said(
        f"on average J_tᵀ multiplies the norm by {number_text(flow.step_factor)} in one step{own}",
        plain=f"on average a whole step {spoken.kept(flow.step_factor, 'the gradient')}{own.plain}",
    )
    return flow.config.cell_used.why(flow, step)


def _reason(flow: GradientFlow) -> Said:
    """Which of the two factors it is; nothing where their product goes the other way."""
    way, cause = VERDICTS[flow.verdict].way, flow.cause
    radius, norm = flow.spectral_radius, flow.spectral_norm
    activation, recurrence = flow.reasons.activation, flow.reasons.recurrence
    step = activation * recurrence
    if way < 0 and step < 1:
        if cause == "activation" and radius > 1.02 and recurrence > 1:
            return Said(
                "ρ > 1, but φ′ takes more than W_h gives.",
                plain="The activation takes more than the weights give.",
            )
        if cause == "activation":
            return Said(
                "Most of the shrinking is φ′.",
                plain="Most of the shrinking is the activation’s.",
            )
        return Said("Most of the shrinking is W_h.", plain="Most of the shrinking is the weights’.")
    if way > 0 and step > 1:
        if radius < 0.98 and norm > 1:
            return Said(
                "ρ < 1, but W_h is far from normal.",
                plain="In the long run such weights alone would shrink it; over a few steps they "
                "can make it grow.",
            )
        return Said(
            "W_h gives more than φ′ takes.",
            plain="The weights give more than the activation takes.",
        )
    if way:
        return NOTHING
    if abs(step - 1) < 0.05:
        if abs(activation - 1) < 0.05:
            return Said("Both stay near 1.", plain="Both leave it nearly as it is.")
        return alike("The two nearly cancel.")
    return _adds_up_to(flow, step)


def _adds_up_to(flow: GradientFlow, step: float) -> Said:
    """What the factors make over the whole way: they are one sequence's, the word the median's."""
    lags = flow.config.seq_len - 1
    whole = lags * math.log10(step)
    if abs(whole) <= GROWN:
        return alike(f"Over {_lag(lags)} that is not yet a factor of 10.")
    return Said(
        f"Over {_lag(lags)} that makes {times(whole)} there; the median changes by less.",
        plain=f"Over {_lag(lags)} that would {spoken.made(whole)}; the median changes by less.",
    )


def _why_zero(flow: GradientFlow) -> Said:
    c = flow.config
    own = c.cell_used.why_zero
    if own is not None and (said := own(flow)):
        return alike(said)
    if not flow.params.W_h.any() and not flow.params.keep:
        return Said(
            "W_h is 0: nothing is carried from one step to the next.",
            plain="The recurrent weights are 0: nothing is carried from one step to the next.",
        )
    if flow.dphi is None:
        return alike(
            "The gates are closed to the last bit: nothing is carried from one step to the next."
        )
    off = 1.0 - float((flow.dphi != 0).mean())
    if off == 0:
        return Said(
            "What is left of δ_t is in no direction that W_h carries.",
            plain="What is left of the gradient points where the recurrent weights carry nothing.",
        )
    phi = ACTIVATIONS[c.activation_used]
    if phi.exactly_off:
        return Said(
            f"φ′ is 0 for {percent(off)} of unit-steps: a {phi.label} that is {phi.off} passes "
            "nothing back.",
            plain=f"A {phi.label} that is {phi.off} passes nothing back, and over all units and "
            f"steps {percent(off)} of them are.",
        )
    return Said(
        f"φ′ is too small for float64 in {percent(off)} of unit-steps: the activation is flat to "
        "300 decimal places there.",
        plain=f"In {percent(off)} of units and steps the activation is flat to 300 decimal places: "
        "a computer sees no slope.",
    )


def facts(flow: GradientFlow) -> list[tuple[Said, Said, Said]]:
    """The four numbers beside the verdict: (name, value, what it means)."""
    T, horizon = flow.config.seq_len, flow.horizon
    grows, more = flow.slope > 0, flow.log10_ratio >= 0
    rate = factor(flow.factor)
    keeps = f"{rate.removeprefix('×')} times" if grows else percent(flow.factor)
    lasts = f"{steps(flow.half_life)} {_step_word(flow.half_life)}"
    if not flow.reading.rated:
        rate = lasts = keeps = "–"  # no rate leads to exactly 0
    alone, of = "", ""
    if flow.config.loss_at == "every":
        alone, of = ", of what the last loss alone sends back", ", last loss"
    return [
        (
            Said("per step back", plain="each step back makes it" if grows else "each step keeps"),
            Said(rate, plain=keeps),
            Said(
                "exp of the least-squares slope of ln‖∂L/∂h_t‖ against the lag, on the median curve"
                + alone,
                plain="how much of the gradient is left after one more step back, on average over "
                "the curve" + alone,
            ),
        ),
        (
            Said(
                "doubles in" if grows else "half-life",
                plain="doubled after" if grows else "half is lost after",
            ),
            alike(lasts),
            Said("ln 2 / |ln factor|", plain="steps back, at that rate"),
        ),
        (
            Said("horizon", plain="1/1000 is left after"),
            Said(
                f"{horizon} of {T}" if horizon is not None else f"≥ {T}",
                plain=f"{horizon} of {T} steps" if horizon is not None else f"not in {_lag(T - 1)}",
            ),
            Said(
                "steps back until the gradient is first below 1/1000 of the last step's" + alone,
                plain="steps back until less than a thousandth of the last step’s gradient is left"
                + alone,
            ),
        ),
        (
            Said("‖δ_1‖ / ‖δ_T‖" + of, plain=("step 1 gets" if more else "left at step 1") + of),
            Said(from_log10(flow.log10_ratio), plain=_of_the_last(flow.log10_ratio)),
            Said(
                "the gradient at the first step relative to the last"
                + alone
                + ": below 10⁻³ vanishing, to 10⁻¹ fading, to 10 flowing, to 10³ growing, above it "
                "exploding. Never flowing where it halves or doubles within a quarter of the "
                "sequence",
                plain="the gradient at the first step, of what it is at the last"
                + alone
                + ": under a thousandth it vanishes, to a tenth it fades, to 10 times it flows, to "
                "1,000 times it grows, beyond it explodes. Never flowing where it halves or "
                "doubles within a quarter of the sequence",
            ),
        ),
    ]


def _of_the_last(log10: float) -> str:
    """27 %, 0.000072, 4,400 times."""
    return share_of(log10, "").removesuffix(" ").removesuffix(" of")


def event(flow: GradientFlow) -> Said:
    """What broke on the way forward, or nothing."""
    first = flow.float32_overflow
    if flow.overflow is not None:
        o = flow.overflow
        value = ""
        if o.log10_value > LOG10_MAX:
            value = f" (z is {from_log10(o.log10_value)} there, the limit 1.8·10³⁰⁸)"
        earlier, before = "", ""
        if first and first < o.step:
            earlier = f" In float32 it is over at step {first}."
            before = f", and in single precision at step {first}"
        if o.held:
            last = f"the state of step {o.step - 1}" if o.step > 1 else "the state before step 1"
            return Said(
                f"At step {o.step} the forward pass leaves float64, first in sequence "
                f"{o.sequence + 1}: the state is no longer finite, and from there on there is no "
                f"gradient. The picture holds {last} to the end.",
                plain=f"At step {o.step} the network’s numbers become too large for a computer, "
                f"and from there on there is no gradient. The picture holds {last} to the end.",
            )
        return Said(
            f"At step {o.step} the forward pass leaves float64{value}: a plain program gets inf, "
            f"and NaN soon after.{earlier} The picture goes on with the exponent kept apart.",
            plain=f"At step {o.step} the network’s numbers become too large for a computer{before}"
            ": a plain program prints “inf”, then “NaN”. The picture goes on all the same.",
        )
    if first is not None:
        return Said(
            f"The hidden state passes float32's limit of 3.4·10³⁸ at step {first}: a model in "
            "float32 gets inf there.",
            plain=f"At step {first} the state becomes too large for single precision: a model that "
            "computes in it gets “inf” there.",
        )
    top = int(flow.spread.median.argmax())
    if flow.spread.median[top] > LOG10_MAX_FLOAT32:
        size = from_log10(float(flow.spread.median[top]))
        which = "gradient" if flow.config.loss_at == "last" else "total gradient"
        return Said(
            f"At step {top + 1} the {which} is {size}, above float32's limit of 3.4·10³⁸: there "
            "it would be inf, and the update NaN.",
            plain=f"At step {top + 1} the {which} is too large for single precision: it would "
            "be “inf” there, and the update “NaN”.",
        )
    return NOTHING


def summary(flow: GradientFlow) -> Said:
    """The picture in one sentence, for those who cannot see it."""
    c = flow.config
    said = (
        f"{_article(c.cell_used.label)} unrolled over {c.seq_len} steps, with the loss at "
        f"{'the last step' if c.loss_at == 'last' else 'every step'}. "
        f"{VERDICTS[flow.verdict].title}: " + headline(flow)
    )
    return said + " " + at_rest(flow) if flow.at_rest else said


def _article(label: str) -> str:
    """An LSTM, a GRU: by how the label is spoken."""
    return f"{'An' if label[0] in 'AEIOULaeiou' else 'A'} {label}"
