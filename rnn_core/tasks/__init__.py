"""Tasks: what a network can be asked to learn, by name."""

from __future__ import annotations

import numbers

from rnn_core.tasks import recall, text
from rnn_core.tasks.problem import Batch, Problem, Task
from rnn_core.tasks.scores import accuracy, loss_and_direct

__all__ = ["TASKS", "Batch", "Problem", "Task", "accuracy", "loss_and_direct", "problem"]

_HS97 = "Hochreiter, Schmidhuber 1997"

TASKS: dict[str, Task] = {
    "first_bit_3": Task(
        label="first of 3 bits",
        question="Which bit came first, of three?",
        source="the smallest long-term dependency; Bengio, Simard, Frasconi 1994",
        loss="cross_entropy",
        length_label="bits",
        lengths=(3, 3),
        default_length=3,
        make=recall.first_bit_3,
    ),
    "first_bit": Task(
        label="first of many bits",
        question="Which bit came first, of many?",
        source="latching, Bengio, Simard, Frasconi 1994",
        loss="cross_entropy",
        length_label="bits",
        lengths=(2, 1000),
        default_length=30,
        make=recall.first_bit,
    ),
    "copy": Task(
        label="copy",
        question="What were the ten symbols, in order, when the delimiter asks for them?",
        source=f"{_HS97}; Arjovsky, Shah, Bengio 2016",
        loss="cross_entropy",
        length_label="delay (steps)",
        lengths=(1, 980),
        default_length=10,
        make=recall.copy,
    ),
    "adding": Task(
        label="adding",
        question="What is the sum of the two marked numbers?",
        source=f"{_HS97}; Arjovsky, Shah, Bengio 2016",
        loss="squared_error",
        length_label="steps",
        lengths=(4, 1000),
        default_length=30,
        make=recall.adding,
    ),
    "temporal_order": Task(
        label="temporal order",
        question="Which of X and Y came first, and which second?",
        source=f"{_HS97}, task 6a",
        loss="cross_entropy",
        length_label="steps",
        lengths=(10, 1000),
        default_length=30,
        make=recall.temporal_order,
    ),
    "parity": Task(
        label="delayed parity",
        question="Was the number of ones among the three bits odd, before the silence?",
        source="delayed three-bit parity, Bertschinger, Natschläger 2004",
        loss="cross_entropy",
        length_label="delay (steps)",
        lengths=(1, 997),
        default_length=10,
        make=recall.parity,
    ),
    "hello": Task(
        label='"hello world! "',
        question='Which character comes next, in "hello world! " over and over?',
        source="character model, Elman 1990",
        loss="cross_entropy",
        length_label="characters",
        lengths=(2, 200),
        default_length=26,
        make=text.hello,
    ),
    "text": Task(
        label="Alice in Wonderland",
        question="Which character comes next, in the opening of Alice's Adventures in Wonderland?",
        source="Lewis Carroll 1865; character model, Sutskever, Martens, Hinton 2011",
        loss="cross_entropy",
        length_label="characters",
        lengths=(2, 200),
        default_length=40,
        make=text.shipped,
    ),
    "pasted": Task(
        label="your text",
        question="Which character comes next, in your text?",
        source="character model, Sutskever, Martens, Hinton 2011",
        loss="cross_entropy",
        length_label="characters",
        lengths=(2, 200),
        default_length=30,
        make=text.pasted,
        uses_text=True,
    ),
}


def problem(task: str, length: int, text: str = "") -> Problem:
    """The task of that name at that length.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    low, high = TASKS[task].lengths
    if not isinstance(length, numbers.Integral) or isinstance(length, bool):
        raise TypeError(f"length must be a whole number, got {length!r}")
    if not low <= length <= high:
        raise ValueError(f"length must be from {low} to {high} for task={task!r}, got {length!r}")
    return TASKS[task].make(int(length), text)
