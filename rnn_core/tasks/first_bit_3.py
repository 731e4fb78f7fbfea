"""The first of three bits: small enough to look at everything."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task, signs
from rnn_core.tasks.recall import draw_first_bit, of_two


def first_bit_3(length: int, text: str) -> Problem:
    """The first of three bits; all eight strings validate, and all must be right."""
    draws = partial(draw_first_bit, 3)
    return of_two("first_bit_3", 3, 3, draws, checks=eight_strings, solved_at=1.0)


def eight_strings(rng: np.random.Generator) -> Batch:
    """000, 001, … 111."""
    bits = np.arange(8) >> np.array([[2], [1], [0]]) & 1
    return Batch(signs(bits), bits[:1])


TASK = Task(
    label="first of 3 bits",
    question="Which bit came first, of three?",
    source="the smallest long-term dependency; Bengio, Simard, Frasconi 1994",
    loss="cross_entropy",
    length_label="bits",
    lengths=(3, 3),
    default_length=3,
    make=first_bit_3,
)
