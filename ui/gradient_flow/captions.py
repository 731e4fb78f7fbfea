"""The sentence under each chart of the page Gradient flow."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.measure import HORIZON_THRESHOLD
from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import NOTHING, Said, alike, joined
from rnn_core.numbers.spoken import (
    count,
    everyday,
    factor,
    fixed,
    from_log10,
    percent,
    plain,
    share_of,
)
from ui.gradient_flow.words import number_text, times, whose
from ui.look.norms import norm_name, state_letter
from ui.look.started import started


def norms_title(flow: GradientFlow) -> Said:
    """Above the main chart."""
    cell = flow.config.cell_used
    alone = "" if flow.config.loss_at == "last" else ", last loss alone"
    text = f"Gradient norm {norm_name(flow.config, state_letter(flow))} at each step{alone}"
    return Said(
        text if cell.states == 1 else f"{text}, s = {cell.state}",
        plain=f"How much of the gradient arrives at each step{alone}",
    )


def gate_title(flow: GradientFlow) -> Said:
    """Above the gate's heat map."""
    kept = flow.config.cell_used.kept
    return Said(
        f"The {kept.title}: what stays of the state, by {kept.by} and step",
        plain=f"The {kept.title.removesuffix(f' {kept.letter}')}: what stays of the state, by "
        f"{kept.by} and step",
    )


def derivative_title() -> Said:
    """Above the heat map of slopes."""
    return Said(
        "φ′(z): where units are flat, by unit and step",
        plain="Where units are flat and pass little back, by unit and step",
    )


def teaching_title() -> Said:
    """Above the matrix of losses and states."""
    return Said(
        "Who teaches whom: the loss at step j, the state at i",
        plain="Who teaches whom: which loss reaches which step",
    )


def shares_title(flow: GradientFlow) -> Said:
    """Above the bars of shares."""
    return Said(
        f"Each step’s share of {shared_gradient(flow)}",
        plain="Each step’s share in what the recurrent weights learn",
    )


def crossed(there: GradientFlow, here: GradientFlow) -> Said:
    """What lies between a scene and what one moved setting has made of it: the factor 1, and the
    borders between the words."""
    was, now = VERDICTS[there.verdict].it, VERDICTS[here.verdict].it
    who = whose(here.config)
    verdict = f"{who} {now}, as there" if was == now else f"{who} {was} there and {now} here"
    if not (there.reading.rated and here.reading.rated):
        return alike(f"{verdict}.")
    rates = Said(
        f"{factor(there.factor)} per step back there, {factor(here.factor)} here",
        plain=f"a step back {spoken.kept(there.factor, 'it')} there, and "
        f"{spoken.kept(here.factor, 'it')} here",
    )
    if (there.factor - 1) * (here.factor - 1) < 0:
        turned = Said(
            f", so 1 has been crossed; {verdict}.",
            plain=f", so it {'shrinks' if here.factor < 1 else 'grows'} now; {verdict}.",
        )
        return rates + turned
    if there.factor != 1 and here.factor != 1:
        grows = here.factor > 1
        return rates + Said(
            f", both {'above' if grows else 'below'} 1; {verdict}.",
            plain=f", so it {'grows' if grows else 'shrinks'} in both; {verdict}.",
        )
    return rates + f"; {verdict}."


def norms_caption(flow: GradientFlow) -> Said:
    """What the main chart shows."""
    c, curve, reach = flow.config, flow.reading.curve, flow.reach
    if not np.isfinite(curve[-1]):
        none = "" if c.loss_at == "last" else " of the last loss"
        text = f"The gradient{none} is exactly 0 at every step: there is nothing to draw of it"
        return Said(f"{text} on a log axis.", plain=f"{text}.") + _total(flow)
    of = "" if c.loss_at == "last" else " of the last loss alone"
    if reach.log10_ratio == -math.inf:
        return alike(f"The median{of} falls to exactly 0 at step {flow.zero_until}.") + _total(flow)
    from_end = f"From step {c.seq_len} back to step 1 the median{of}"
    start, end = (float(curve[t]) for t in (-1, 0))
    grows = reach.log10_ratio > 0
    if from_log10(start) == from_log10(end):
        way = Said(
            f"{from_end} ends where it began, at {from_log10(end)}",
            plain=f"{from_end} ends where it began",
        )
    else:
        way = Said(
            f"{from_end} {'rises' if grows else 'falls'} from {from_log10(start)} to "
            f"{from_log10(end)}",
            plain=f"{from_end} {'rises' if grows else 'falls'} from {everyday(start)} to "
            f"{everyday(end)}",
        )
    said = way + _ends(flow) + "." + _bend(flow) + _rho_error(flow) + _total(flow)
    return joined((said, started(c)))


def _total(flow: GradientFlow) -> Said:
    """The thin line, where every step has a loss."""
    if flow.config.loss_at == "last":
        return NOTHING
    total = flow.total
    if not np.isfinite(total.curve[-1]):
        return alike(" The total of all losses is exactly 0, too, at the last step.")
    if total.zero_until:
        return alike(f" The total of all losses falls to exactly 0 at step {total.zero_until}.")
    ratio = total.reach.log10_ratio
    return Said(
        f" The thin line is the total of all losses: {times(ratio)}.",
        plain=f" The thin line is the total of all losses, which ends at "
        f"{share_of(ratio, 'its size')}.",
    )


def _ends(flow: GradientFlow) -> Said:
    """Where the sequences end at step 1: 80 % of many, all of a few."""
    ends, spread = np.sort(flow.log10_last[0]), flow.last_alone.spread
    if len(ends) == 1 or not np.isfinite(ends[0]):
        return NOTHING
    who = "the sequences"
    if len(ends) >= 10:
        who, ends = "80 % of sequences", (spread.low[0], spread.high[0])
    low, high = float(ends[0]), float(ends[-1])
    least, most = everyday(low), everyday(high)
    return Said(
        f"; {who} end between {from_log10(low)} and {from_log10(high)}",
        plain=f"; {who} end between {least} and {most}" if least != most else "",
    )


def _bend(flow: GradientFlow) -> Said:
    """Where the curve is not straight, so that the fitted factor does not make up its ends."""
    fitted = flow.slope * (flow.config.seq_len - 1)
    if math.isnan(fitted) or abs(fitted - flow.log10_ratio) < 0.3:
        return NOTHING
    return Said(
        f" It is not straight: the fitted factor alone would make {times(fitted)}.",
        plain=f" It is not straight: the average step alone would {spoken.made(fitted)}.",
    )


def _rho_error(flow: GradientFlow) -> Said:
    """How far ρ^k is off at the first step."""
    lags = flow.config.seq_len - 1
    if flow.matrix_is_jacobian or flow.spectral_radius <= 0:
        return NOTHING
    off = float(flow.log10_ratio - lags * math.log10(flow.spectral_radius))
    rule = "The largest eigenvalue alone"
    if abs(off) < 0.005:
        return Said(
            " ρ^k is right here to within 1 %.", plain=f" {rule} says as much, to within 1 %."
        )
    if abs(off) < 0.3:
        return Said(
            f" ρ^k is right to within ×{from_log10(abs(off))}.",
            plain=f" {rule} says nearly as much, to within a factor of {everyday(abs(off))}.",
        )
    return Said(
        f" That is {plain(abs(off), 2)} decades {'below' if off < 0 else 'above'} ρ^k.",
        plain=f" {rule} promises {everyday(abs(off))} times {'more' if off < 0 else 'less'}.",
    )


def eigenvalues_caption(flow: GradientFlow, step: int | None) -> Said:
    """ρ against σ_max, and what they say about this run."""
    radius, norm = flow.spectral_radius, flow.spectral_norm
    outside = int((np.abs(flow.eigenvalues) > 1 + 1e-12).sum())
    name, many = matrix_name(flow), count(len(flow.eigenvalues), "eigenvalue")
    rate = "is its long-run rate"
    plainly = "is the weights’ own factor per step in the long run"
    if flow.matrix_is_jacobian:
        rate = plainly = "would be the rate if every step were like this one"
    text = Said(
        f"{outside} of {many} of {name} outside the unit "
        f"circle; ρ = {fixed(radius, 3)} {rate}, "
        f"σ_max = {fixed(norm, 3)} the most it can stretch in one step.",
        plain=f"{outside} of {many} outside the circle, where things grow. The largest, "
        f"{fixed(radius, 3)}, {plainly}; the most that one step can stretch is {fixed(norm, 3)}.",
    )
    if norm > 1.05 * radius:
        ratio = plain(norm / radius, 3) if radius else "∞"
        text += Said(
            f" Their ratio, {ratio}, tells how far from normal it is.",
            plain=" The two differ, so a few steps can go another way than the long run.",
        )
    else:
        text += Said(
            " They nearly agree, as those of a normal matrix do.",
            plain=" The two nearly agree.",
        )
    if step is not None and not (flow.matrix_is_jacobian and step == flow.config.seq_len):
        local = float(np.abs(np.linalg.eigvals(flow.jacobian(step, flow.typical_sequence))).max())
        text += Said(
            f" At step {step} the Jacobian's ρ is {plain(local, 3)}.",
            plain=f" At step {step} itself the largest is {plain(local, 3)}.",
        )
    return text


def matrix_name(flow: GradientFlow) -> str:
    """What `flow.matrix` is, in letters."""
    if flow.matrix_is_jacobian:
        return "J_T"
    return flow.config.cell_used.matrix_name(flow.params)


def eigenvalues_title(flow: GradientFlow) -> Said:
    """Above the eigenvalues."""
    if flow.matrix_is_jacobian:
        return Said(
            "Eigenvalues of the last step’s Jacobian J_T",
            plain="What the last step does in its own directions (eigenvalues)",
        )
    return Said(
        f"Eigenvalues of {matrix_name(flow)}, spectral radius and norm",
        plain="What the weights do in their own directions (eigenvalues)",
    )


def gate_caption(flow: GradientFlow) -> Said:
    """What the gate that keeps the state does, and what it alone would leave of a gradient."""
    c, keeps = flow.config, flow.config.cell_used.kept
    gate = keeps.share(flow.gates)
    kept = float(np.exp(np.log(np.maximum(gate, 1e-300)).mean()))
    open_units = percent(float((gate.mean(axis=(0, 1)) > 0.9).mean()))
    mean = plain(float(gate.mean()), 3)
    who = ""
    if c.batch_size > 1:
        who = f" in sequence {flow.typical_sequence + 1}, the one nearest the median, whose heat "
        who += "map this is"
    if not keeps.alone or gate.mean() > 1.0:
        share = spoken.kept(float(gate.mean()), f"a {keeps.by}")
        return Said(
            f"{keeps.letter} is the share of {keeps.of} that stays: mean {mean}; {open_units} of "
            f"{keeps.by}s keep more than 0.9 on average. The whole step multiplies the gradient by "
            f"{number_text(flow.step_factor)} on average{who}.",
            plain=f"On average a step {share}, and {open_units} of {keeps.by}s keep more than "
            f"90 %. The whole step {spoken.kept(flow.step_factor, 'the gradient')}{who}.",
        )
    return Said(
        f"{keeps.letter} is the share of {keeps.of} that stays: mean {mean}; {open_units} of "
        f"{keeps.by}s keep more than 0.9 on average. By the gate alone a step leaves "
        f"×{plain(kept, 3)} (geometric mean); the whole step multiplies the gradient by "
        f"{number_text(flow.step_factor)} on average{who}.",
        plain=f"A step keeps {percent(float(gate.mean()))} of the state on average, and "
        f"{open_units} of {keeps.by}s keep more than 90 %. Through the gate alone a step "
        f"{spoken.kept(kept, 'the gradient')}, all in all it "
        f"{spoken.kept(flow.step_factor, 'it')}{who}.",
    )


def shared_gradient(flow: GradientFlow) -> str:
    """The gradient whose terms are counted."""
    return f"∂L/∂{flow.config.cell_used.shared}"


def derivative_caption(flow: GradientFlow) -> Said:
    """How much of φ is flat."""
    c = flow.config
    phi = ACTIVATIONS[c.activation_used]
    off = phi.off
    share = flow.saturated
    mean = float(flow.mean_dphi.mean())
    if phi.linear:
        who = "This cell is linear:" if c.cell_used.activation else "A linear unit has"
        return Said(
            f"{who} φ′ = 1 everywhere{', and' if c.cell_used.activation else ':'} "
            f"{c.cell_used.acts} on the gradient.",
            plain="Linear units hand the gradient on as it is, whatever they are at.",
        )
    part = percent(float(share.mean()))
    worst = int(share.argmax()) + 1
    text = Said(
        f"Mean φ′ = {plain(mean, 3)}; {part} of units are {off} (φ′ < 0.1)",
        plain=f"{part} of units are {off}: their slope is below a tenth, and little gets through; "
        f"the mean slope is {plain(mean, 2)}",
    )
    if share.max() > share.min():
        text += Said(
            f", most at step {worst} ({percent(float(share.max()))})",
            plain=f". Most are so at step {worst}: {percent(float(share.max()))}",
        )
    always = float((flow.dphi < 0.1).all(axis=(0, 1)).mean())
    if always > 0:
        text += f"; {percent(always)} of units are {off} at every step of every sequence"
    if c.batch_size > 1:
        text += f". Heat map: sequence {flow.typical_sequence + 1}, the one nearest the median"
    return text + "."


def teaching_caption(flow: GradientFlow) -> Said:
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
        text = alike(
            f"No loss of the {len(matrix.steps)} shown falls below a thousandth before "
            f"it reaches step 1 ({sequence})"
        )
        if VERDICTS[flow.verdict].way == 0:
            return text + ": every step can teach every earlier one."
        arrives = float(matrix.log10[-1, 0])
        last = f". The loss at step {matrix.steps[-1]} arrives there as "
        return text + Said(
            f"{last}{times(arrives)}.", plain=f"{last}{share_of(arrives, 'its size')}."
        )
    typical = int(np.median(reaches))
    return alike(
        f"{len(reaches)} of {count(len(matrix.steps), 'loss')} shown fall below a thousandth on "
        f"the way, typically {count(typical, 'step')} back ({sequence}): further back, where it is "
        "blue, they teach next to nothing."
    )


def shares_caption(flow: GradientFlow) -> Said:
    """Which steps ∂L/∂W_h is made of."""
    share, T = flow.shares, flow.config.seq_len
    name = Said(shared_gradient(flow), plain="what the recurrent weights learn")
    if not share.any():
        return Said(
            f"{name} is exactly 0: either the state or the gradient is 0 at every step.",
            plain="What the recurrent weights learn is exactly 0: either the state or the gradient "
            "is 0 at every step.",
        )
    last = min(5, max(1, T // 3))
    recent = float(share[-last:].sum())
    half = float(share[: T // 2].sum())
    who = "The last step carries" if last == 1 else f"The last {last} steps carry"
    text = f"{who} {percent(recent)} of " + name
    if T >= 12:
        text += Said(
            f", the first half of the sequence {_tiny_percent(half)}",
            plain=f", the first half of the sequence {percent(half)}",
        )
    top = int(share.argmax()) + 1
    if top <= T - last:
        text += f"; the largest term is step {top}'s"
    return text + "."


def _tiny_percent(share: float) -> str:
    if 0 < share < 1e-3:
        return f"{from_log10(math.log10(share))} of it"
    return percent(share)
