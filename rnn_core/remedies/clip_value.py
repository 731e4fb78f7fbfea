"""Each entry of the gradient is cut."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

REMEDY = Remedy(
    label="Clip by value at 0.1",
    says=Said(
        "Each entry of the gradient is cut to ±0.1, which turns it: what is large loses most.",
        plain="Each number of the gradient is cut to at most 0.1, which turns it.",
    ),
    law=Said(
        "‖clip(g)‖ ≤ 0.1·√n for n weights, whatever the gradient was.",
        plain="However the gradient grew, an update stays bounded.",
    ),
    source="Mikolov 2012",
    cost=Said("One pass over the gradient.", plain="One look at the gradient of each weight."),
    changes=lambda config: {} if config.clip == "value" else {"clip": "value", "clip_value": 0.1},
    code=lambda before, after: (
        f"loss.backward()\nnn.utils.clip_grad_value_(network.parameters(), {after.clip_value!r})\n"
        "optimizer.step()\n"
    ),
)
