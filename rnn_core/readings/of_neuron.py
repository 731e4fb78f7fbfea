"""What can be read from one neuron's pass over a string of bits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.readings.named import FLAG, WORD, Named, Readings, by_name, share, tenfold
from rnn_core.studies.one_neuron import WEIGHTS, Pass, log10_power


@dataclass(frozen=True, eq=False)
class Unit:
    """One pass, and the closed form beside it: w^n."""

    over: Pass
    power_w: float
    power_lag: int


def _way_back(unit: Unit) -> float:
    """∂h_T/∂h_1, the product of all factors but the first."""
    return float(unit.over.factors[1:].prod())


def _log10(value: float) -> float:
    return math.log10(abs(value)) if value and math.isfinite(value) else -math.inf


def _ratio(unit: Unit) -> float:
    """log₁₀ of the long-term term over the short-term one; NaN where that one is 0."""
    terms = unit.over.terms["w_in"]
    return _log10(terms[0] / terms[-1]) if terms[-1] else math.nan


def _weight(name: str) -> Named:
    return Named(
        name=name,
        label=name,
        what=f"the weight {name}",
        read=lambda unit: getattr(unit.over.neuron, name),
    )


NAMES: dict[str, Named] = by_name(
    [_weight(name) for name in WEIGHTS],
    (
        Named(
            name="activation",
            label="activation φ",
            what="the activation of the unit",
            kind=WORD,
            words=tuple(ACTIVATIONS),
            say=lambda name: ACTIVATIONS[name].label,
            read=lambda unit: unit.over.neuron.activation,
        ),
        Named(
            name="T",
            label="the length of the string",
            what="bits of the string",
            unit="steps",
            read=lambda unit: unit.over.steps,
        ),
        Named(name="y", label="the output", what="y = w_out h_T", read=lambda unit: unit.over.y),
        Named(
            name="target",
            label="the target",
            what="the first bit",
            read=lambda unit: unit.over.target,
        ),
        Named(name="loss", label="the loss", what="½(y − target)²", read=lambda u: u.over.loss),
        Named(
            name="right",
            label="the right answer",
            what="whether y rounds to the target",
            kind=FLAG,
            read=lambda unit: unit.over.right,
        ),
        Named(
            name="way_back",
            label="∂h_T/∂h_1",
            what="the product of φ′(z_t) w_h over all steps but the first",
            read=_way_back,
        ),
        Named(
            name="log10_way_back",
            label="the size of ∂h_T/∂h_1",
            what="log₁₀ |∂h_T/∂h_1|",
            say=tenfold,
            read=lambda unit: _log10(_way_back(unit)),
        ),
        Named(
            name="long_term",
            label="the long-term term",
            what="step 1’s term of ∂L/∂w_in",
            read=lambda unit: unit.over.terms["w_in"][0],
        ),
        Named(
            name="short_term",
            label="the short-term term",
            what="step T’s term of ∂L/∂w_in",
            read=lambda unit: unit.over.terms["w_in"][-1],
        ),
        Named(
            name="log10_long_over_short",
            label="long-term over short-term",
            what="log₁₀ of the two terms’ ratio; none where the short-term one is 0",
            say=tenfold,
            read=_ratio,
        ),
        Named(
            name="long_share",
            label="the long-term share",
            what="step 1’s share of the terms of ∂L/∂w_in",
            say=share,
            read=lambda unit: unit.over.shares["w_in"][0],
        ),
        Named(
            name="power_w",
            label="w of the closed form",
            what="the weight of h_t = w h_{t−1}",
            read=lambda unit: unit.power_w,
        ),
        Named(
            name="power_lag",
            label="the lag n of the closed form",
            what="steps back from the loss",
            unit="steps",
            read=lambda unit: unit.power_lag,
        ),
        Named(
            name="log10_power",
            label="w to the power n",
            what="log₁₀ |w^n|",
            say=tenfold,
            read=lambda unit: log10_power(unit.power_w, unit.power_lag),
        ),
    ),
)


def readings(unit: Unit) -> Readings:
    """What can be read from `unit`."""
    return Readings(NAMES, unit)
