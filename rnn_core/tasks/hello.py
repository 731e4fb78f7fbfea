"""The characters of "hello world! " over and over."""

from __future__ import annotations

from rnn_core.tasks.characters import of_text
from rnn_core.tasks.problem import Problem, Task

HELLO = "hello world! "


def hello(length: int, text: str) -> Problem:
    """ "hello world! " over and over: two characters always decide the third. All 13 windows."""
    return of_text("hello", (HELLO * (length // len(HELLO) + 2))[: length + len(HELLO)], length)


TASK = Task(
    label='"hello world! "',
    question='Which character comes next, in "hello world! " over and over?',
    source="character model, Elman 1990",
    loss="cross_entropy",
    length_label="characters",
    lengths=(2, 200),
    default_length=26,
    make=hello,
)
