"""Character tasks: which character comes next, in windows of a text at random places."""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from rnn_core.problem import VALIDATION_SIZE, Batch, Problem, one_hot

HELLO = "hello world! "
# The opening of "Alice's Adventures in Wonderland" by Lewis Carroll, 1865: in the public domain.
ALICE = Path(__file__).parent / "data" / "alice.txt"
PUNCTUATION = " .,;:!?'-"

TEXT_LIMITS = (40, 20_000)  # characters of a pasted text
DIFFERENT_LIMITS = (2, 64)  # different ones
HELD_OUT = 10  # the last tenth of a text validates
ALMOST_ALWAYS = 0.99


# -- texts


@lru_cache(maxsize=1)
def alice() -> str:
    """The text that comes with the app: lower-case letters, a blank and a few marks."""
    lower = " ".join(ALICE.read_text(encoding="utf-8").lower().split())
    return "".join(c for c in lower if c in PUNCTUATION or "a" <= c <= "z")


def cleaned(text: str) -> str:
    """A pasted text without what cannot be shown.

    Line ends become one newline, tabs blanks; other control, format and half characters go; accents
    join their letters (NFC); blanks and newlines at both ends go.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n").replace("\t", " ")
    kept = (c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def checked(text: str) -> str:
    """`text` cleaned; ValueError if it is too short, too long, or of too few or many characters."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a text, got {text!r}")
    text = cleaned(text)
    low, high = TEXT_LIMITS
    if not low <= len(text) <= high:
        raise ValueError(f"text must be from {low} to {high} characters long, got {len(text)}")
    low, high = DIFFERENT_LIMITS
    if not low <= (different := len(set(text))) <= high:
        raise ValueError(
            f"text must have from {low} to {high} different characters, got {different}"
        )
    return text


# -- problems


def hello(length: int, text: str) -> Problem:
    """ "hello world! " over and over. Two characters always decide the third.

    All 13 windows validate. The first step of a window, which has seen one character, is not
    scored.
    """
    repeated = (HELLO * (length // len(HELLO) + 2))[: length + len(HELLO)]
    return _problem("hello", repeated, length, solved_at=ALMOST_ALWAYS, solved_by="accuracy")


def shipped(length: int, text: str) -> Problem:
    return _of_text("text", alice(), length)


def pasted(length: int, text: str) -> Problem:
    return _of_text("pasted", checked(text), length)


def _of_text(task: str, text: str, length: int) -> Problem:
    if len(text) < length + 1:
        raise ValueError(
            f"length must be at most {len(text) - 1} for a text of {len(text)} characters, "
            f"got {length}"
        )
    return _problem(task, text, length, solved_by="loss")


def _problem(task: str, text: str, length: int, *, solved_by: str, solved_at=None) -> Problem:
    alphabet, codes = encoded(text)
    end = len(codes) - len(codes) // HELD_OUT
    held_out = len(codes) - end >= 2 * (length + 1)
    trained, held = (codes[:end], codes[end:]) if held_out else (codes, codes)
    counts = pair_counts(trained, length, len(alphabet))
    baseline, share = without_memory(counts)
    return Problem(
        task=task,
        length=length,
        seq_len=length,
        input_size=len(alphabet),
        output_size=len(alphabet),
        loss="cross_entropy",
        loss_steps=length,
        scored_steps=max(length - 1, 1),
        baseline=baseline,
        baseline_accuracy=share,
        solved_at=baseline if solved_at is None else solved_at,
        solved_by=solved_by,
        encoding="one_hot",
        symbols=tuple(alphabet),
        classes=tuple(alphabet),
        draws=partial(draw_windows, trained, length, len(alphabet)),
        checks=partial(validation_windows, held, length, len(alphabet)),
        held_out=held_out,
    )


@lru_cache(maxsize=8)
def encoded(text: str) -> tuple[str, np.ndarray]:
    """The different characters of a text, in order, and the text as indices of them."""
    alphabet = "".join(sorted(set(text)))
    index = {c: i for i, c in enumerate(alphabet)}
    codes = np.array([index[c] for c in text])
    codes.setflags(write=False)
    return alphabet, codes


def windows(codes: np.ndarray, starts: np.ndarray, length: int, size: int) -> Batch:
    """The windows of `length` characters at `starts` (B,), and the characters that follow each."""
    seen = codes[starts + np.arange(length + 1)[:, None]]
    return Batch(one_hot(seen[:-1], size), seen[1:])


def draw_windows(
    codes: np.ndarray, length: int, size: int, rng: np.random.Generator, B: int
) -> Batch:
    return windows(codes, rng.integers(0, len(codes) - length, B), length, size)


def validation_windows(
    codes: np.ndarray, length: int, size: int, rng: np.random.Generator
) -> Batch:
    """All windows, or as many drawn ones as validation has."""
    if len(codes) - length > VALIDATION_SIZE:
        return draw_windows(codes, length, size, rng, VALIDATION_SIZE)
    return windows(codes, np.arange(len(codes) - length), length, size)


# -- what can be known without memory


def pair_counts(codes: np.ndarray, length: int, size: int) -> np.ndarray:
    """How often each character follows each (now, next) in all windows of a text."""
    pairs = len(codes) - 1
    place = np.arange(pairs)
    # A pair is in as many windows as reach over it: fewer at both ends of the text.
    reach = np.minimum(np.minimum(place + 1, pairs - place), min(length, pairs - length + 1))
    flat = np.bincount(codes[:-1] * size + codes[1:], weights=reach, minlength=size * size)
    return flat.reshape(size, size)


def without_memory(counts: np.ndarray) -> tuple[float, float]:
    """H(next | now) in nats, and how often the likeliest next character is right."""
    total = counts.sum()
    now = counts.sum(axis=1, keepdims=True)
    some = counts > 0
    share = np.divide(counts, now, where=some, out=np.ones_like(counts))
    return float(-(counts * np.log(share)).sum() / total), float(counts.max(axis=1).sum() / total)
