"""What tasks share that ask for something seen before: bits, symbols, numbers, at a set distance.

In all of them the last input says nothing about the answer, so a network without memory can only
guess.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, signs

HS97 = "Hochreiter, Schmidhuber 1997"
NEARLY = 0.99

BITS: dict[str, Any] = {"encoding": "bits", "symbols": ("0", "1"), "input_size": 1}
ONE_ANSWER: dict[str, Any] = {
    "loss": "cross_entropy",
    "loss_steps": 1,
    "scored_steps": 1,
    "solved_by": "accuracy",
}


def of_two(
    task: str,
    length: int,
    seq_len: int,
    draws: Callable[[np.random.Generator, int], Batch],
    **more: Any,
) -> Problem:
    """A problem with bits as input and one bit as answer, at the last step."""
    settings = {"solved_at": NEARLY} | BITS | ONE_ANSWER | more
    return Problem(
        task=task,
        length=length,
        seq_len=seq_len,
        output_size=2,
        baseline=float(np.log(2.0)),
        baseline_accuracy=0.5,
        classes=("0", "1"),
        draws=draws,
        **settings,
    )


def draw_first_bit(T: int, rng: np.random.Generator, B: int) -> Batch:
    bits = rng.integers(0, 2, (T, B))
    return Batch(signs(bits), bits[:1])
