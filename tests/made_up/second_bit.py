"""The second of many bits."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task, signs
from rnn_core.tasks.recall import of_two


def second_bit(length: int, text: str) -> Problem:
    """The second of `length` bits."""
    return of_two("second_bit", length, length, partial(draw_second_bit, length))


def draw_second_bit(T: int, rng: np.random.Generator, B: int) -> Batch:
    bits = rng.integers(0, 2, (T, B))
    return Batch(signs(bits), bits[1:2])


TASK = Task(
    label="second bit",
    question="Which bit came second, of many?",
    source="made up for a test",
    loss="cross_entropy",
    length_label="bits",
    lengths=(3, 1000),
    default_length=10,
    make=second_bit,
)
