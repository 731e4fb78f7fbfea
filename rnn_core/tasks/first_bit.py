"""The first of many bits."""

from __future__ import annotations

from functools import partial

from rnn_core.tasks.problem import Problem, Task
from rnn_core.tasks.recall import draw_first_bit, of_two


def first_bit(length: int, text: str) -> Problem:
    """The first of `length` bits."""
    return of_two("first_bit", length, length, partial(draw_first_bit, length))


TASK = Task(
    label="first of many bits",
    question="Which bit came first, of many?",
    source="latching, Bengio, Simard, Frasconi 1994",
    loss="cross_entropy",
    length_label="bits",
    lengths=(2, 1000),
    default_length=30,
    make=first_bit,
)
