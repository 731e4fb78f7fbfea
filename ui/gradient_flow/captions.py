"""The sentence under each chart of the page Gradient flow."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.measure import HORIZON_THRESHOLD
from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.spoken import count, factor, fixed, from_log10, percent, plain
from ui.gradient_flow.words import number_text, times, whose
from ui.look.norms import norm_name, state_letter


def norms_title(flow: GradientFlow) -> str:
    """Above the main chart."""
    cell = flow.config.cell_used
    alone = "" if flow.config.loss_at == "last" else ", last loss alone"
    text = f"Gradient norm {norm_name(flow.config, state_letter(flow))} at each step{alone}"
    return text if cell.states == 1 else f"{text}, s = {cell.state}"


def gate_title(flow: GradientFlow) -> str:
    """Above the gate's heat map."""
    name = flow.config.cell_used.kept.title
    return f"The {name}: what stays of the state, by unit and step"


def crossed(there: GradientFlow, here: GradientFlow) -> str:
    """What lies between a scene and what one moved setting has made of it: the factor 1, and the
    borders between the words."""
    was, now = VERDICTS[there.verdict].it, VERDICTS[here.verdict].it
    who = whose(here.config)
    verdict = f"{who} {now}, as there" if was == now else f"{who} {was} there and {now} here"
    if not (there.reading.rated and here.reading.rated):
        return f"{verdict}."
    rates = f"{factor(there.factor)} per step back there, {factor(here.factor)} here"
    if (there.factor - 1) * (here.factor - 1) < 0:
        return f"{rates}, so 1 has been crossed; {verdict}."
    if there.factor != 1 and here.factor != 1:
        return f"{rates}, both {'above' if here.factor > 1 else 'below'} 1; {verdict}."
    return f"{rates}; {verdict}."


def norms_caption(flow: GradientFlow) -> str:
    """What the main chart shows."""
    c, curve, reach = flow.config, flow.reading.curve, flow.reach
    if not np.isfinite(curve[-1]):
        none = "" if c.loss_at == "last" else " of the last loss"
        text = (
            f"The gradient{none} is exactly 0 at every step: there is nothing to draw of it on a "
        )
        return text + "log axis." + _total(flow)
    of = "" if c.loss_at == "last" else " of the last loss alone"
    if reach.log10_ratio == -math.inf:
        text = f"The median{of} falls to exactly 0 at step {flow.zero_until}."
    else:
        start, end = (from_log10(float(curve[t])) for t in (-1, 0))
        way = f"{'rises' if reach.log10_ratio > 0 else 'falls'} from {start} to {end}"
        if start == end:
            way = f"ends where it began, at {end}"
        text = f"From step {c.seq_len} back to step 1 the median{of} {way}"
        text += _ends(flow)
        text += "." + _bend(flow) + _rho_error(flow)
    return text + _total(flow)


def _total(flow: GradientFlow) -> str:
    """The thin line, where every step has a loss."""
    if flow.config.loss_at == "last":
        return ""
    total = flow.total
    if not np.isfinite(total.curve[-1]):
        return " The total of all losses is exactly 0, too, at the last step."
    if total.zero_until:
        return f" The total of all losses falls to exactly 0 at step {total.zero_until}."
    return f" The thin line is the total of all losses: {times(total.reach.log10_ratio)}."


def _ends(flow: GradientFlow) -> str:
    """Where the sequences end at step 1: 80 % of many, all of a few."""
    ends, spread = np.sort(flow.log10_last[0]), flow.last_alone.spread
    if len(ends) == 1 or not np.isfinite(ends[0]):
        return ""
    who = "the sequences"
    if len(ends) >= 10:
        who, ends = "80 % of sequences", (spread.low[0], spread.high[0])
    return f"; {who} end between {from_log10(float(ends[0]))} and {from_log10(float(ends[-1]))}"


def _bend(flow: GradientFlow) -> str:
    """Where the curve is not straight, so that the fitted factor does not make up its ends."""
    fitted = flow.slope * (flow.config.seq_len - 1)
    if math.isnan(fitted) or abs(fitted - flow.log10_ratio) < 0.3:
        return ""
    return f" It is not straight: the fitted factor alone would make {times(fitted)}."


def _rho_error(flow: GradientFlow) -> str:
    """How far ρ^k is off at the first step."""
    lags = flow.config.seq_len - 1
    if flow.matrix_is_jacobian or flow.spectral_radius <= 0:
        return ""
    off = float(flow.log10_ratio - lags * math.log10(flow.spectral_radius))
    if abs(off) < 0.005:
        return " ρ^k is right here to within 1 %."
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
        f"circle; ρ = {fixed(radius, 3)} {rate}, "
        f"σ_max = {fixed(norm, 3)} the most it can stretch in one step."
    )
    if norm > 1.05 * radius:
        ratio = plain(norm / radius, 3) if radius else "∞"
        text += f" Their ratio, {ratio}, tells how far from normal it is."
    else:
        text += " They nearly agree, as those of a normal matrix do."
    if step is not None and not (flow.matrix_is_jacobian and step == flow.config.seq_len):
        local = float(np.abs(np.linalg.eigvals(flow.jacobian(step, flow.typical_sequence))).max())
        text += f" At step {step} the Jacobian's ρ is {plain(local, 3)}."
    return text


def matrix_name(flow: GradientFlow) -> str:
    """What `flow.matrix` is, in letters."""
    if flow.matrix_is_jacobian:
        return "J_T"
    return flow.config.cell_used.matrix_name(flow.params)


def eigenvalues_title(flow: GradientFlow) -> str:
    """Above the eigenvalues."""
    if flow.matrix_is_jacobian:
        return "Eigenvalues of the last step’s Jacobian J_T"
    return f"Eigenvalues of {matrix_name(flow)}, spectral radius and norm"


def gate_caption(flow: GradientFlow) -> str:
    """What the gate that keeps the state does, and what it alone would leave of a gradient."""
    c, keeps = flow.config, flow.config.cell_used.kept
    gate = keeps.share(flow.gates)
    kept = float(np.exp(np.log(np.maximum(gate, 1e-300)).mean()))
    open_units = float((gate.mean(axis=(0, 1)) > 0.9).mean())
    mean = plain(float(gate.mean()), 3)
    text = (
        f"{keeps.letter} is the share of {keeps.of} that stays: mean {mean}; "
        f"{percent(open_units)} of units keep more than 0.9 on average. By the gate alone a step "
        f"leaves ×{plain(kept, 3)} (geometric mean)"
    )
    text += (
        f"; the whole step multiplies the gradient by {number_text(flow.step_factor)} on average"
    )
    if c.batch_size > 1:
        who = flow.typical_sequence + 1
        text += f" in sequence {who}, the one nearest the median, whose heat map this is"
    return text + "."


def shared_gradient(flow: GradientFlow) -> str:
    """The gradient whose terms are counted."""
    return f"∂L/∂{flow.config.cell_used.shared}"


def derivative_caption(flow: GradientFlow) -> str:
    """How much of φ is flat."""
    c = flow.config
    phi = ACTIVATIONS[c.activation_used]
    off = phi.off
    share = flow.saturated
    mean = float(flow.mean_dphi.mean())
    if c.cell_used.activation and phi.linear:
        return f"This cell is linear: φ′ = 1 everywhere, and {c.cell_used.acts} on the gradient."
    if phi.linear:
        return f"A linear unit has φ′ = 1 everywhere: {c.cell_used.acts} on the gradient."
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
        text = (
            f"No loss of the {len(matrix.steps)} shown falls below a thousandth before "
            f"it reaches step 1 ({sequence})"
        )
        if VERDICTS[flow.verdict].way == 0:
            return text + ": every step can teach every earlier one."
        arrives = times(float(matrix.log10[-1, 0]))
        return text + f". The loss at step {matrix.steps[-1]} arrives there as {arrives}."
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
