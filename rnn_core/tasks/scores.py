"""How far off the outputs are: the loss, where it enters the network, and the share of right ones.

PyTorch's CrossEntropyLoss and MSELoss, with reduction="mean": means over the K loss steps and the
batch (and the outputs, for the squared error).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rnn_core.tasks.problem import Problem

SAFE = 30.0  # exp of ±30 and sums of it are far inside the range of float32


def loss_and_direct(
    problem: Problem, y: np.ndarray, target: np.ndarray
) -> tuple[float, np.ndarray]:
    """L and ∂L/∂y (K, B, O) of the outputs y (K, B, O), in the precision of y.

    Outputs that are not finite give a loss that is not finite.
    """
    if problem.loss == "squared_error":
        return squared_error(y, target)
    return cross_entropy(y, target)


def squared_error(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """L = mean (y - target)², ∂L/∂y = 2 (y - target)/n."""
    with np.errstate(over="ignore", invalid="ignore"):
        off = y - target.astype(y.dtype, copy=False)
        flat = off.reshape(-1)
        loss = float(flat @ flat) / flat.size
        off *= 2.0 / flat.size
    return loss, off


def cross_entropy(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """L = mean (-ln p_target) in nats with p = softmax y, ∂L/∂y = (p - 1 at the target)/n."""
    outputs = y.shape[-1]
    rows = y.reshape(-1, outputs)
    n = len(rows)
    right = np.arange(0, rows.size, outputs) + target.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        shift = 0.0
        # The largest output of each row is what takes longest, and most outputs need no shift.
        if not (rows.max() < SAFE and rows.min() > -SAFE):
            shift = rows.max(axis=1)
            rows = rows - shift[:, None]
        p = np.exp(rows, order="C")
        total = p @ _ones(outputs, p.dtype.char)
        loss = (np.log(total.astype(float)) - rows.take(right)).mean()
        share = 1.0 / (n * total)
        chosen = p.take(right) * share
        p *= share[:, None]
        p.reshape(-1)[right] = chosen - p.dtype.type(1.0 / n)
    return float(loss), p.reshape(y.shape)


@lru_cache(maxsize=64)
def _ones(size: int, char: str) -> np.ndarray:
    return np.ones(size, char)


def accuracy(problem: Problem, y: np.ndarray, target: np.ndarray) -> float:
    """Share of right answers in the last `scored_steps`; NaN for squared_error."""
    if problem.loss == "squared_error":
        return float("nan")
    scored = slice(-problem.scored_steps, None)
    return float((y[scored].argmax(axis=-1) == target[scored]).mean())
