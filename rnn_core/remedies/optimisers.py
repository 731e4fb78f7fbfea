"""Adam, and RMSprop: steps whose length does not hang on that of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.config import TrainConfig

_LAW = Said(
    "A factor in front of the whole gradient cancels in m/√v, while it stays the same over many "
    "updates; how the steps of the sequence share the gradient is as before.",
    plain="A gradient that is too small throughout makes steps of the usual size; how the steps of "
    "the sequence share it is as before.",
)


def _changes(name: str) -> Callable[[TrainConfig], dict[str, Any]]:
    return lambda config: (
        {} if config.optimizer == name else {"optimizer": name, "learning_rate": 0.003}
    )


ADAM = Remedy(
    label="Adam at 0.003",
    says=Said(
        "Each weight's gradient is divided by its recent size √v, and smoothed.",
        plain="Each weight's gradient is divided by its usual size, and smoothed.",
    ),
    law=_LAW,
    source="Kingma and Ba 2015",
    cost=Said(
        "Two numbers more for each weight, and one pass over them.",
        plain="Two numbers more are kept for each weight.",
    ),
    changes=_changes("adam"),
    code=lambda before, after: (
        f"optimizer = torch.optim.Adam(network.parameters(), lr={after.learning_rate!r})\n"
    ),
)
RMSPROP = Remedy(
    label="RMSprop at 0.003",
    says=Said(
        "Each weight's gradient is divided by its recent size √v, and not smoothed.",
        plain="Each weight's gradient is divided by its usual size, and not smoothed.",
    ),
    law=_LAW,
    source="Tieleman and Hinton 2012",
    cost=Said(
        "One number more for each weight, and one pass over them.",
        plain="One number more is kept for each weight.",
    ),
    changes=_changes("rmsprop"),
    code=lambda before, after: (
        f"optimizer = torch.optim.RMSprop(network.parameters(), lr={after.learning_rate!r})\n"
    ),
)
