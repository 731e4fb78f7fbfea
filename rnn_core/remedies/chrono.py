"""Gates that start open for as many different times as the task may need."""

from __future__ import annotations

from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import another_start
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    own = config.cell_used.spread_by
    if own is None:
        return {}
    return {own.name: int(min(max(config.problem.seq_len, 3), own.limits[1]))}


REMEDY = Remedy(
    label="Chrono biases",
    says=Said(
        "Each unit's gate starts at a bias of its own, ln U(1, T−1): some forget at once, others "
        "keep for the whole sequence.",
        plain="Each unit starts with a gate of its own: some forget at once, others keep for the "
        "whole sequence.",
    ),
    law=Said(
        "A gate at σ(b) forgets after 1 + eᵇ steps: here from 2 to T of them.",
        plain="What keeps a share of the state at each step forgets at a known pace.",
    ),
    source="Tallec and Ollivier 2018",
    cost=NO_COST,
    changes=_changes,
    code=another_start,
)
