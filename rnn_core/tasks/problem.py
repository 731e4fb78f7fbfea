"""What a network is asked to learn: a Task at one length is a Problem, which draws Batches.

T time, B batch, I input, O output; the loss is taken over the last K steps, 1 or T of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_core.network.streams import STREAM_VALIDATION, stream
from rnn_core.registry import complete

VALIDATION_SIZE = 128  # sequences


@dataclass(frozen=True, eq=False)
class Batch:
    """Sequences and what is to be said of their last K steps."""

    x: np.ndarray  # (T, B, I) float64
    target: np.ndarray  # (K, B) int64 for "cross_entropy", (K, B, O) float64 for "squared_error"


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A task at one length.

    length: the difficulty as the user sets it (bits, delay, steps). loss_steps: K, 1 or T.
    scored_steps: accuracy counts the last so many steps. loss: "cross_entropy" (nats) or
    "squared_error", a mean over the K steps and the batch.
    baseline, baseline_accuracy: of the best predictor without memory, which sees x_t (and knows t),
    and how often each answer is right; the accuracy is None for squared_error.
    solved_by: "accuracy" or "loss": which of the two, on the validation set, says that it is
    learned once it reaches solved_at.
    encoding: how to read x: "bits" (one input, 0 as -1 and 1 as +1, silence as 0), "one_hot" (one
    input per symbol), "marked" (a value and its marker). symbols, classes: the names of what goes
    in and of what comes out, in order; characters stand for themselves.
    guess: what the best predictor without memory does, after "the best possible is …, ", where it
    is not simply to guess. characters: whether it is the model of a text, each answer the symbol
    that comes next. held_out: whether the validation set is text that is not trained on.
    """

    task: str
    length: int
    seq_len: int
    input_size: int
    output_size: int
    loss: str
    loss_steps: int
    scored_steps: int
    baseline: float
    baseline_accuracy: float | None
    solved_at: float
    solved_by: str
    encoding: str
    symbols: tuple[str, ...]
    classes: tuple[str, ...]
    draws: Callable[[np.random.Generator, int], Batch]
    checks: Callable[[np.random.Generator], Batch] | None = None
    guess: str = ""
    characters: bool = False
    held_out: bool = False

    def draw(self, rng: np.random.Generator, batch_size: int) -> Batch:
        """`batch_size` training sequences."""
        return self.draws(rng, batch_size)

    def validation(self, seed: int) -> Batch:
        """The sequences that tell whether it is learned, always the same for a seed.

        Their random numbers are not those of training; short sequences are few, though, and those
        of 3 bits are all here.
        """
        rng = stream(seed, STREAM_VALIDATION)
        return self.checks(rng) if self.checks else self.draws(rng, VALIDATION_SIZE)

    def solved(self, loss: float, accuracy: float) -> bool:
        """Whether a validation loss and accuracy say so; never if what counts is NaN."""
        if self.solved_by == "loss":
            return bool(loss <= self.solved_at)
        return bool(accuracy >= self.solved_at)

    def written(self, x: np.ndarray) -> list[str]:
        """One sequence x (T, I) as text, one string per step."""
        if self.encoding == "one_hot":
            return [self.symbols[i] for i in x.argmax(axis=1)]
        if self.encoding == "bits":
            # A silent step's 0 is the last of the symbols, where there is one.
            return [self.symbols[-1 if v == 0 else int(v > 0)] for v in x[:, 0]]
        return [f"{value:.2f}{'*' if marker else ''}" for value, marker in x]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What can be learned, by its name on screen; `make(length, text)` is its Problem.

    question: what the network is asked, in one sentence. length_label: what its length counts.
    lengths: the shortest and the longest. uses_text: whether it learns the user's text.
    """

    label: str
    question: str
    source: str
    loss: str
    length_label: str
    lengths: tuple[int, int]
    default_length: int
    make: Callable[[int, str], Problem]
    uses_text: bool = False

    def __post_init__(self) -> None:
        complete(self)


@lru_cache(maxsize=64)
def _identity(size: int) -> np.ndarray:
    return np.eye(size)


def one_hot(codes: np.ndarray, size: int) -> np.ndarray:
    """x (T, B, size) for codes (T, B): 1 at the code, 0 elsewhere."""
    return _identity(size).take(codes, axis=0)


def signs(bits: np.ndarray) -> np.ndarray:
    """x (T, B, 1) for bits (T, B): -1 for 0, +1 for 1."""
    return (2.0 * bits - 1.0)[..., None]
