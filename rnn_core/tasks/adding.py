"""The sum of two marked numbers."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task
from rnn_core.tasks.recall import HS97

ADDING_SOLVED = 0.02  # mean squared error, of 1/6 without memory


def adding(length: int, text: str) -> Problem:
    """The sum of the two marked numbers of U(0, 1), one in each half. T = length.

    The last step is never marked: it would give one of the two away. Without memory the best
    answer is 1, and its mean squared error the variance of the sum, 1/6.
    """
    return Problem(
        task="adding",
        length=length,
        seq_len=length,
        input_size=2,
        output_size=1,
        loss="squared_error",
        loss_steps=1,
        scored_steps=1,
        baseline=1.0 / 6.0,
        baseline_accuracy=None,
        solved_at=ADDING_SOLVED,
        solved_by="loss",
        guess="that of always answering 1",
        encoding="marked",
        symbols=("value", "marker"),
        classes=("sum",),
        draws=partial(draw_adding, length),
    )


def draw_adding(T: int, rng: np.random.Generator, B: int) -> Batch:
    x = np.zeros((T, B, 2))
    x[..., 0] = rng.random((T, B))
    sequences, half = np.arange(B), T // 2
    first, second = rng.integers(0, half, B), rng.integers(half, T - 1, B)
    x[first, sequences, 1] = x[second, sequences, 1] = 1.0
    total = x[first, sequences, 0] + x[second, sequences, 0]
    return Batch(x, total[None, :, None])


TASK = Task(
    label="adding",
    question="What is the sum of the two marked numbers?",
    source=f"{HS97}; Arjovsky, Shah, Bengio 2016",
    loss="squared_error",
    length_label="steps",
    lengths=(4, 1000),
    default_length=30,
    make=adding,
)
