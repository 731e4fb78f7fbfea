"""Temporal order of two symbols among distractors."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task, one_hot
from rnn_core.tasks.recall import HS97, NEARLY, ONE_ANSWER

X, Y, DISTRACTORS = 0, 1, "abcd"


def temporal_order(length: int, text: str) -> Problem:
    """Which of X and Y came first and which second, among a, b, c, d. T = length.

    Counted from 0, the first is at one of the steps T/10 to T/5, the second at T/2 to 3T/5.
    """
    return Problem(
        task="temporal_order",
        length=length,
        seq_len=length,
        input_size=6,
        output_size=4,
        baseline=float(np.log(4.0)),
        baseline_accuracy=0.25,
        solved_at=NEARLY,
        encoding="one_hot",
        symbols=("X", "Y", *DISTRACTORS),
        classes=("X X", "X Y", "Y X", "Y Y"),
        draws=partial(draw_temporal_order, length),
        **ONE_ANSWER,
    )


def draw_temporal_order(T: int, rng: np.random.Generator, B: int) -> Batch:
    codes = rng.integers(2, 2 + len(DISTRACTORS), (T, B))
    which = rng.integers(X, Y + 1, (2, B))
    sequences = np.arange(B)
    codes[rng.integers(T // 10, T // 5 + 1, B), sequences] = which[0]
    codes[rng.integers(T // 2, 3 * T // 5 + 1, B), sequences] = which[1]
    return Batch(one_hot(codes, 2 + len(DISTRACTORS)), 2 * which[:1] + which[1:])


TASK = Task(
    label="temporal order",
    question="Which of X and Y came first, and which second?",
    source=f"{HS97}, task 6a",
    loss="cross_entropy",
    length_label="steps",
    lengths=(10, 1000),
    default_length=30,
    make=temporal_order,
)
