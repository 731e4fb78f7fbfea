"""Telling about one neuron: the equation behind every number of the diagram, and the sentences.

Equations and sentences are written plainly (w_in, h_{t−1}); `maths` sets them for the screen.
"""

from __future__ import annotations

import html
import math
import re

import numpy as np

from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS, LEAK
from rnn_core.studies.one_neuron import WEIGHTS, Difference, History, Pass, log10_power
from ui.style import count, from_log10, percent

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


def number(value: float, digits: int = 3) -> str:
    """A number of either sign and any size to `digits` significant digits."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    return sign + from_log10(math.log10(abs(value)), digits)


def exact(value: float) -> str:
    """A setting as it was set: 0.5, −1.25, or six digits after training."""
    return f"{value:.6g}".replace("-", "−")


def factor(value: float) -> str:
    """A number as a factor in a product: in brackets where it has a sign."""
    return f"({number(value, 4)})" if value < 0 else number(value, 4)


def _weight(value: float) -> str:
    return f"({exact(value)})" if value < 0 else exact(value)


# -- the diagram: (equation, what it means) of every node


def input_node(p: Pass, t: int) -> tuple[str, str]:
    role = " It is also the target." if t == 1 else ""
    return f"x_{t} = {p.x[t - 1]:.0f}", f"Bit {t} of {p.bits}.{role}"


def z_node(p: Pass, t: int) -> tuple[str, str]:
    n, i = p.neuron, t - 1
    equation = (
        f"z_{t} = w_in x_{t} + w_h h_{t - 1} = {_weight(n.w_in)} × {p.x[i]:.0f} + "
        f"{_weight(n.w_h)} × {factor(p.before[i])} = {number(p.z[i], 4)}"
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


_FORMULA = {
    "tanh": "tanh({0})",
    "relu": "max(0, {0})",
    "leaky_relu": f"max({LEAK} · {{0}}, {{0}})",
    "sigmoid": "1 / (1 + exp(−{0}))",
    "linear": "{0}",
}


def h_node(p: Pass, t: int) -> tuple[str, str]:
    i, name = t - 1, p.neuron.activation
    z, h = p.z[i], p.h[i]
    symbols, filled = _FORMULA[name].format(f"z_{t}"), _FORMULA[name].format(factor(z))
    middle = "" if name == "linear" else f" = {filled}"
    return f"h_{t} = φ(z_{t}) = {symbols}{middle} = {number(h, 4)}", _state(p, t)


def _state(p: Pass, t: int) -> str:
    name, slope = p.neuron.activation, p.dphi[t - 1]
    if name == "linear":
        return "A linear unit hands z on as it is."
    if slope < SATURATED_BELOW:
        return (
            f"The unit is {ACTIVATIONS[name].off}: φ′(z_{t}) = {number(slope)}, so little of the "
            "gradient gets back through it." if slope else
            f"The unit is off: φ′(z_{t}) = 0, and nothing of the gradient gets back through it."
        )  # fmt: skip
    return f"φ′(z_{t}) = {number(slope)} is what this step lets through on the way back."


def phi_node(p: Pass, t: int) -> tuple[str, str]:
    i, name = t - 1, p.neuron.activation
    h, slope = p.h[i], number(p.dphi[i], 4)
    state = f"h_{t}" if h >= 0 else f"(h_{t})"
    equation = {
        "tanh": f"1 − {state}² = 1 − {factor(h)}² = {slope}",
        "sigmoid": f"h_{t} (1 − h_{t}) = {number(h, 4)} × (1 − {number(h, 4)}) = {slope}",
        "relu": f"{slope}",
        "leaky_relu": f"{slope}",
        "linear": f"{slope}",
    }[name]
    most = ACTIVATIONS[name].max_dphi
    if name == "linear":
        note = "A line has the same slope everywhere: only w_h acts on the gradient."
    elif name in ("relu", "leaky_relu"):
        side = "> 0" if p.z[i] > 0 else "≤ 0"
        note = f"z_{t} = {number(p.z[i], 4)} is {side}. At the kink, z = 0, φ′ counts as " + (
            "0." if name == "relu" else f"{LEAK}."
        )
    else:
        flat = f", and φ is flat here: the unit is {ACTIVATIONS[name].off}"
        share = percent(p.dphi[i] / most)
        note = (
            f"{share[:1].upper()}{share[1:]} of the steepest slope, {number(most)} at z = 0"
            + (flat if p.dphi[i] < SATURATED_BELOW else "")
            + "."
        )
    return f"φ′(z_{t}) = {equation}", note


def y_node(p: Pass) -> tuple[str, str]:
    T, n = p.steps, p.neuron
    equation = f"y = w_out h_{T} = {_weight(n.w_out)} × {factor(p.h[-1])} = {number(p.y, 4)}"
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
            f"δ_{T} = ∂L/∂h_{T} = ∂L/∂y · w_out = {factor(p.dy)} × {_weight(n.w_out)} = "
            f"{number(p.delta[-1], 4)}"
        )
        return equation, f"The loss touches h_{T} directly; every earlier state only through it."
    equation = (
        f"δ_{t} = ∂L/∂h_{t} = ∂L/∂z_{t + 1} · w_h = {factor(p.dz[t])} × {_weight(n.w_h)} = "
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
        return equation, _zero_because(p, weight, t)
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


def _zero_because(p: Pass, weight: str, t: int) -> str:
    i = t - 1
    if weight == "w_in" and p.x[i] == 0:
        return f"Exactly 0, because x_{t} = 0: a weight that meets a 0 has no part in the result."
    if weight == "w_h" and t == 1:
        return "Exactly 0, because h_0 = 0: at the first step w_h has nothing to multiply."
    if weight == "w_h" and p.before[i] == 0:
        return f"Exactly 0, because h_{t - 1} = 0: there was nothing to remember."
    return _no_gradient(p, t)


def _no_gradient(p: Pass, t: int) -> str:
    """Why ∂L/∂z_t is 0."""
    if p.dy == 0:
        return "Exactly 0, because y hits the target: there is no error to carry back."
    if p.neuron.w_out == 0:
        return "Exactly 0, because w_out = 0: the loss does not see the unit."
    for s in range(p.steps, t - 1, -1):
        if p.dphi[s - 1] == 0:
            return f"Exactly 0, because φ′(z_{s}) = 0: the gradient ended there."
        if s > t and p.neuron.w_h == 0:
            return "Exactly 0, because w_h = 0: nothing goes from one step to the one before."
    return "0: the product is too small for float64."


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
        reason = _zero_because(p, "w_in", 1).split(":")[0].removeprefix("Exactly 0, ")
        long = f"the long-term term (step 1) is exactly 0, {reason}"
        if reason.startswith("0"):
            long = "the long-term term (step 1) is 0, too small for float64"
    short = f"the short-term one (step {T}) is {number(last)}"
    if last == 0:
        reason = _zero_because(p, "w_in", T).split(":")[0].removeprefix("Exactly 0, ")
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
    flat = int((p.dphi < SATURATED_BELOW).sum())
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
        return f"{lead}; the unit is {off} at {flat} of {count(T, 'step')} (φ′ < 0.1)."
    if n.w_h == 0:
        return "One step back multiplies by φ′(z_t) w_h, and w_h = 0: nothing goes back at all."
    if (p.dphi[1:] == 1).all():
        return f"{lead}: φ′ is 1 at each of them, so it is exactly w_h to the power {T - 1}."
    sign = "−" if n.w_h < 0 and (T - 1) % 2 else ""
    power = from_log10(log10_power(n.w_h, T - 1))
    return f"{lead}; w_h alone would make {sign}{power}, φ′ takes the rest."


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
        f"{name} ← {_weight(weights[name])} − {exact(rate)} × {factor(p_gradients[name])} = "
        f"{number(weights[name] - rate * p_gradients[name], 4)}"
        for name in WEIGHTS
    )


def per_step(p: Pass) -> float | None:
    """The geometric mean of |φ′(z_t) w_h| on the way from step T to step 1; None without one."""
    size = np.abs(p.factors[1:])
    if not size.size or not size.all():
        return None
    return float(10.0 ** np.log10(size).mean())


GLOSSARY = r"""
$$
z_t = w_{in}\, x_t + w_h\, h_{t-1} \qquad h_t = \varphi(z_t) \qquad h_0 = 0 \qquad
y = w_{out}\, h_T \qquad L = \tfrac12 (y - \text{target})^2
$$

$$
\delta_T = \frac{\partial L}{\partial h_T} = w_{out}\,(y - \text{target}) \qquad
\frac{\partial L}{\partial z_t} = \delta_t\, \varphi'(z_t) \qquad
\delta_{t-1} = w_h\, \frac{\partial L}{\partial z_t}
$$

$$
\frac{\partial L}{\partial w_{in}} = \sum_t \frac{\partial L}{\partial z_t}\, x_t
= \sum_k \delta_T \Big(\prod_{j>k} \varphi'(z_j)\, w_h\Big) \varphi'(z_k)\, x_k \qquad
\frac{\partial L}{\partial w_h} = \sum_t \frac{\partial L}{\partial z_t}\, h_{t-1}
$$

- **Short-term** is the term of step $T$: no factor $\varphi' w_h$. **Long-term** is that of
  step 1: $T-1$ of them.
- **Share**: a term's size over the sum of all sizes. Terms of opposite sign cancel in the
  gradient itself.
- **Colour** of $\delta_t$ and $\partial L/\partial z_t$, and the width of the arrows back: size
  relative to $\delta_T$, on the app's one scale from blue ($10^{-7}$, gone) over grey (1) to red
  ($10^{7}$, exploding).
- **Right**: the output is nearer than ½ to the target, so it rounds to it.
- **Difference quotient**: the loss at two weights $2\varepsilon$ apart, with
  $\varepsilon$ chosen so that the quotient changes least; its own error is near $10^{-10}$.

*Sources.* Werbos 1990 (backpropagation through time) · Bengio, Simard, Frasconi 1994 ·
Pascanu, Mikolov, Bengio 2013 (long-term and short-term terms)
"""
