"""The text that comes with the app, character by character."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rnn_core.tasks.characters import of_text
from rnn_core.tasks.problem import Problem, Task

# The opening of "Alice's Adventures in Wonderland" by Lewis Carroll, 1865: in the public domain.
ALICE = Path(__file__).parent / "data" / "alice.txt"
PUNCTUATION = " .,;:!?'-"


@lru_cache(maxsize=1)
def alice() -> str:
    """The text that comes with the app: lower-case letters, a blank and a few marks."""
    lower = " ".join(ALICE.read_text(encoding="utf-8").lower().split())
    return "".join(c for c in lower if c in PUNCTUATION or "a" <= c <= "z")


def shipped(length: int, text: str) -> Problem:
    """The opening of Alice in Wonderland."""
    return of_text("text", alice(), length)


TASK = Task(
    label="Alice in Wonderland",
    question="Which character comes next, in the opening of Alice's Adventures in Wonderland?",
    source="Lewis Carroll 1865; character model, Sutskever, Martens, Hinton 2011",
    loss="cross_entropy",
    length_label="characters",
    lengths=(2, 200),
    default_length=40,
    make=shipped,
)
