"""Telling about one neuron: the equation behind every number of the diagram, and the sentences.

Equations and sentences are written plainly (w_in, h_{t−1}); `maths` sets them for the screen.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import FULL, NOTHING, PLAIN, Said, alike, at, joined, told
from rnn_core.numbers.spoken import count, everyday, exact, from_log10, number, percent
from rnn_core.studies.one_neuron import WEIGHTS, Difference, History, Pass, log10_power
from ui.one_neuron.nodes import factor, weight_text, zero_because

# -- the sentences


STRONGER = Said("× stronger", plain=" times stronger")


def title(p: Pass) -> Said:
    """Long-term against short-term, in a few words."""
    first, last = p.terms["w_in"][0], p.terms["w_in"][-1]
    if p.steps == 1:
        return alike("One step: nothing goes back")
    if p.dy == 0:
        return alike("No error, no gradient")
    if not p.terms["w_in"].any() and not p.terms["w_h"].any():
        return Said("Every term is 0", plain="No step brings anything")
    if p.x[0] == 0:
        return Said("No long-term term: x_1 = 0", plain="No long-term part: bit 1 is 0")
    if first == 0:
        return Said("The long-term term is 0", plain="The long-term part is 0")
    if p.x[-1] == 0:
        T = p.steps
        return Said(f"No short-term term: x_{T} = 0", plain=f"No short-term part: bit {T} is 0")
    if last == 0:
        return Said("The short-term term is 0", plain="The short-term part is 0")
    # As logarithms: one may be next to nothing, and the quotient beyond float64.
    apart = math.log10(abs(last)) - math.log10(abs(first))
    if abs(apart) < math.log10(1.005):
        return Said("Long-term = short-term", plain="Long-term as strong as short-term")
    size = Said(from_log10(abs(apart), 2), plain=everyday(abs(apart)))
    return ("Short-term " if apart > 0 else "Long-term ") + size + STRONGER


def headline(p: Pass) -> Said:
    """The k = 1 term of ∂L/∂w_in against the k = T term."""
    T = p.steps
    first, last = p.terms["w_in"][0], p.terms["w_in"][-1]
    if T == 1:
        return Said(
            f"∂L/∂w_in has one term, {number(first)}, and ∂L/∂w_h none, since h_0 = 0. Take a "
            "longer string to see the gradient travel.",
            plain="There is no step before this one, so nothing travels. Take a longer string to "
            "see the gradient go back.",
        )
    if p.dy == 0:
        return Said(
            "y is exactly the target, so ∂L/∂y = 0 and with it every gradient.",
            plain="The output is exactly the target: there is no error, and every gradient is 0.",
        )
    term = Said("term", plain="part")
    text = (
        Said("In ∂L/∂w_in the long-term ", plain="For w_in the long-term ")
        + (term + " (step 1) is " + _term(p, 1))
        + (f"; the short-term one (step {T}) is " + _term(p, T) + ".")
    )
    if first and last:
        share = p.shares["w_in"]
        text += " Of all " + term + "s that is " + percent(float(share[0])) + " against "
        text += percent(float(share[-1])) + "."
    return text


def _term(p: Pass, t: int) -> Said:
    """A step's term of ∂L/∂w_in, or why it is 0."""
    term = p.terms["w_in"][t - 1]
    if term:
        return told(term)
    full, plain = (
        at(zero_because(p, "w_in", t), depth).split(":")[0].removeprefix("Exactly 0, ")
        for depth in (FULL, PLAIN)
    )
    if full.startswith("0"):
        return Said("0, too small for float64", plain="0, too small for a computer’s numbers")
    return Said(f"exactly 0, {full}", plain=f"exactly 0, {plain}")


def why(p: Pass) -> Said:
    """What the way back from step T to step 1 multiplies the gradient by."""
    T, n = p.steps, p.neuron
    if T == 1:
        return NOTHING
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
    both = Said(lead, plain=_way_back(T, abs(product)))
    if flat:
        off = ACTIVATIONS[n.activation].off
        return (
            both
            + f"; the unit is {off} at {flat} of {_those(T - 1)}"
            + Said(" (φ′ < 0.1).", plain=", where its slope is below a tenth.")
        )
    if n.w_h == 0:
        return Said(
            "One step back multiplies by φ′(z_t) w_h, and w_h = 0: nothing goes back at all.",
            plain="A step back multiplies by w_h, and w_h is 0: nothing goes back at all.",
        )
    if (p.dphi[1:] == 1).all():
        return both + Said(
            f": φ′ is 1 at each of them, so it is exactly w_h to the power {T - 1}.",
            plain="; the slope is 1 on the way, so w_h alone decides.",
        )
    log10 = log10_power(n.w_h, T - 1)
    sign = "−" if n.w_h < 0 and (T - 1) % 2 else ""
    return both + Said(
        f"; w_h alone would make {sign}{from_log10(log10)}, φ′ takes the rest.",
        plain=f"; w_h alone would {spoken.made(log10)}, the slope takes the rest.",
    )


def _way_back(T: int, product: float) -> str:
    """The same in plain words, signs apart."""
    left = spoken.is_left(math.log10(product) if product else -math.inf)
    return (
        "A step back multiplies the gradient by the unit’s slope and by w_h: after "
        f"{count(T - 1, 'step')}, at step 1, {left}"
    )


def _those(steps: int) -> str:
    return "that one step" if steps == 1 else f"those {steps} steps"


def facts(p: Pass) -> list[tuple[str, str, str]]:
    """The numbers beside the title: (name, value, what it means)."""
    T = p.steps
    mark = "right" if p.right else "wrong"
    rows = [
        (
            Said("output y", plain="output"),
            told(p.y) + f", {mark}",
            "right if it is nearer than ½ to the target",
        ),
        (
            Said("loss L", plain="loss"),
            told(p.loss),
            Said("½ (y − target)²", plain="half the square of what the output is off by"),
        ),
    ]
    if T > 1 and p.delta[-1] != 0:
        ratio = float(p.delta[0] / p.delta[-1])
        size = math.log10(abs(ratio)) if ratio else -math.inf
        rows.append(
            (
                Said(f"δ_1 / δ_{T}", plain="reaches step 1"),
                Said(number(ratio), plain=spoken.share_of(size, f"step {T}’s")),
                "the gradient at step 1 relative to the last step",
            )
        )
    return rows


def summary(p: Pass) -> Said:
    """The diagram in one sentence, for those who cannot see it."""
    return (
        f"One {ACTIVATIONS[p.neuron.activation].label} unit unrolled over {count(p.steps, 'step')} "
        f"of the string {p.bits}: output "
        + told(p.y)
        + f", target {p.target:.0f}, loss "
        + told(p.loss)
        + ". "
        + headline(p)
    )


def learned(name: str) -> Said:
    """The gradient of a weight."""
    return Said(f"∂L/∂{name}", plain=f"what {name} learns")


def terms_title() -> Said:
    """Above the terms."""
    return Said("One term per step: sign and size", plain="What each step brings: sign and size")


def terms_caption(p: Pass) -> Said:
    """What the terms of both gradients say together."""
    parts = []
    for name in ("w_in", "w_h"):
        terms, share = p.terms[name], p.shares[name]
        alive = int((terms != 0).sum())
        if not alive:
            parts.append(
                Said(
                    f"∂L/∂{name}: every term is exactly 0",
                    plain=f"For {name} every step brings exactly 0",
                )
            )
            continue
        top = int(share.argmax()) + 1
        most = f"step {top} brings {percent(float(share[top - 1]))}"
        parts.append(
            Said(
                f"∂L/∂{name} = {number(p.gradients[name])}: {alive} of {count(p.steps, 'term')} "
                f"not 0, {most}",
                plain=f"For {name} {alive} of {count(p.steps, 'step')} "
                f"{'brings' if alive == 1 else 'bring'} something; {most}",
            )
        )
    return joined(parts, ". ") + "."


def shares_caption(p: Pass) -> Said:
    """Who is heard: the recent half against the old one."""
    T = p.steps
    if T == 1:
        return alike("One step has the whole gradient, whatever it is.")
    half = T // 2
    parts = []
    for name in ("w_in", "w_h"):
        share = p.shares[name]
        if share.any():
            old = float(share[:half].sum())
            parts.append(f"{percent(old)} of " + learned(name))
    if not parts:
        return Said(
            "No term, no share: every term is exactly 0.",
            plain="No shares: every step brings exactly 0.",
        )
    which = "Step 1 brings " if half == 1 else f"Steps 1 to {half} bring "
    return (
        which
        + joined(parts, " and ")
        + Said(
            "; shares are of the terms’ sizes, signs apart.", plain="; signs are left out of it."
        )
    )


def power_title() -> Said:
    """Above the powers, with Plotly's own marks."""
    return Said(
        "∂h<sub>T</sub>/∂h<sub>T−n</sub> = w<sup>n</sup>, where h<sub>t</sub> = w h<sub>t−1</sub>",
        plain="What is left of a gradient after so many steps back",
    )


def power_caption(w: float, lag: int, per_step: float | None) -> Said:
    """The user's power, and where the neuron on screen stands among such curves."""
    log10 = log10_power(w, lag)
    sign = "−" if w < 0 and lag % 2 else ""
    left = spoken.everyday(log10) if w else "0"
    text = f"{exact(w)} to the power {lag} is {sign}" + Said(from_log10(log10), plain=left)
    if w == 0:
        text += ": one step, and nothing is left"
    elif abs(w) == 1:
        text += ": the size never changes"
    else:
        steps = math.log10(2) / abs(math.log10(abs(w)))
        word = "halves" if abs(w) < 1 else "doubles"
        text += f"; it {word} every " + told(steps) + " steps"
    text += "."
    if per_step is not None:
        text += (
            " The neuron above has "
            + told(per_step)
            + " in "
            + Said(
                "the place of |w| (the mean of |φ′(z_t) w_h|).",
                plain="its place, in the mean and without a sign.",
            )
        )
    return text


def differences_caption(rows: list[Difference]) -> Said:
    """The check in one sentence."""
    kinks = [row.weight for row in rows if row.kink]
    if kinks:
        moving = f"Moving {' and '.join(kinks)} takes a unit over its kink"
        return Said(
            f"{moving} at z = 0, where φ has two "
            "slopes: the difference quotient mixes them, backpropagation takes the one for z ≤ 0. "
            "Neither is wrong; there is no derivative at that point.",
            plain=f"{moving}, where it has two slopes: measuring mixes them, backpropagation takes "
            "the one below the kink. Neither is wrong; there is no slope at that point.",
        )
    wrong = [row.weight for row in rows if not row.agrees]
    if wrong:
        return alike(f"{' and '.join(wrong)} differ by more than the quotient’s own error.")
    worst = max(rows, key=lambda row: row.relative)
    if worst.relative == 0:
        return alike("Both ways give the same number, to the last digit.")
    text = "Largest relative difference: " + told(worst.relative, 2) + f", at {worst.weight}"
    quotient = Said("quotient", plain="measurement")
    if worst.relative > 1e-6:
        text += ": so much because the gradient is tiny there; the " + quotient
        return text + " itself is only good to ±" + told(worst.error, 2) + "."
    text += ". The " + quotient + " itself is no better than that: backpropagation is exact."
    return text


def training(history: History, at: int, *, asked: str, rate: float, shown: bool) -> Said:
    """What training did, and why it ended."""
    total, n = history.updates, len(history.strings)
    who = "output" if n == 1 else f"of {n} outputs"
    first, last = int(history.right[0]), int(history.right[-1])
    they = f"All {n} outputs are" if n > 1 else "The output is"
    went = "the loss went from " + told(history.loss[0]) + " to " + told(history.loss[-1])
    after = f"After {count(total, 'update')} " + went
    right = f"{last} {who} right (at the start {first})"
    if history.ended == "not finite":
        text = f"Update {total + 1} at learning rate {exact(rate)} throws the weights out of "
        text += Said("float64", plain="a computer’s range")
        text += ": the loss is no longer a finite number"
        if total:
            text += ". " + after
    elif history.ended == "still":
        text = alike(f"The gradient is exactly 0: no update will ever change anything; {right}")
        if total:
            text += ". " + after
    elif history.ended == "right" and total == 0:
        return alike(f"{they} already within ½ of the target: nothing to do.")
    elif history.ended == "right":
        text = f"{they} within ½ of the target. " + after
    elif asked == "end":
        text = f"Not done after {count(total, 'update')}: {right}; " + went
    else:
        text = after + f"; {right}"
    if not shown:
        text += f". The weights are then outside ±4: the diagram stays at update {at}, within"
    return text + "."


def update_line(p_gradients: dict[str, float], weights: dict[str, float], rate: float) -> Said:
    """The next update, with its numbers filled in."""
    full = " · ".join(
        f"{name} ← {weight_text(weights[name])} − {exact(rate)} × {factor(p_gradients[name])} = "
        f"{number(weights[name] - rate * p_gradients[name], 4)}"
        for name in WEIGHTS
    )
    moved = (
        f"{name} from {spoken.fixed(weights[name], 4)} to "
        f"{spoken.fixed(weights[name] - rate * p_gradients[name], 4)}"
        for name in WEIGHTS
    )
    return Said(f"Next: {full}", plain=f"Next: {', '.join(moved)}, each against its gradient.")


def per_step(p: Pass) -> float | None:
    """The geometric mean of |φ′(z_t) w_h| on the way from step T to step 1; None without one."""
    size = np.abs(p.factors[1:])
    if not size.size or not size.all():
        return None
    return float(10.0 ** np.log10(size).mean())
