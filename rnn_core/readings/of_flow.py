"""What can be read from one gradient flow, and the settings that made it.

All of the gradient that the last loss alone sends back, as the verdict is.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.jacobians.lyapunov import spectrum
from rnn_core.jacobians.product import chain_of, too_large
from rnn_core.laws import LAWS
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.readings.named import (
    FLAG,
    WORD,
    Named,
    Readings,
    by_name,
    of_settings,
    share,
    tenfold,
    times,
)
from rnn_core.studies.prediction import predict


def _hump(flow: GradientFlow) -> float:
    """log₁₀ of the largest the gradient becomes on its way, relative to step T."""
    curve = flow.reading.curve
    return float(curve.max() - curve[-1]) if np.isfinite(curve[-1]) else math.nan


def _horizon(flow: GradientFlow) -> int:
    return flow.config.seq_len if flow.horizon is None else flow.horizon


def _half_life(flow: GradientFlow) -> float:
    return flow.half_life if flow.reading.rated else math.nan


def _factor(flow: GradientFlow) -> float:
    return flow.factor if flow.reading.rated else math.nan


def _lambda_max(flow: GradientFlow) -> float:
    """NaN where the Jacobians are too large to be read while somebody waits."""
    if too_large(flow) or flow.config.seq_len < 3:
        return math.nan
    chain = chain_of(flow, flow.typical_sequence)[1:]
    return float(spectrum(chain).decades_per_step * math.log(10.0))


def _mean(of: Callable[[GradientFlow], np.ndarray | None]) -> Callable[[GradientFlow], float]:
    def read(flow: GradientFlow) -> float:
        found = of(flow)
        return math.nan if found is None else float(found.mean())

    return read


def _of_law(name: str) -> Named:
    """What a law says reaches step 1."""
    return Named(
        name=f"log10_{name}",
        label=f"what the law “{LAWS[name].label}” says reaches step 1",
        what=f"log₁₀ of what the law “{LAWS[name].label}” says step 1 gets of step T’s gradient",
        say=tenfold,
        read=lambda flow: predict(flow, name).log10[0],
    )


_MEASURED = (
    Named(
        name="verdict",
        label="the verdict",
        what="what the gradient does on its way back, in a word",
        kind=WORD,
        words=tuple(VERDICTS),
        say=lambda name: VERDICTS[name].title.lower(),
        read=lambda flow: flow.verdict,
    ),
    Named(
        name="log10_reach",
        label="what reaches step 1",
        what="log₁₀ of the gradient at step 1 relative to step T; −∞ where it is exactly 0",
        say=tenfold,
        read=lambda flow: flow.log10_ratio,
    ),
    Named(
        name="horizon",
        label="the horizon",
        what="steps back until the gradient is first below 1/1000 of step T’s; T where it never is",
        unit="steps",
        read=_horizon,
    ),
    Named(
        name="factor",
        label="the factor per step",
        what="what one step back multiplies the gradient by, on average",
        say=times,
        read=_factor,
    ),
    Named(
        name="half_life",
        label="the half-life",
        what="steps in which the gradient halves, or doubles where it grows",
        unit="steps",
        read=_half_life,
    ),
    Named(
        name="log10_hump",
        label="the gradient at its largest",
        what="log₁₀ of the largest the gradient becomes on its way back, relative to step T",
        say=tenfold,
        read=_hump,
    ),
    Named(
        name="saturated",
        label="the saturated share",
        what="share of units and steps at which |φ′| < 0.1; none for a gated cell",
        say=share,
        read=_mean(lambda flow: flow.saturated),
    ),
    Named(
        name="mean_dphi",
        label="the mean of φ′",
        what="φ′ averaged over units, steps and sequences; none for a gated cell",
        read=_mean(lambda flow: flow.mean_dphi),
    ),
    Named(
        name="step_factor",
        label="what Jᵀ does in one step",
        what="by how much one Jacobian multiplies the norm, on average, in the typical sequence",
        say=times,
        read=lambda flow: flow.step_factor,
    ),
    Named(
        name="rho",
        label="ρ",
        what="the spectral radius max|λ| of the matrix that carries the state",
        read=lambda flow: flow.spectral_radius,
    ),
    Named(
        name="sigma_max",
        label="σ_max",
        what="the largest singular value of the matrix that carries the state",
        read=lambda flow: flow.spectral_norm,
    ),
    Named(
        name="lambda_max",
        label="λ_max",
        what="the largest Lyapunov exponent of the run, per step",
        read=_lambda_max,
    ),
    Named(
        name="overflow",
        label="an overflow of the forward pass",
        what="whether the state leaves float64 on its way forward",
        kind=FLAG,
        read=lambda flow: flow.overflow is not None,
    ),
)

NAMES: dict[str, Named] = by_name(
    _MEASURED,
    [_of_law(name) for name in LAWS],
    of_settings(NETWORK_SETTINGS, lambda flow, setting: getattr(flow.config, setting.name)),
)


def readings(flow: GradientFlow) -> Readings:
    """What can be read from `flow`."""
    return Readings(NAMES, flow)
