"""Ten symbols, to be repeated after a delay."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task, one_hot
from rnn_core.tasks.recall import HS97, NEARLY

COPIED, CATEGORIES = 10, 8
BLANK, DELIMITER = CATEGORIES, CATEGORIES + 1


def copy(length: int, text: str) -> Problem:
    """Ten symbols of eight kinds, to be repeated after `length` steps; T = length + 20.

    Of these `length` steps all are blank but the last, a delimiter, and ten blanks follow. Blank
    has to be said until the answer is due. Without memory, but with a clock, only the ten answers
    are guesses: 10·ln 8 over T steps.
    """
    return Problem(
        task="copy",
        length=length,
        seq_len=length + 2 * COPIED,
        input_size=CATEGORIES + 2,
        output_size=CATEGORIES + 1,
        loss="cross_entropy",
        loss_steps=length + 2 * COPIED,
        scored_steps=COPIED,
        baseline=float(COPIED * np.log(CATEGORIES)) / (length + 2 * COPIED),
        baseline_accuracy=1.0 / CATEGORIES,
        solved_at=NEARLY,
        solved_by="accuracy",
        encoding="one_hot",
        symbols=(*"ABCDEFGH", "·", "|"),
        classes=(*"ABCDEFGH", "·"),
        draws=partial(draw_copy, length),
    )


def draw_copy(length: int, rng: np.random.Generator, B: int) -> Batch:
    symbols = rng.integers(0, CATEGORIES, (COPIED, B))
    codes = np.full((length + 2 * COPIED, B), BLANK)
    target = codes.copy()
    codes[:COPIED] = target[-COPIED:] = symbols
    codes[-COPIED - 1] = DELIMITER
    return Batch(one_hot(codes, CATEGORIES + 2), target)


TASK = Task(
    label="copy",
    question="What were the ten symbols, in order, when the delimiter asks for them?",
    source=f"{HS97}; Arjovsky, Shah, Bengio 2016",
    loss="cross_entropy",
    length_label="delay (steps)",
    lengths=(1, 980),
    default_length=10,
    make=copy,
)
