"""A weaker input, which leaves the units where they are steep."""

from __future__ import annotations

from typing import Any

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import NO_COST, Remedy
from rnn_core.training.config import TrainConfig

_PART = 0.3


def _changes(config: TrainConfig) -> dict[str, Any]:
    if ACTIVATIONS[config.network().activation_used].linear or config.input_gain < 0.2:
        return {}
    return {"input_gain": round(_PART * config.input_gain, 2)}


REMEDY = Remedy(
    label="Weaker input",
    says=Said(
        "W_x starts at 0.3 of its scale: z_t stays nearer to 0, where φ′ is largest.",
        plain="The input pushes the units less, which stay where they are steep.",
    ),
    law=Said(
        "The realised bound: each step multiplies by φ′(z_t), which falls as |z_t| grows.",
        plain="Each step multiplies by the slope of the units, which falls as they are pushed.",
    ),
    source="Glorot and Bengio 2010",
    cost=NO_COST,
    changes=_changes,
    code=lambda before, after: (
        "with torch.no_grad():\n"
        f"    network.cell.weight_ih.mul_({after.input_gain / before.input_gain!r})\n"
    ),
)
