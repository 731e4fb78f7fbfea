"""W_h at the scale at which mean field says that the gradient keeps its length."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.laws.mean_field import mean_field_missing, step_factors, weight_gain
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.activations.moments import moments_of
from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import recurrent
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TRAIN_LIMITS, TrainConfig

_HALVINGS = 12  # of the range of scales: to a thousandth
_SEQUENCES = 8  # of the task, whose inputs drive the units


def critical_scale(config: TrainConfig) -> float | None:
    """The scale of W_0 at which the mean of ln χ_t is 0; None where the law does not apply, or none
    does it."""
    network = config.network()
    if mean_field_missing(network):
        return None
    gain = weight_gain(network)
    if gain is None or config.gain == 0:
        return None
    per_scale = gain / config.gain
    moments = moments_of(ACTIVATIONS[network.activation_used])
    x = config.problem.draw(np.random.default_rng(config.seed), _SEQUENCES).x

    def grows(scale: float) -> bool:
        with np.errstate(divide="ignore"):
            chi = step_factors(scale * per_scale, moments, x, config.input_gain**2)
            return bool(np.log(chi).mean() > 0)

    low, high = 0.05, float(TRAIN_LIMITS["gain"][1])
    if grows(low) or not grows(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if grows(middle) else (middle, high)
    return round((low + high) / 2, 2)


def _changes(config: TrainConfig) -> dict[str, Any]:
    scale = critical_scale(config)
    if scale is None or abs(scale - config.gain) < 0.03:
        return {}
    return {"gain": scale}


REMEDY = Remedy(
    label="W_h scale at the edge",
    says=Said(
        "W_h is scaled until mean field, given the inputs of this task, says χ = 1: on average a "
        "step neither shortens the gradient nor lengthens it.",
        plain="The recurrent weights are scaled until theory says that on average a step neither "
        "shortens the gradient nor lengthens it.",
    ),
    law=Said(
        "Mean field, χ_t = σ_w² E[φ′(√q_t z)²].",
        plain="An average over all units of a wide network.",
    ),
    source="Schoenholz et al. 2017; Chen, Pennington, Schoenholz 2018",
    cost=NO_COST,
    changes=_changes,
    code=lambda before, after: recurrent(f"W.mul_({after.gain / before.gain!r})"),
)
