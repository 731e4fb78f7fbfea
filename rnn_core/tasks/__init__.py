"""The tasks, by name: what a network can be asked to learn. One file each.

To add one: a file here that holds TASK, and its name below, where menus show it.
"""

from __future__ import annotations

import numbers

from rnn_core.registry import load
from rnn_core.tasks.problem import Batch, Problem, Task
from rnn_core.tasks.scores import accuracy, loss_and_direct

__all__ = ["TASKS", "Batch", "Problem", "Task", "accuracy", "loss_and_direct", "problem"]

TASKS: dict[str, Task] = load(
    __name__,
    (
        "first_bit_3",
        "first_bit",
        "copy",
        "adding",
        "temporal_order",
        "parity",
        "hello",
        "text",
        "pasted",
    ),
    "TASK",
    Task,
)


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
