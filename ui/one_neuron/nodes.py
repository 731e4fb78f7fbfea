"""Every number of the diagram: its name and its equation."""

from __future__ import annotations

import html
import re

import numpy as np

from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import count, exact, number, percent
from rnn_core.studies.one_neuron import Pass

# Letters that are variables here, where they stand alone, with a prime and an index if they have.
_VARIABLE = re.compile(
    r"(?<![A-Za-z])([whxzyLδφT])(′?)(?:_(?:\{([^}]+)\}|([A-Za-z0-9]+)))?(?![A-Za-z])"
)

_LONGEST_PRODUCT = 5  # steps written out in the equation of a term

_LONGEST_SUM = 6


def maths(text: str) -> str:
    """Plain text as HTML: variables in italics, indices as <sub>, w^n as <sup>."""

    def variable(match: re.Match) -> str:
        letter, prime, braced, index = match.groups()
        below = f"<sub>{braced or index}</sub>" if braced or index else ""
        return f"<i>{letter}</i>{prime}{below}"

    return _VARIABLE.sub(variable, html.escape(text)).replace("^n", "<sup>n</sup>")


def factor(value: float) -> str:
    """A number as a factor in a product: in brackets where it has a sign."""
    return f"({number(value, 4)})" if value < 0 else number(value, 4)


def weight_text(value: float) -> str:
    return f"({exact(value)})" if value < 0 else exact(value)


# -- the diagram: (equation, what it means) of every node


def input_node(p: Pass, t: int) -> tuple[str, str]:
    role = " It is also the target." if t == 1 else ""
    return f"x_{t} = {p.x[t - 1]:.0f}", f"Bit {t} of {p.bits}.{role}"


def z_node(p: Pass, t: int) -> tuple[str, str]:
    n, i = p.neuron, t - 1
    equation = (
        f"z_{t} = w_in x_{t} + w_h h_{t - 1} = {weight_text(n.w_in)} × {p.x[i]:.0f} + "
        f"{weight_text(n.w_h)} × {factor(p.before[i])} = {number(p.z[i], 4)}"
    )
    if t == 1:
        return equation, "Before the first step there is no state: h_0 = 0."
    new, old = n.w_in * p.x[i], n.w_h * p.before[i]
    if new == 0 and old == 0:
        return equation, "Nothing comes in, and nothing was remembered."
    if new == 0:
        why = f"x_{t} = 0" if p.x[i] == 0 else "w_in = 0"
        return equation, f"{why}: only the memory h_{t - 1} speaks."
    if old == 0:
        why = "w_h = 0" if n.w_h == 0 else f"h_{t - 1} = 0"
        return equation, f"{why}: only the input speaks."
    memory = abs(old) / (abs(new) + abs(old))
    return equation, f"{percent(memory)} of it is memory, {percent(1 - memory)} is input."


def h_node(p: Pass, t: int) -> tuple[str, str]:
    i, phi = t - 1, ACTIVATIONS[p.neuron.activation]
    z, h = p.z[i], p.h[i]
    symbols, filled = phi.plain.format(f"z_{t}"), phi.plain.format(factor(z))
    middle = "" if phi.linear else f" = {filled}"
    return f"h_{t} = φ(z_{t}) = {symbols}{middle} = {number(h, 4)}", _state(p, t)


def _state(p: Pass, t: int) -> str:
    phi, slope = ACTIVATIONS[p.neuron.activation], p.dphi[t - 1]
    if phi.linear:
        return "A linear unit hands z on as it is."
    if slope < SATURATED_BELOW:
        return (
            f"The unit is {phi.off}: φ′(z_{t}) = {number(slope)}, so little of the "
            "gradient gets back through it."
            if slope
            else f"The unit is off: φ′(z_{t}) = 0, and nothing of the gradient gets back through "
            "it."
        )
    return f"φ′(z_{t}) = {number(slope)} is what this step lets through on the way back."


def phi_node(p: Pass, t: int) -> tuple[str, str]:
    i, phi = t - 1, ACTIVATIONS[p.neuron.activation]
    h, slope = p.h[i], number(p.dphi[i], 4)
    equation = slope
    if phi.slope:
        letters, numbers = phi.slope
        letters = letters.format(h=f"h_{t}" if h >= 0 else f"(h_{t})")
        equation = f"{letters} = {numbers.format(h=factor(h))} = {slope}"
    most = phi.max_dphi
    if phi.linear:
        note = "A line has the same slope everywhere: only w_h acts on the gradient."
    elif phi.kinked:
        side = "> 0" if p.z[i] > 0 else "≤ 0"
        note = f"z_{t} = {number(p.z[i], 4)} is {side}. At the kink, z = 0, φ′ counts as "
        note += f"{phi.slope_at(0.0):g}."
    else:
        flat = f", and φ is flat here: the unit is {phi.off}"
        steepest = " at z = 0" if phi.slope_at(0.0) == most else ""
        share = percent(p.dphi[i] / most)
        note = (
            f"{share[:1].upper()}{share[1:]} of the steepest slope, {number(most)}{steepest}"
            + (flat if p.dphi[i] < SATURATED_BELOW else "")
            + "."
        )
    return f"φ′(z_{t}) = {equation}", note


def y_node(p: Pass) -> tuple[str, str]:
    T, n = p.steps, p.neuron
    equation = f"y = w_out h_{T} = {weight_text(n.w_out)} × {factor(p.h[-1])} = {number(p.y, 4)}"
    if p.right:
        return equation, f"Right: it is nearer than ½ to the target x_1 = {p.target:.0f}."
    return equation, f"Wrong: it is ½ or more away from the target x_1 = {p.target:.0f}."


def loss_node(p: Pass) -> tuple[str, str]:
    equation = f"L = ½ (y − target)² = ½ ({number(p.y, 4)} − {p.target:.0f})² = {number(p.loss, 4)}"
    return equation, f"The target is the first bit, {p.target:.0f}. From here everything goes back."


def dy_node(p: Pass) -> tuple[str, str]:
    equation = f"∂L/∂y = y − target = {number(p.y, 4)} − {p.target:.0f} = {number(p.dy, 4)}"
    if p.dy == 0:
        return equation, "No error, so no gradient: everything that follows is 0."
    return equation, f"The output is too {'large' if p.dy > 0 else 'small'}."


def out_node(p: Pass) -> tuple[str, str]:
    T = p.steps
    equation = (
        f"∂L/∂w_out = ∂L/∂y · h_{T} = {factor(p.dy)} × {factor(p.h[-1])} = "
        f"{number(p.gradients['w_out'], 4)}"
    )
    return equation, "One term only: w_out is used once, at the last step."


def delta_node(p: Pass, t: int) -> tuple[str, str]:
    T, n = p.steps, p.neuron
    if t == T:
        equation = (
            f"δ_{T} = ∂L/∂h_{T} = ∂L/∂y · w_out = {factor(p.dy)} × {weight_text(n.w_out)} = "
            f"{number(p.delta[-1], 4)}"
        )
        return equation, f"The loss touches h_{T} directly; every earlier state only through it."
    equation = (
        f"δ_{t} = ∂L/∂h_{t} = ∂L/∂z_{t + 1} · w_h = {factor(p.dz[t])} × {weight_text(n.w_h)} = "
        f"{number(p.delta[t - 1], 4)}"
    )
    lag = count(T - t, "step")
    if p.delta[-1] == 0:
        return equation, f"Nothing left δ_{T}, so nothing arrives."
    if p.delta[t - 1] == 0:
        return equation, f"Nothing arrives {lag} back."
    share = number(abs(p.delta[t - 1] / p.delta[-1]))
    return equation, f"{lag} back from the loss: {share} times the size of δ_{T}."


def dz_node(p: Pass, t: int) -> tuple[str, str]:
    i = t - 1
    equation = (
        f"∂L/∂z_{t} = δ_{t} · φ′(z_{t}) = {factor(p.delta[i])} × {number(p.dphi[i], 4)} = "
        f"{number(p.dz[i], 4)}"
    )
    if p.delta[i] == 0:
        return equation, "Nothing arrived, so nothing goes on."
    if p.dphi[i] == 0:
        return equation, "φ′ is 0: the gradient ends here."
    return equation, f"φ′ lets {percent(p.dphi[i])} of δ_{t} through."


def term_node(p: Pass, weight: str, t: int) -> tuple[str, str]:
    """A step's term of ∂L/∂w_in or ∂L/∂w_h."""
    i, T = t - 1, p.steps
    other, value = ("x", p.x[i]) if weight == "w_in" else ("h", p.before[i])
    index = t if weight == "w_in" else t - 1
    written = f"{value:.0f}" if weight == "w_in" else factor(value)
    term = p.terms[weight][i]
    equation = (
        f"∂L/∂{weight} at step {t}: ∂L/∂z_{t} · {other}_{index} = {factor(p.dz[i])} × {written} = "
        f"{number(term, 4)}"
    )
    if term == 0:
        return equation, zero_because(p, weight, t)
    share = percent(p.shares[weight][i])
    note = f"{share[:1].upper()}{share[1:]} of all its terms. "
    lag = T - t
    if lag == 0:
        return equation, note + "The short-term dependency: one unit, no way back through time."
    if lag > _LONGEST_PRODUCT:
        chain = f"{factor(float(np.prod(p.factors[t:])))} ({lag} factors φ′ w_h)"
        formula = f"Whole way: δ_{T} · Π φ′ w_h · φ′(z_{t}) {other}_{index}"
    else:
        symbols = " · ".join(f"φ′(z_{s}) w_h" for s in range(T, t, -1))
        chain = " × ".join(factor(f) for f in p.factors[t:][::-1])
        formula = f"Whole way: δ_{T} · {symbols} · φ′(z_{t}) {other}_{index}"
    filled = f"{factor(p.delta[-1])} × {chain} × {number(p.dphi[i], 4)} × {written}"
    return equation, note + f"{formula} = {filled}."


def zero_because(p: Pass, weight: str, t: int) -> Said:
    """Why a step's term is 0; before the colon the reason, after it what that means."""
    i = t - 1
    if weight == "w_in" and p.x[i] == 0:
        means = ": a weight that meets a 0 has no part in the result."
        return _zero(f"x_{t} = 0", f"bit {t} is 0") + means
    if weight == "w_h" and t == 1:
        means = ": at the first step w_h has nothing to multiply."
        return _zero("h_0 = 0", "there is no state before step 1") + means
    if weight == "w_h" and p.before[i] == 0:
        return _zero(f"h_{t - 1} = 0", "the state before it is 0") + (
            ": there was nothing to remember."
        )
    return _no_gradient(p, t)


def _zero(full: str, plain: str) -> Said:
    return Said(f"Exactly 0, because {full}", plain=f"Exactly 0, because {plain}")


def _no_gradient(p: Pass, t: int) -> Said:
    """Why ∂L/∂z_t is 0."""
    if p.dy == 0:
        return _zero("y hits the target", "the output hits the target") + (
            ": there is no error to carry back."
        )
    if p.neuron.w_out == 0:
        return _zero("w_out = 0", "w_out is 0") + ": the loss does not see the unit."
    for s in range(p.steps, t - 1, -1):
        if p.dphi[s - 1] == 0:
            flat = f"the unit is flat at step {s}"
            return _zero(f"φ′(z_{s}) = 0", flat) + ": the gradient ended there."
        if s > t and p.neuron.w_h == 0:
            means = ": nothing goes from one step to the one before."
            return _zero("w_h = 0", "w_h is 0") + means
    return Said(
        "0: the product is too small for float64.",
        plain="0: the product is too small for a computer’s numbers.",
    )


def sum_node(p: Pass, weight: str) -> tuple[str, str]:
    terms = p.terms[weight]
    total = number(p.gradients[weight], 4)
    if p.steps == 1:
        return f"∂L/∂{weight} = {total}", "One step, one term."
    if p.steps <= _LONGEST_SUM:
        added = " + ".join(factor(term) for term in terms)
    else:
        added = f"the sum of {p.steps} terms"
    equation = f"∂L/∂{weight} = {added} = {total}"
    alive = terms[terms != 0]
    if not alive.size:
        return equation, "Every term is exactly 0."
    if (alive > 0).any() and (alive < 0).any():
        lost = 1 - abs(p.gradients[weight]) / float(np.abs(terms).sum())
        return equation, f"The terms have both signs: {percent(lost)} of their size cancels."
    top = int(p.shares[weight].argmax())
    return equation, (
        f"The same weight at every step, so the terms add up; step {top + 1} brings "
        f"{percent(float(p.shares[weight][top]))}."
    )
