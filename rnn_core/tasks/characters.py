"""What character tasks share: what comes next, in windows of a text at random places."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np

from rnn_core.tasks.problem import VALIDATION_SIZE, Batch, Problem, one_hot

HELD_OUT_FROM = 4000  # characters: the last tenth of a text this long validates
HELD_OUT = 10
NEARLY = 0.99
SURE = 0.05  # nats: no network gets to 0, the baseline of a text like "ababab"


@lru_cache(maxsize=32)
def of_text(task: str, text: str, length: int) -> Problem:
    """Windows of `length` characters of `text`, and at every step the next character.

    The first step of a window, which has seen one character only, is not scored. Of a long text the
    last tenth validates, and solved means: a lower loss there than any predictor without memory can
    have on the rest. A shorter text validates itself, and solved means: right as often as who
    knows, of that very text, what follows any two characters, within a hundredth.
    """
    if len(text) <= length:
        raise ValueError(
            f"length must be at most {len(text) - 1} for a text of {len(text)} characters, "
            f"got {length}"
        )
    alphabet, codes = encoded(text)
    size = len(alphabet)
    held_out = len(codes) >= HELD_OUT_FROM
    end = len(codes) - len(codes) // HELD_OUT * held_out
    baseline, share = known_from(codes[:end], 1, length, size)
    solved: dict[str, Any]
    if held_out:
        solved = {"solved_by": "loss", "solved_at": max(baseline, SURE)}
    else:
        two = known_from(codes, 2, length, size)[1]
        solved = {"solved_by": "accuracy", "solved_at": NEARLY * two}
    return Problem(
        task=task,
        length=length,
        seq_len=length,
        input_size=size,
        output_size=size,
        loss="cross_entropy",
        loss_steps=length,
        scored_steps=length - 1,
        baseline=baseline,
        baseline_accuracy=share,
        encoding="one_hot",
        symbols=tuple(alphabet),
        classes=tuple(alphabet),
        draws=partial(draw_windows, codes[:end], length, size),
        checks=partial(validation_windows, codes[end * held_out :], length, size),
        characters=True,
        held_out=held_out,
        **solved,
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


def known_from(codes: np.ndarray, memory: int, length: int, size: int) -> tuple[float, float]:
    """H(next | the last `memory` characters) in nats, and how often the likeliest one is right.

    Over all windows of `length` characters, at the steps that have seen so many.
    """
    context = codes[: len(codes) - memory].copy()
    for back in range(1, memory):
        context = context * size + codes[back : len(codes) - memory + back]
    steps = length - memory + 1
    place = np.arange(len(context))
    # A place is in as many windows as reach over it: fewer at both ends of the text.
    most = min(steps, len(context) - steps + 1)
    reach = np.minimum(np.minimum(place + 1, len(context) - place), most)
    flat = np.bincount(context * size + codes[memory:], reach, size ** (memory + 1))
    counts = flat.reshape(-1, size)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    entropy = -(counts * np.log(np.where(counts > 0.0, share, 1.0))).sum()
    return float(entropy / counts.sum()), float(counts.max(axis=1).sum() / counts.sum())
