"""What a smaller and a larger learning rate share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.training.config import TRAIN_LIMITS, TrainConfig


def times(factor: float) -> Callable[[TrainConfig], dict[str, Any]]:
    """Change the rate by `factor`, as far as its limits go."""
    low, high = TRAIN_LIMITS["learning_rate"]

    def changes(config: TrainConfig) -> dict[str, Any]:
        rate = float(f"{factor * config.learning_rate:.2g}")
        return {"learning_rate": rate} if low <= rate <= high else {}

    return changes


def set_rate(before: TrainConfig, after: TrainConfig) -> str:
    """The rate in PyTorch."""
    return f'for group in optimizer.param_groups:\n    group["lr"] = {after.learning_rate!r}\n'
