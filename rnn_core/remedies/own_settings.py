"""What the cell itself knows against a gradient that vanishes."""

from __future__ import annotations

from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import another_start
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig


def _changes(config: TrainConfig) -> dict[str, Any]:
    """The first of the cell's own that moves anything; a gate's bias has a remedy of its own."""
    kept = config.cell_used.kept
    if kept is not None and kept.opened_by is not None:
        return {}
    for _, change in config.cell_used.remedies:
        if any(getattr(config, name) != value for name, value in change.items()):
            return dict(change)
    return {}


REMEDY = Remedy(
    label="Slower state",
    says=Said(
        "The cell's own setting of how far a step moves the state is set nearer to keeping it: "
        "J_t comes nearer to 1.",
        plain="A step changes less of the state, and so takes less from the gradient.",
    ),
    law=Said(
        "A product of T factors 1 − ε stays near 1 while ε·T is small.",
        plain="Many factors just below 1 stay near 1 together if each is near enough.",
    ),
    source="the cell's own, see Architectures",
    cost=NO_COST,
    changes=_changes,
    code=another_start,
)
