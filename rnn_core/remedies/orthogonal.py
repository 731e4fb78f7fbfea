"""W_h starts as a rotation."""

from __future__ import annotations

from typing import Any

from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import recurrent
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    if not {"init", "gain"} <= config.cell_used.hears:
        return {}
    if INITIALISATIONS[config.init].rotation and config.gain == 1.0:
        return {}
    return {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}


REMEDY = Remedy(
    label="Orthogonal W_h",
    says=Said(
        "W_h starts as a random rotation, whose singular values are all 1: it turns the gradient "
        "and leaves its length to φ′ and the gates.",
        plain="The recurrent weights start as a rotation, which turns the gradient and takes "
        "nothing from it.",
    ),
    law=Said(
        "‖Wᵀδ‖ = ‖δ‖ for an orthogonal W: the norm bound holds with σ_max = 1.",
        plain="A rotation keeps every length.",
    ),
    source="Saxe et al. 2013",
    cost=NO_COST,
    changes=_changes,
    code=lambda before, after: recurrent("nn.init.orthogonal_(W)"),
)
