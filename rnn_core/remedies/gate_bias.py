"""A gate that starts open as long as the task is."""

from __future__ import annotations

import math
from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import another_start
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    """b = ln T: σ(b) = T/(T+1), so that a unit keeps for T + 1 steps."""
    kept = config.cell_used.kept
    if kept is None or kept.opened_by is None:
        return {}
    own = kept.opened_by
    bias = min(round(math.log(config.problem.seq_len), 2), own.limits[1])
    return {own.name: bias} if bias > getattr(config.begun, own.name) else {}


REMEDY = Remedy(
    label="Gate open for the whole sequence",
    says=Said(
        "The bias of the gate that keeps the state starts at ln T: it keeps T/(T+1) of it at each "
        "step, so that the state lasts about as long as the sequence.",
        plain="The gate that keeps the state starts so far open that the state lasts about as "
        "long as the sequence.",
    ),
    law=Said(
        "A gate at σ(b) forgets after 1/(1−σ(b)) = 1 + eᵇ steps.",
        plain="What keeps a share of the state at each step forgets at a known pace.",
    ),
    source="Gers et al. 2000; Tallec and Ollivier 2018",
    cost=NO_COST,
    changes=_changes,
    code=another_start,
)
