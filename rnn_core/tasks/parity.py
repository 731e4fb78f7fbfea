"""Delayed parity of three bits."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, Task, signs
from rnn_core.tasks.recall import of_two

PARITY_BITS = 3


def parity(length: int, text: str) -> Problem:
    """Whether the ones among three bits are odd in number, after `length` steps of silence.

    Silence is an input of 0, neither bit. T = 3 + length.
    """
    symbols = ("0", "1", "·")
    draws = partial(draw_parity, length)
    return of_two("parity", length, PARITY_BITS + length, draws, symbols=symbols)


def draw_parity(length: int, rng: np.random.Generator, B: int) -> Batch:
    bits = rng.integers(0, 2, (PARITY_BITS, B))
    x = np.zeros((PARITY_BITS + length, B, 1))
    x[:PARITY_BITS] = signs(bits)
    return Batch(x, bits.sum(axis=0, keepdims=True) % 2)


TASK = Task(
    label="delayed parity",
    question="Was the number of ones among the three bits odd, before the silence?",
    source="delayed three-bit parity, Bertschinger, Natschläger 2004",
    loss="cross_entropy",
    length_label="delay (steps)",
    lengths=(1, 997),
    default_length=10,
    make=parity,
)
