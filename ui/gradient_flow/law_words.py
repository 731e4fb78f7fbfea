"""What the laws say, and how far they are off, in words."""

from __future__ import annotations

import math

from rnn_core.flow.flow import GradientFlow
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike, joined
from rnn_core.numbers.spoken import count, from_log10, percent, plain, signed
from rnn_core.studies.prediction import OFF, Prediction, tightest

# -- laws


def theory(flow: GradientFlow, laws: list[Prediction]) -> list[tuple[str, str, Said, str]]:
    """For each law: its name, formula (LaTeX), how far it is off here, and when it holds."""
    best = tightest(laws)
    return [
        (
            LAWS[law.name].label,
            LAWS[law.name].formula,
            law_sentence(flow, law, tightest=law.name == best),
            f"{LAWS[law.name].conditions} *{LAWS[law.name].source}*",
        )
        for law in laws
    ]


def law_sentence(flow: GradientFlow, law: Prediction, *, tightest: bool) -> Said:
    """How far a law is off here, and why."""
    about = LAWS[law.name]
    if law.missing:
        return "Does not apply. " + alike(law.missing)
    at_most, measured = float(law.log10[0]), float(law.measured[0])
    whose = "" if law.sequence is None else f" (sequence {law.sequence + 1})"
    lag = count(len(law.log10) - 1, "step")
    off = law.off
    if about.upper_bound:
        text = Said(
            f"At most {_decades(at_most)} over {lag}; measured {_decades(measured)}{whose}",
            plain=f"Says: after {lag} at most {_left(at_most)} can be left. Measured"
            f"{whose}: {_left(measured)}",
        ) + _generous(off)
        if tightest:
            text += Said(
                " The tightest of the bounds shown.", plain=" The closest of the bounds shown."
            )
    else:
        text = Said(
            f"{_decades(at_most)} predicted over {lag}, {_decades(measured)} measured{whose}: ",
            plain=f"Says: after {lag} {_left(at_most)} is left. Measured{whose}: "
            f"{_left(measured)}. ",
        ) + _beside(off)
    return (text + " " + _law_reason(flow, law)).stripped


def _generous(off: float) -> Said:
    """How far a bound is above what it bounds."""
    if abs(off) <= 0.05:
        return alike(": the bound is met.")
    if math.isinf(off):
        return alike(": the gradient is cut off altogether.")
    return Said(
        f": {_how_far(off)} too generous.",
        plain=f". So it allows {spoken.everyday(abs(off))} times too much.",
    )


def _beside(off: float) -> Said:
    """How far a prediction is off."""
    if abs(off) <= 0.05:
        return Said(
            f"right to {_precision(off)}.",
            plain=f"It is right, to {_precision(off)}.",
        )
    side = "too much" if off > 0 else "too little"
    if math.isinf(off):
        plainly = "All of it is too much." if off > 0 else "It leaves out all that there is."
    else:
        plainly = f"That is {spoken.everyday(abs(off))} times {side}."
    return Said(f"{_how_far(off)} {side}.", plain=plainly)


def _left(log10: float) -> str:
    """An amount after some steps, in plain words: 27 %, 0.000072, 4,400 times as much."""
    if log10 == -math.inf:
        return "exactly nothing"
    return spoken.share_of(log10, "as much").removesuffix(" of as much")


def _exponents(flow: GradientFlow, law: Prediction) -> Said:
    """λ_max beside ln ρ."""
    rate = float(law.log10[0]) / (len(law.log10) - 1) * math.log(10.0)
    text = f"λ_max = {signed(rate)}"
    if not flow.matrix_is_jacobian and flow.spectral_radius > 0:
        text += f", ln ρ = {signed(math.log(flow.spectral_radius))}"
    return Said(f"{text}.", plain="")


def _decades(log10: float) -> str:
    """×10^log10, in words a reader can compare."""
    return "×0 exactly" if log10 == -math.inf else f"×{from_log10(float(log10))}"


def _how_far(off: float) -> str:
    if math.isinf(off):
        return "all decades there are"
    return f"{plain(abs(off), 2)} decades"


def _precision(off: float) -> str:
    if off == 0:
        return "the last digit"
    return "six digits" if abs(off) < 1e-7 else f"{plain(100 * (10 ** abs(off) - 1), 1)} %"


def _law_reason(flow: GradientFlow, law: Prediction) -> Said:
    """Why the law is off, from the run: what it leaves out, as far as that is the case here."""
    about = LAWS[law.name]
    caveat = joined([law.number, law.caveat])
    if about.exponent:
        return joined([_exponents(flow, law), caveat])
    if about.about_slope and flow.two_factors and law.off > OFF:
        phi = ACTIVATIONS[flow.config.activation_used]
        if not phi.linear:
            mean, off = float(flow.mean_dphi.mean()), float(flow.saturated.mean())
            its = f"{percent(off)} of units are {phi.off}."
            caveat = Said(
                f"{about.about_slope.format(most=phi.max_dphi)} its mean is {plain(mean, 3)}, and "
                f"{its}",
                plain=f"It takes each unit for as steep as can be; here the mean slope is "
                f"{plain(mean, 2)}, and {its}",
            )
    return caveat
