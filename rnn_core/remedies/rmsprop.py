"""RMSprop: Adam without its momentum."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.remedies.scale_free import LAW, takes

REMEDY = Remedy(
    label="RMSprop at 0.003",
    says=Said(
        "Each weight's gradient is divided by its recent size √v, and not smoothed.",
        plain="Each weight's gradient is divided by its usual size, and not smoothed.",
    ),
    law=LAW,
    source="Tieleman and Hinton 2012",
    cost=Said(
        "One number more for each weight, and one pass over them.",
        plain="One number more is kept for each weight.",
    ),
    changes=takes("rmsprop"),
    code=lambda before, after: (
        f"optimizer = torch.optim.RMSprop(network.parameters(), lr={after.learning_rate!r})\n"
    ),
)
