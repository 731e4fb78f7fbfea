"""Telling what the state still knows: sentences computed from a JacobianProduct."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.jacobians.product import JacobianProduct
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import (
    count,
    everyday,
    factor,
    from_log10,
    plain,
    share_of,
    signed,
)
from rnn_core.studies.sensitivity import SENSITIVE

TOO_LARGE = Said(
    "At this size the product of Jacobians would take seconds to read; a shorter sequence or a "
    "smaller hidden size shows what the state still knows.",
    plain="At this size it would take seconds to compute; a shorter sequence or a smaller hidden "
    "size shows what the state still knows.",
)


def norms_title(letter: str, loss: str) -> Said:
    """Above the two curves of the same Jacobians."""
    return Said(
        f"Forward and backward: ‖∂{letter}_t/∂{letter}_1‖ and ‖∂{loss}/∂{letter}_t‖",
        plain="Forward and backward: how much of the start is remembered, and of the loss is felt",
    )


def singular_title() -> Said:
    """Above the singular values."""
    return Said(
        "Singular values of the product of Jacobians, by lag",
        plain="What is left of a change, by its direction",
    )


def reading(product: JacobianProduct) -> str:
    """What became of the starts, a word of `Ends.reading`."""
    return product.ends.reading


def at_zero(flow: GradientFlow, sequence: int) -> bool:
    """Whether the run stays at h_t = 0, where it began: nothing moves it."""
    start = flow.trace.start
    began = start is not None and start[sequence].any()
    return not began and not flow.trace.h[:, sequence].any()


def sensitive(flow: GradientFlow, log10: float) -> Said:
    """What a small change of the recurrent weights moves; "Sensitive" where 1 % is the whole of it.

    log10: of κ, see rnn_core.studies.sensitivity.
    """
    cell, who = flow.config.cell_used, f"sequence {flow.typical_sequence + 1}"
    if math.isnan(log10):
        return Said(
            f"Nothing can be said of small changes of {cell.shared}: the last state or its "
            f"gradient is exactly 0, or has left float64 ({who}).",
            plain="Nothing can be said of small changes of the recurrent weights: the last state "
            f"or its gradient is exactly 0, or too large for a computer ({who}).",
        )
    if log10 == -math.inf:
        return Said(
            f"A relative change of {cell.shared} moves nothing that the last loss sees ({who}).",
            plain="A change of the recurrent weights by some percent moves nothing that the last "
            f"loss sees ({who}).",
        )
    each = cell.entry or f"entry of {cell.shared}"
    text = Said(
        f"A random change of 1 % in each {each} moves what the last loss sees of h_T by "
        f"{from_log10(log10 - 2, 2)} times its size, to first order ({who})",
        plain="Change every recurrent weight by a random 1 % or so, and what the last loss sees "
        f"moves by {share_of(log10 - 2, 'its size')} ({who})",
    )
    if log10 < SENSITIVE:
        return text + "."
    if VERDICTS[flow.verdict].way == 0:
        text += ": the gradient neither vanishes nor explodes, and yet small changes decide"
    return "Sensitive. " + text + "."


def norms_caption(flow: GradientFlow, product: JacobianProduct) -> Said:
    """What is left at the last step of a change at the first; λ_max beside ln ρ."""
    memory = product.memory
    T = len(memory.log10_norm)
    end, back = float(memory.log10_norm[-1]), float(product.backward[0])
    text = alike(f"Nothing of a change of the first state arrives at step {T}")
    if end > -math.inf:
        text = Said(
            f"A change of the first state arrives at step {T} at most ×{from_log10(end)} as large",
            plain=f"Of a change of the first state at most {share_of(end, 'its size')} arrives at "
            f"step {T}",
        )
    if not math.isnan(back):
        text += Said(
            f"; the gradient of the last loss arrives at step 1 at ×{from_log10(back)}",
            plain="; the gradient of the last loss arrives at step 1 with "
            f"{share_of(back, 'its size')}",
        )
    text += Said(
        f" (sequence {product.sequence + 1}): the same {count(T - 1, 'Jacobian')}, read from "
        "either end. ",
        plain=f" (sequence {product.sequence + 1}): the same {count(T - 1, 'step')}, read from "
        "either end. ",
    )
    if at_zero(flow, product.sequence):
        text += Said(
            "Nothing moves this run: h_t = 0 at every step is a fixed point, and these are its "
            "Jacobians, not those of a run that leaves it. ",
            plain="Nothing moves this run: its state stays 0, and this is what a very small push "
            "would feel, not a run that leaves 0. ",
        )
    return text + exponent_sentence(flow, product)


def exponent_sentence(flow: GradientFlow, product: JacobianProduct) -> Said:
    """λ_max beside ln ρ."""
    spectrum = product.spectrum
    largest = spectrum.largest
    if not math.isfinite(largest):
        return Said(
            "λ_max is −∞: a product of these Jacobians is exactly 0.",
            plain="In the long run exactly nothing is left.",
        )
    text = Said(
        f"λ_max = {signed(largest)} per step ({factor(math.exp(largest))})",
        plain=f"In the long run a step {spoken.kept(math.exp(largest), 'a change')}",
    )
    apart = 0.0
    if not flow.matrix_is_jacobian and flow.spectral_radius > 0:
        log_rho = math.log(flow.spectral_radius)
        apart = abs(largest - log_rho)
        side = "below" if largest < log_rho else "above"
        text += Said(
            f", ln ρ = {signed(log_rho)}"
            + (f": the run is {plain(apart, 2)} {side} its matrix" if apart > 0.01 else ""),
            plain="; the weights by themselves would "
            + spoken.made(math.log10(flow.spectral_radius)),
        )
    drift = float(spectrum.drift[0])
    if drift > 0.02 or (apart > 0.01 and drift > 0.3 * apart):
        text += Said(
            f"; between the two halves it moves by {plain(drift, 2)}, so T is short for it",
            plain="; the two halves of the sequence differ in it, so the sequence is short for it",
        )
    return text + "."


def singular_caption(product: JacobianProduct) -> Said:
    """How thin the product has become, and how far down it can be trusted."""
    values, lags = product.log10_singular, product.lags
    last = values[-1]
    known = last[~np.isnan(last)]
    S = values.shape[1]
    lag = count(int(lags[-1]), "step")
    wide = int((known > known[0] - 1).sum()) if len(known) and np.isfinite(known[0]) else 0
    if wide == 0:
        return Said(
            f"After {lag} the product is exactly 0.", plain=f"After {lag} exactly nothing is left."
        )
    is_wide = f"{count(wide, 'direction')} of {S} {'is' if wide == 1 else 'are'}"
    top = float(known[0])
    text = Said(
        f"After {lag} {is_wide} within a factor of 10 of the largest, ×{from_log10(top)}",
        plain=f"After {lag} the best direction has {share_of(top, 'its size')}; {is_wide} within a "
        "factor of 10 of that",
    )
    finite = known[np.isfinite(known)]
    if len(finite) > 1:
        least = float(finite[-1])
        text += Said(
            f"; the smallest shown is ×{from_log10(least)}",
            plain=f"; the worst shown has {share_of(least, 'it')}",
        )
    zero = int(np.isneginf(last).sum())
    if zero:
        text += f". {zero} {'is' if zero == 1 else 'are'} exactly 0, and not drawn"
    lost = int(np.isnan(last).sum())
    if lost:
        verb = "is" if lost == 1 else "are"
        text += Said(
            f". {lost} more {verb} beyond what float64’s factors still know, and left out",
            plain=f". {lost} more {verb} too small to be computed",
        )
    return text + "."


def plane_caption(flow: GradientFlow, product: JacobianProduct) -> Said:
    """What became of the different starts."""
    run, ends = product.trajectories, product.ends
    K, N = run.plane.shape[1], len(run.plane) - 1
    text = f"{K} starts (small dots) under the same input, to their ends (large dots): " + _said(
        flow, product
    )
    if run.overflow is not None:
        text += Said(
            f". At step {run.overflow} a state leaves float64, and the picture ends",
            plain=f". At step {run.overflow} a state becomes too large for a computer, and the "
            "picture ends",
        )
    rate = product.spectrum.largest
    own = f". λ_max of the run itself is {signed(rate)}: "
    if ends.reading in ("forgotten", "fading", "parted") and rate > 0.01:
        where = Said(
            f"its Jacobians are those of one path from {_origin(flow)}, and these starts lie "
            "elsewhere",
            plain="it takes another path than these starts",
        )
        if at_zero(flow, product.sequence):
            where = Said(
                "its Jacobians are those at the fixed point 0, which these starts do not stay at",
                plain="it stays at 0, and these starts do not",
            )
        text += Said(own + where, plain=f". Along the run itself changes grow: {where.plain}")
    elif ends.reading in ("chaos", "growing") and rate < -0.01:
        text += Said(
            f"{own}its Jacobians are those of one path from {_origin(flow)}, over {N} steps, and "
            "these starts lie elsewhere",
            plain=". Along the run itself changes shrink: it takes another path than these starts",
        )
    return text + "."


def _origin(flow: GradientFlow) -> str:
    """Where the run itself starts."""
    return "0" if flow.trace.start is None else "its own h_0"


def _said(flow: GradientFlow, product: JacobianProduct) -> Said:
    """The reading in words, each with the numbers that it rests on."""
    ends, N = product.ends, len(product.trajectories.plane) - 1
    match ends.reading:
        case "forgotten":
            return alike(
                f"they run together, all {len(ends.met)} pairs: the input alone decides where the "
                "state is, and where it began is forgotten"
            )
        case "fading":
            return alike(
                f"they come together, all {len(ends.met)} pairs: where it began is fading so far, "
                f"and not yet forgotten after {count(N, 'step')}"
            )
        case "parted":
            text = (
                f"they end in {len(ends.groups)} places, {_and(ends.groups)} of them in each, that "
                "no longer near one another: "
            )
            return text + Said(
                "several attractors, and the state goes on telling in whose reach it began",
                plain="the state goes on telling in which of their reaches it began",
            )
        case "chaos":
            grows = factor(math.exp(ends.exponent))
            last = count(ends.counted, "step")
            return Said(
                f"they stay apart, and a change too small to see grows {grows} per step beside "
                f"them (λ_max = {signed(ends.exponent)} along these paths, over the last {last}): "
                "chaos, as long as that lasts",
                plain="they stay apart, and each step makes a change too small to see "
                f"{grows.removeprefix('×')} times as large (over the last {last}): chaos, as long "
                "as that lasts",
            )
        case _:
            return _still_apart(flow, product)


def _still_apart(flow: GradientFlow, product: JacobianProduct) -> Said:
    """Neither met nor chaotic: how far they are now, and whether that goes on."""
    ends, N = product.ends, len(product.trajectories.plane) - 1
    grown = float(np.median(ends.last - ends.first)) if np.isfinite(ends.first).all() else 0.0
    now = share_of(grown, "its distance")
    if ends.reading == "growing":
        text = Said(
            f"they move apart, the median pair to ×{from_log10(grown)} of its distance",
            plain=f"they move apart, the median pair to {now}",
        )
    else:
        still = f"they are still apart after {count(N, 'step')}, the median pair at "
        text = Said(f"{still}×{from_log10(grown)} of its distance", plain=f"{still}{now}")
        text += ": the state tells where it began"
    if ends.affine:
        text += Said(
            "; the map is linear here, so each difference is multiplied by the same product, "
            "wherever it starts",
            plain="; the network is linear here, so each difference changes alike, wherever it "
            "starts",
        )
        if grown > 0.0 and not flow.matrix_is_jacobian and flow.spectral_radius < 1.0:
            text += Said(
                f", and as ρ = {plain(flow.spectral_radius)} is below 1 this growth is a transient",
                plain=", and in the long run these weights shrink: this growth will pass",
            )
    return text


def _and(groups: list[int]) -> str:
    """6 and 2; 4, 3 and 1."""
    *before, last = map(str, groups)
    return f"{', '.join(before)} and {last}"


def distances_caption(product: JacobianProduct) -> Said:
    """By how much the distance changes, and where float64 stops telling states apart."""
    run = product.trajectories
    start, end = float(run.log10_median[0]), float(run.log10_median[-1])
    N = len(run.log10_median) - 1
    text = Said(
        f"The median distance goes from {from_log10(start)} to {from_log10(end)} in {N} steps",
        plain=f"The median distance goes from {everyday(start)} to {everyday(end)} in {N} steps",
    )
    rate = run.decades_per_step
    if math.isfinite(rate):
        step = 10.0**rate
        text += Said(
            f", {factor(step)} per step", plain=f": each step {spoken.kept(step, 'it')}"
        ) + (" while it can be resolved" if run.resolved < N else "")
    if run.merged is not None:
        text += Said(
            f"; from step {run.merged} on float64 cannot tell any two apart",
            plain=f"; from step {run.merged} on a computer cannot tell any two apart",
        )
    elif np.isneginf(run.log10_lowest).any():
        met = int(np.isneginf(run.log10_lowest).argmax())
        text += f"; from step {met} on the nearest pair is one state to the last digit"
    return text + "."
