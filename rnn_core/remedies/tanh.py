"""tanh in place of an activation whose slope is small, or whose state has no bound."""

from __future__ import annotations

from typing import Any

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import another_cell
from rnn_core.remedies.remedy import NO_UPDATE_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    if config.cell_used.activation is not None:
        return {}
    phi = ACTIVATIONS[config.activation]
    return {"activation": "tanh"} if phi.max_dphi < 1.0 or phi.homogeneous else {}


REMEDY = Remedy(
    label="tanh units",
    says=Said(
        "φ is tanh: its slope is 1 where a unit is at rest, and its values stay between −1 and 1.",
        plain="The units are tanh: as steep as can be without growing where they rest, and "
        "bounded.",
    ),
    law=Said(
        "max φ′ enters the norm bound once for each step: 1/4 for a sigmoid, 1 for tanh.",
        plain="The slope of the units multiplies the gradient once for each step.",
    ),
    source="LeCun et al. 1998",
    cost=NO_UPDATE_COST,
    changes=_changes,
    code=another_cell,
)
