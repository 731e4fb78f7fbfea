"""Telling which parameter feels a gradient, and what a longer memory does to that."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.cells.called import called
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.said import NOTHING, Said, alike, joined
from rnn_core.numbers.spoken import count, everyday, exact, from_log10, percent
from rnn_core.studies.felt import Felt, Part
from rnn_core.studies.longer_memory import LongerMemory, knob_of
from rnn_core.studies.sensitivity import SENSITIVE
from ui.gradient_flow.feeling_figures import band_name, called_part


def no_gradient(_config: RNNConfig) -> Said:
    """Why there are no dots and bars."""
    return Said(
        "The state has left float64: there is no ∂L/∂θ to look into.",
        plain="The state has become too large for a computer: there is nothing to look into.",
    )


def no_curve(config: RNNConfig) -> Said:
    """Why there is no curve over the knob."""
    if knob_of(config) is None:
        return alike(
            f"The start decides how {config.cell_used.the} begins to remember: nothing is left to "
            "be turned."
        )
    return Said(
        "At this size ∂L/∂θ at so many settings would take seconds; a shorter sequence or a "
        "smaller hidden size shows what a longer memory does to it.",
        plain="At this size it would take seconds to compute; a shorter sequence or a smaller "
        "hidden size shows what a longer memory does to the weights.",
    )


def felt_title() -> Said:
    """Above the dots and bars."""
    return Said(
        "Which parameter feels it: ‖∂L/∂θ‖, and from how many steps back",
        plain="Which weights feel it, and from how many steps back",
    )


def felt_caption(flow: GradientFlow, found: Felt) -> Said:
    """Which feels it most and least; how old that is of which it is made, at both ends."""
    alive = [part for part in found.parts if math.isfinite(part.log10_norm)]
    whose = f"sequence {found.sequence + 1}"
    if flow.config.loss_at == "every":
        whose += ", last loss alone"
    if not alive:
        return Said(
            f"∂L/∂θ is exactly 0, all of it ({whose}).",
            plain=f"Nothing is felt: the gradient of every weight is exactly 0 ({whose}).",
        )
    most = max(alive, key=lambda part: part.log10_norm)
    least = min(alive, key=lambda part: part.log10_norm)
    text = Said(
        f"{called_part(most)} feels it most, {from_log10(most.log10_norm)} ({whose})",
        plain=f"{_capital(called_part(most).plain)}: here the gradient is largest, "
        f"{everyday(most.log10_norm)} ({whose})",
    )
    if least is not most:
        text += Said(
            f", {called_part(least)} least, {from_log10(least.log10_norm)}",
            plain=f"; smallest for {called_part(least).plain}, {everyday(least.log10_norm)}",
        )
    dead = len(found.parts) - len(alive)
    if dead:
        text += f"; {dead} {'is' if dead == 1 else 'are'} exactly 0"
    return text + ". " + _ages(most, found) + _hidden(most)


def _ages(part: Part, found: Felt) -> Said:
    """How much is recent and how much is old, of one parameter."""
    shares, bands = part.by_lag, found.bands
    oldest, name = float(shares[-1]), called_part(part)
    of = Said(f"Of the terms of {name}", plain=f"Of what makes up that of {name.plain}")
    if len(bands) == 1:
        return of + " the last step has the only one."
    recent = percent(float(shares[0]))
    return of + f" {recent} are of the last step and {percent(oldest)} of {band_name(*bands[-1])}."


def _hidden(part: Part) -> Said:
    """Where terms cancel, so that the sum is much smaller than they are."""
    with np.errstate(over="ignore", invalid="ignore"):
        top = float(np.max(part.log10_terms))
        whole = top + math.log10(float(np.sum(10.0 ** (part.log10_terms - top))))
    if whole - part.log10_norm < 1.0:
        return NOTHING
    return Said(
        f" They cancel: their sizes add up to {from_log10(whole)}.",
        plain=f" They cancel: by themselves they would add up to {everyday(whole)}.",
    )


def felt_more(found: Felt) -> Said:
    """The whole chart, for those who cannot see it."""
    return joined(
        [
            Said(
                f"{called_part(part)}: {from_log10(part.log10_norm)}, {_bands(part, found)}.",
                plain=f"{_capital(called_part(part).plain)}: {everyday(part.log10_norm)}, "
                f"{_bands(part, found)}.",
            )
            for part in found.parts
        ]
    )


def _bands(part: Part, found: Felt) -> str:
    pairs = zip(part.by_lag, found.bands, strict=True)
    return ", ".join(f"{percent(float(share))} from {band_name(*band)}" for share, band in pairs)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- a longer memory


def memory_title(found: LongerMemory) -> Said:
    """Above the curves over the knob."""
    label = found.knob.label
    return Said(
        f"The curse of memory: ‖∂L/∂θ‖ by {label}",
        plain=f"The price of memory: what the weights feel, by {label.plain}",
    )


def memory_caption(found: LongerMemory) -> Said:
    """Which parameter's gradient moves most, how right the law is, and where it is sensitive."""
    label, values = found.knob.label, found.values
    spans = {names: _span(curve) for names, curve in found.log10_norms.items()}
    names = max(spans, key=lambda each: spans[each])
    curve, name = found.log10_norms[names], called(names)
    finite = np.flatnonzero(np.isfinite(curve))
    if not finite.size:
        return alike("No setting leaves a gradient to be drawn.")
    first, last, top = (int(finite[k]) for k in (0, -1, int(np.argmax(curve[finite]))))
    ends = [(exact(float(values[k])), float(curve[k])) for k in (first, top, last)]
    (v0, c0), (v1, c1), (v2, c2) = ends
    whose = "" if found.sequences == 1 else f", over {count(found.sequences, 'sequence')} together"
    text = Said(
        f"From {label} {v0} to {v2} the gradient of {name} goes from {from_log10(c0)} to "
        f"{from_log10(c2)}",
        plain=f"With {label.plain} from {v0} to {v2} the gradient of {name.plain} goes from "
        f"{everyday(c0)} to {everyday(c2)}",
    )
    if top not in (first, last):
        text += Said(
            f", and is largest at {v1}, {from_log10(c1)}",
            plain=f", and is largest at {v1}, {everyday(c1)}",
        )
    return text + f"{whose}." + _law(found) + _left_out(found) + _kappa(found)


def _left_out(found: LongerMemory) -> str:
    """Where a curve has a hole, or ends."""
    drawn = (*found.log10_norms.values(), *found.log10_law.values(), found.log10_kappa)
    if all(np.isfinite(curve).all() for curve in drawn):
        return ""
    return " What is 0, or no number, is not drawn."


def _span(curve: np.ndarray) -> float:
    finite = curve[np.isfinite(curve)]
    return float(np.ptp(finite)) if finite.size else -1.0


def _law(found: LongerMemory) -> Said:
    """How far the law is off, at worst."""
    if not found.log10_law:
        return NOTHING
    off = [np.abs(found.log10_norms[names] - law) for names, law in found.log10_law.items()]
    worst = float(np.nanmax(np.where(np.isfinite(off), off, np.nan)))
    return Said(
        f" The law, dashed ({found.knob.source}), is right to within ×{from_log10(worst, 2)}: one "
        "draw of the weights against the mean over draws.",
        plain=f" Theory, dashed, is right to within a factor of {everyday(worst)}.",
    )


def _kappa(found: LongerMemory) -> Said:
    """From where on a change of 1 % is the whole of what the last loss sees."""
    label = found.knob.label
    sensitive = np.flatnonzero(found.log10_kappa >= SENSITIVE)
    if not sensitive.size:
        if not np.isfinite(found.log10_kappa).any():
            return NOTHING
        most = float(np.nanmax(found.log10_kappa))
        return Said(
            f" Nowhere here is it sensitive: κ is {from_log10(most)} at most.",
            plain=" Nowhere here would a change of 1 % move as much as there is.",
        )
    if len(sensitive) == len(found.values):
        return Said(
            " It is sensitive at every setting: κ ≥ 100.",
            plain=" At every setting a change of 1 % moves as much as there is: sensitive.",
        )
    # The settings where it is need not lie side by side.
    shown = ", ".join(exact(float(found.values[k])) for k in sensitive)
    return Said(
        f" Sensitive, κ ≥ 100, at {label} {shown}.",
        plain=f" Where {label.plain} is {shown}, a change of 1 % moves as much as there is: "
        "sensitive.",
    )
