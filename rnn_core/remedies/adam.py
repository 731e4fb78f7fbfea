"""Adam: each weight has a rate of its own."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.remedies.scale_free import LAW, takes

REMEDY = Remedy(
    label="Adam at 0.003",
    says=Said(
        "Each weight's gradient is divided by its recent size √v, and smoothed.",
        plain="Each weight's gradient is divided by its usual size, and smoothed.",
    ),
    law=LAW,
    source="Kingma and Ba 2015",
    cost=Said(
        "Two numbers more for each weight, and one pass over them.",
        plain="Two numbers more are kept for each weight.",
    ),
    changes=takes("adam"),
    code=lambda before, after: (
        f"optimizer = torch.optim.Adam(network.parameters(), lr={after.learning_rate!r})\n"
    ),
)
