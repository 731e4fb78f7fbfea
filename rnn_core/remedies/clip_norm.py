"""The gradient is shortened to at most 1."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

REMEDY = Remedy(
    label="Clip by norm at 1",
    says=Said(
        "A gradient longer than 1 is shortened to 1 before the update: an explosion moves the "
        "weights no further than an ordinary step.",
        plain="A gradient that is too long is shortened, so that an explosion moves the weights "
        "no further than an ordinary step.",
    ),
    law=Said(
        "Its direction stays: g·min(1, c/‖g‖). It lengthens nothing that has vanished.",
        plain="Its direction stays as it is. It lengthens nothing that has vanished.",
    ),
    source="Pascanu, Mikolov, Bengio 2013",
    cost=Said(
        "One pass over the gradient: two products for each weight.",
        plain="One look at the gradient of each weight.",
    ),
    changes=lambda config: {} if config.clip == "norm" else {"clip": "norm", "max_norm": 1.0},
    code=lambda before, after: (
        f"loss.backward()\nnn.utils.clip_grad_norm_(network.parameters(), {after.max_norm!r})\n"
        "optimizer.step()\n"
    ),
)
