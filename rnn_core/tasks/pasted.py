"""The user's own text, character by character."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rnn_core.limits import DIFFERENT_LIMITS, TEXT_LIMITS
from rnn_core.tasks.characters import of_text
from rnn_core.tasks.problem import Problem, Task


@lru_cache(maxsize=8)
def cleaned(text: str) -> str:
    """A pasted text without what cannot be shown.

    Line ends of any kind become newlines, tabs and other blanks a blank; control and format
    characters go; accents join their letters (NFC); blanks and newlines at both ends go.
    """
    text = "\n".join(text.splitlines())
    text = "".join(" " if c.isspace() and c != "\n" else c for c in text)
    kept = (c for c in text if c == "\n" or not unicodedata.category(c).startswith("C"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def checked(text: str) -> str:
    """`text` cleaned; ValueError if it is too short, too long, or of too few or many characters."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r}")
    low, high = TEXT_LIMITS
    # What is far too long is not worth cleaning.
    text = text if len(text) > 2 * high else cleaned(text)
    if not low <= len(text) <= high:
        raise ValueError(f"text must be from {low} to {high} characters long, got {len(text)}")
    low, high = DIFFERENT_LIMITS
    if not low <= (different := len(set(text))) <= high:
        raise ValueError(
            f"text must have from {low} to {high} different characters, got {different}"
        )
    return text


def pasted(length: int, text: str) -> Problem:
    """The user's text, once it is `checked`."""
    return of_text("pasted", checked(text), length)


TASK = Task(
    label="your text",
    question="Which character comes next, in your text?",
    source="character model, Sutskever, Martens, Hinton 2011",
    loss="cross_entropy",
    length_label="characters",
    lengths=(2, 200),
    default_length=30,
    make=pasted,
    uses_text=True,
)
