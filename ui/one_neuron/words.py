"""Telling about one neuron: the equation behind every number of the diagram, and the sentences.

Equations and sentences are written plainly (w_in, h_{t−1}); `maths` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.spoken import count, exact, from_log10, number, percent
from rnn_core.studies.one_neuron import WEIGHTS, Difference, History, Pass, log10_power
from ui.one_neuron.nodes import factor, weight_text, zero_because

# -- the sentences


def title(p: Pass) -> str:
    """Long-term against short-term, in a few words."""
    first, last = p.terms["w_in"][0], p.terms["w_in"][-1]
    if p.steps == 1:
        return "One step: nothing goes back"
    if p.dy == 0:
        return "No error, no gradient"
    if not p.terms["w_in"].any() and not p.terms["w_h"].any():
        return "Every term is 0"
    if p.x[0] == 0:
        return "No long-term term: x_1 = 0"
    if first == 0:
        return "The long-term term is 0"
    if p.x[-1] == 0:
        return f"No short-term term: x_{p.steps} = 0"
    if last == 0:
        return "The short-term term is 0"
    ratio = abs(last / first)
    if abs(ratio - 1) < 0.005:
        return "Long-term = short-term"
    if ratio > 1:
        return f"Short-term {number(ratio, 2)}× stronger"
    return f"Long-term {number(1 / ratio, 2)}× stronger"


def headline(p: Pass) -> str:
    """The k = 1 term of ∂L/∂w_in against the k = T term."""
    T = p.steps
    first, last = p.terms["w_in"][0], p.terms["w_in"][-1]
    if T == 1:
        return (
            f"∂L/∂w_in has one term, {number(first)}, and ∂L/∂w_h none, since h_0 = 0. Take a "
            "longer string to see the gradient travel."
        )
    if p.dy == 0:
        return "y is exactly the target, so ∂L/∂y = 0 and with it every gradient."
    long = f"the long-term term (step 1) is {number(first)}"
    if first == 0:
        reason = zero_because(p, "w_in", 1).split(":")[0].removeprefix("Exactly 0, ")
        long = f"the long-term term (step 1) is exactly 0, {reason}"
        if reason.startswith("0"):
            long = "the long-term term (step 1) is 0, too small for float64"
    short = f"the short-term one (step {T}) is {number(last)}"
    if last == 0:
        reason = zero_because(p, "w_in", T).split(":")[0].removeprefix("Exactly 0, ")
        short = f"the short-term one (step {T}) is exactly 0, {reason}"
        if reason.startswith("0"):
            short = f"the short-term one (step {T}) is 0, too small for float64"
    text = f"In ∂L/∂w_in {long}; {short}."
    if first and last:
        share = p.shares["w_in"]
        text += f" Of all terms that is {percent(float(share[0]))} against " + (
            f"{percent(float(share[-1]))}."
        )
    return text


def why(p: Pass) -> str:
    """What the way back from step T to step 1 multiplies the gradient by."""
    T, n = p.steps, p.neuron
    if T == 1:
        return ""
    carried = p.factors[1:]
    product = float(np.prod(carried))
    flat = int((p.dphi[1:] < SATURATED_BELOW).sum())  # φ' of step 1 is no factor of that way
    lead = f"One step back multiplies by φ′(z_t) w_h. From step {T} to step 1 that makes "
    if product == 0:
        lead += "0"
    elif T <= 4:
        chain = " × ".join(factor(f) for f in carried[::-1])
        lead += f"{chain} = {number(product)}" if T > 2 else number(product)
    else:
        mean = abs(product) ** (1 / (T - 1))
        lead += f"{number(product)}, in the mean {number(mean)} per step"
    if flat:
        off = ACTIVATIONS[n.activation].off
        return f"{lead}; the unit is {off} at {flat} of {_those(T - 1)} (φ′ < 0.1)."
    if n.w_h == 0:
        return "One step back multiplies by φ′(z_t) w_h, and w_h = 0: nothing goes back at all."
    if (p.dphi[1:] == 1).all():
        return f"{lead}: φ′ is 1 at each of them, so it is exactly w_h to the power {T - 1}."
    sign = "−" if n.w_h < 0 and (T - 1) % 2 else ""
    power = from_log10(log10_power(n.w_h, T - 1))
    return f"{lead}; w_h alone would make {sign}{power}, φ′ takes the rest."


def _those(steps: int) -> str:
    return "that one step" if steps == 1 else f"those {steps} steps"


def facts(p: Pass) -> list[tuple[str, str, str]]:
    """The numbers beside the title: (name, value, what it means)."""
    T = p.steps
    mark = "right" if p.right else "wrong"
    rows = [
        ("output y", f"{number(p.y)}, {mark}", "right if it is nearer than ½ to the target"),
        ("loss L", number(p.loss), "½ (y − target)²"),
    ]
    if T > 1 and p.delta[-1] != 0:
        ratio = number(float(p.delta[0] / p.delta[-1]))
        rows.append((f"δ_1 / δ_{T}", ratio, "the gradient at step 1 relative to the last step"))
    return rows


def summary(p: Pass) -> str:
    """The diagram in one sentence, for those who cannot see it."""
    return (
        f"One {ACTIVATIONS[p.neuron.activation].label} unit unrolled over {count(p.steps, 'step')} "
        f"of the string {p.bits}: output {number(p.y)}, target {p.target:.0f}, loss "
        f"{number(p.loss)}. {headline(p)}"
    )


def terms_caption(p: Pass) -> str:
    """What the terms of both gradients say together."""
    parts = []
    for name in ("w_in", "w_h"):
        terms, share = p.terms[name], p.shares[name]
        alive = int((terms != 0).sum())
        if not alive:
            parts.append(f"∂L/∂{name}: every term is exactly 0")
            continue
        top = int(share.argmax()) + 1
        parts.append(
            f"∂L/∂{name} = {number(p.gradients[name])}: {alive} of {count(p.steps, 'term')} not 0, "
            f"step {top} brings {percent(float(share[top - 1]))}"
        )
    return ". ".join(parts) + "."


def shares_caption(p: Pass) -> str:
    """Who is heard: the recent half against the old one."""
    T = p.steps
    if T == 1:
        return "One step has the whole gradient, whatever it is."
    half = T // 2
    parts = []
    for name in ("w_in", "w_h"):
        share = p.shares[name]
        if share.any():
            old = float(share[:half].sum())
            parts.append(f"{percent(old)} of ∂L/∂{name}")
    if not parts:
        return "No term, no share: every term is exactly 0."
    which = "Step 1 brings" if half == 1 else f"Steps 1 to {half} bring"
    return f"{which} {' and '.join(parts)}; shares are of the terms’ sizes, signs apart."


def power_caption(w: float, lag: int, per_step: float | None) -> str:
    """The user's power, and where the neuron on screen stands among such curves."""
    log10 = log10_power(w, lag)
    sign = "−" if w < 0 and lag % 2 else ""
    text = f"{exact(w)} to the power {lag} is {sign}{from_log10(log10)}"
    if w == 0:
        text += ": one step, and nothing is left"
    elif abs(w) == 1:
        text += ": the size never changes"
    else:
        steps = math.log10(2) / abs(math.log10(abs(w)))
        word = "halves" if abs(w) < 1 else "doubles"
        text += f"; it {word} every {number(steps)} steps"
    text += "."
    if per_step is not None:
        text += f" The neuron above has {number(per_step)} in the place of |w|"
        text += " (the mean of |φ′(z_t) w_h|)."
    return text


def differences_caption(rows: list[Difference]) -> str:
    """The check in one sentence."""
    kinks = [row.weight for row in rows if row.kink]
    if kinks:
        return (
            f"Moving {' and '.join(kinks)} takes a unit over its kink at z = 0, where φ has two "
            "slopes: the difference quotient mixes them, backpropagation takes the one for z ≤ 0. "
            "Neither is wrong; there is no derivative at that point."
        )
    wrong = [row.weight for row in rows if not row.agrees]
    if wrong:
        return f"{' and '.join(wrong)} differ by more than the quotient’s own error."
    worst = max(rows, key=lambda row: row.relative)
    if worst.relative == 0:
        return "Both ways give the same number, to the last digit."
    text = f"Largest relative difference: {number(worst.relative, 2)}, at {worst.weight}"
    if worst.relative > 1e-6:
        return (
            f"{text}: so much because the gradient is tiny there; the quotient itself is only good "
            f"to ±{number(worst.error, 2)}."
        )
    return f"{text}. The quotient itself is no better than that: backpropagation is exact."


def training(history: History, at: int, *, asked: str, rate: float, shown: bool) -> str:
    """What training did, and why it ended."""
    total, n = history.updates, len(history.strings)
    who = "output" if n == 1 else f"of {n} outputs"
    first, last = int(history.right[0]), int(history.right[-1])
    they = f"All {n} outputs are" if n > 1 else "The output is"
    went = f"the loss went from {number(history.loss[0])} to {number(history.loss[-1])}"
    after = f"After {count(total, 'update')} {went}"
    right = f"{last} {who} right (at the start {first})"
    if history.ended == "not finite":
        text = (
            f"Update {total + 1} at learning rate {exact(rate)} throws the weights out of float64: "
            "the loss is no longer a finite number" + (f". {after}" if total else "")
        )
    elif history.ended == "still":
        text = f"The gradient is exactly 0: no update will ever change anything; {right}"
        if total:
            text += f". {after}"
    elif history.ended == "right" and total == 0:
        return f"{they} already within ½ of the target: nothing to do."
    elif history.ended == "right":
        text = f"{they} within ½ of the target. {after}"
    elif asked == "end":
        text = f"Not done after {count(total, 'update')}: {right}; {went}"
    else:
        text = f"{after}; {right}"
    if not shown:
        text += f". The weights are then outside ±4: the diagram stays at update {at}, within"
    return text + "."


def update_line(p_gradients: dict[str, float], weights: dict[str, float], rate: float) -> str:
    """The next update, with its numbers filled in."""
    return " · ".join(
        f"{name} ← {weight_text(weights[name])} − {exact(rate)} × {factor(p_gradients[name])} = "
        f"{number(weights[name] - rate * p_gradients[name], 4)}"
        for name in WEIGHTS
    )


def per_step(p: Pass) -> float | None:
    """The geometric mean of |φ′(z_t) w_h| on the way from step T to step 1; None without one."""
    size = np.abs(p.factors[1:])
    if not size.size or not size.all():
        return None
    return float(10.0 ** np.log10(size).mean())
