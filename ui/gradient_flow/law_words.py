"""What the laws say, and how far they are off, in words."""

from __future__ import annotations

import math

from rnn_core.flow.flow import GradientFlow
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.spoken import count, from_log10, percent, plain, signed
from rnn_core.studies.prediction import OFF, Prediction, tightest

# -- laws


def theory(flow: GradientFlow, laws: list[Prediction]) -> list[tuple[str, str, str, str]]:
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


def law_sentence(flow: GradientFlow, law: Prediction, *, tightest: bool) -> str:
    """How far a law is off here, and why."""
    about = LAWS[law.name]
    if law.missing:
        return f"Does not apply. {law.missing}"
    said, done = _decades(law.log10[0]), _decades(law.measured[0])
    whose = "" if law.sequence is None else f" (sequence {law.sequence + 1})"
    lag = count(len(law.log10) - 1, "step")
    off = law.off
    if about.upper_bound:
        text = f"At most {said} over {lag}; measured {done}{whose}"
        text += (
            ": the bound is met."
            if abs(off) <= 0.05
            else (
                ": the gradient is cut off altogether."
                if math.isinf(off)
                else f": {_how_far(off)} too generous."
            )
        )
        if tightest:
            text += " The tightest of the bounds shown."
    elif abs(off) <= 0.05:
        text = f"{said} predicted over {lag}, {done} measured{whose}: right to {_precision(off)}."
    else:
        side = "too much" if off > 0 else "too little"
        text = f"{said} predicted over {lag}, {done} measured{whose}: {_how_far(off)} {side}."
    reason = _law_reason(flow, law)
    return f"{text} {reason}".strip()


def _exponents(flow: GradientFlow, law: Prediction) -> str:
    """λ_max beside ln ρ."""
    rate = float(law.log10[0]) / (len(law.log10) - 1) * math.log(10.0)
    text = f"λ_max = {signed(rate)}"
    if not flow.matrix_is_jacobian and flow.spectral_radius > 0:
        text += f", ln ρ = {signed(math.log(flow.spectral_radius))}"
    return f"{text}."


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


def _law_reason(flow: GradientFlow, law: Prediction) -> str:
    """Why the law is off, from the run: what it leaves out, as far as that is the case here."""
    about = LAWS[law.name]
    caveat = law.caveat
    if about.exponent:
        return f"{_exponents(flow, law)} {caveat}".strip()
    if about.about_slope and flow.two_factors and law.off > OFF:
        phi = ACTIVATIONS[flow.config.activation_used]
        if not phi.linear:
            mean, off = float(flow.mean_dphi.mean()), float(flow.saturated.mean())
            caveat = (
                f"{about.about_slope.format(most=phi.max_dphi)} its mean is {plain(mean, 3)}, and "
                f"{percent(off)} of units are {phi.off}."
            )
    return caveat
