"""W_h starts as 1."""

from __future__ import annotations

from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import recurrent
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    cell = config.cell_used
    if not {"init", "gain"} <= cell.hears or not cell.by_matrix_alone:
        return {}
    return {"init": "identity", "gain": 1.0, "scale_sets": "gain"}


REMEDY = Remedy(
    label="W_h = 1",
    says=Said(
        "W_h starts as the identity: each unit hands on its own state, times φ′.",
        plain="Each unit starts by handing on its own state, and nobody else's.",
    ),
    law=Said(
        "All eigenvalues and singular values of 1 are 1; J_t = diag(φ′(z_t)).",
        plain="What is handed on as it is neither grows nor shrinks.",
    ),
    source="Le, Jaitly, Hinton 2015",
    cost=NO_COST,
    changes=_changes,
    code=lambda before, after: recurrent("nn.init.eye_(W)"),
)
