"""What the optimisers share whose steps do not hang on the length of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.training.config import TrainConfig

LAW = Said(
    "A factor in front of the whole gradient cancels in m/√v, while it stays the same over many "
    "updates; how the steps of the sequence share the gradient is as before.",
    plain="A gradient that is too small throughout makes steps of the usual size; how the steps of "
    "the sequence share it is as before.",
)


def takes(name: str) -> Callable[[TrainConfig], dict[str, Any]]:
    """Change the optimiser to `name`, where it is another."""
    return lambda config: (
        {} if config.optimizer == name else {"optimizer": name, "learning_rate": 0.003}
    )
