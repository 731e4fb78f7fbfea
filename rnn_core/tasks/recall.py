"""Tasks that ask for something seen before: bits, symbols, numbers, at a distance that is set.

In all of them the last input says nothing about the answer, so a network without memory can only
guess.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_core.tasks.problem import Batch, Problem, one_hot, signs

NEARLY = 0.99
ADDING_SOLVED = 0.02  # mean squared error, of 1/6 without memory

COPIED, CATEGORIES = 10, 8
BLANK, DELIMITER = CATEGORIES, CATEGORIES + 1
PARITY_BITS = 3
X, Y, DISTRACTORS = 0, 1, "abcd"

_BITS = {"encoding": "bits", "symbols": ("0", "1"), "input_size": 1}
_ONE_ANSWER = {"loss": "cross_entropy", "loss_steps": 1, "scored_steps": 1, "solved_by": "accuracy"}


def _of_two(task: str, length: int, seq_len: int, draws, **more) -> Problem:
    """A problem with bits as input and one bit as answer, at the last step."""
    settings = {"solved_at": NEARLY} | _BITS | _ONE_ANSWER | more
    return Problem(
        task=task,
        length=length,
        seq_len=seq_len,
        output_size=2,
        baseline=float(np.log(2.0)),
        baseline_accuracy=0.5,
        classes=("0", "1"),
        draws=draws,
        **settings,
    )


# -- the first bit


def first_bit_3(length: int, text: str) -> Problem:
    """The first of three bits; all eight strings validate, and all must be right."""
    draws = partial(draw_first_bit, 3)
    return _of_two("first_bit_3", 3, 3, draws, checks=eight_strings, solved_at=1.0)


def first_bit(length: int, text: str) -> Problem:
    """The first of `length` bits."""
    return _of_two("first_bit", length, length, partial(draw_first_bit, length))


def draw_first_bit(T: int, rng: np.random.Generator, B: int) -> Batch:
    bits = rng.integers(0, 2, (T, B))
    return Batch(signs(bits), bits[:1])


def eight_strings(rng: np.random.Generator) -> Batch:
    """000, 001, … 111."""
    bits = np.arange(8) >> np.array([[2], [1], [0]]) & 1
    return Batch(signs(bits), bits[:1])


# -- delayed parity


def parity(length: int, text: str) -> Problem:
    """Whether the ones among three bits are odd in number, after `length` steps of silence.

    Silence is an input of 0, neither bit. T = 3 + length.
    """
    symbols = ("0", "1", "·")
    draws = partial(draw_parity, length)
    return _of_two("parity", length, PARITY_BITS + length, draws, symbols=symbols)


def draw_parity(length: int, rng: np.random.Generator, B: int) -> Batch:
    bits = rng.integers(0, 2, (PARITY_BITS, B))
    x = np.zeros((PARITY_BITS + length, B, 1))
    x[:PARITY_BITS] = signs(bits)
    return Batch(x, bits.sum(axis=0, keepdims=True) % 2)


# -- temporal order


def temporal_order(length: int, text: str) -> Problem:
    """Which of X and Y came first and which second, among a, b, c, d. T = length.

    Counted from 0, the first is at one of the steps T/10 to T/5, the second at T/2 to 3T/5.
    """
    return Problem(
        task="temporal_order",
        length=length,
        seq_len=length,
        input_size=6,
        output_size=4,
        baseline=float(np.log(4.0)),
        baseline_accuracy=0.25,
        solved_at=NEARLY,
        encoding="one_hot",
        symbols=("X", "Y", *DISTRACTORS),
        classes=("X X", "X Y", "Y X", "Y Y"),
        draws=partial(draw_temporal_order, length),
        **_ONE_ANSWER,
    )


def draw_temporal_order(T: int, rng: np.random.Generator, B: int) -> Batch:
    codes = rng.integers(2, 2 + len(DISTRACTORS), (T, B))
    which = rng.integers(X, Y + 1, (2, B))
    sequences = np.arange(B)
    codes[rng.integers(T // 10, T // 5 + 1, B), sequences] = which[0]
    codes[rng.integers(T // 2, 3 * T // 5 + 1, B), sequences] = which[1]
    return Batch(one_hot(codes, 2 + len(DISTRACTORS)), 2 * which[:1] + which[1:])


# -- adding


def adding(length: int, text: str) -> Problem:
    """The sum of the two marked numbers of U(0, 1), one in each half. T = length.

    The last step is never marked: it would give one of the two away. Without memory the best
    answer is 1, and its mean squared error the variance of the sum, 1/6.
    """
    return Problem(
        task="adding",
        length=length,
        seq_len=length,
        input_size=2,
        output_size=1,
        loss="squared_error",
        loss_steps=1,
        scored_steps=1,
        baseline=1.0 / 6.0,
        baseline_accuracy=None,
        solved_at=ADDING_SOLVED,
        solved_by="loss",
        encoding="marked",
        symbols=("value", "marker"),
        classes=("sum",),
        draws=partial(draw_adding, length),
    )


def draw_adding(T: int, rng: np.random.Generator, B: int) -> Batch:
    x = np.zeros((T, B, 2))
    x[..., 0] = rng.random((T, B))
    sequences, half = np.arange(B), T // 2
    first, second = rng.integers(0, half, B), rng.integers(half, T - 1, B)
    x[first, sequences, 1] = x[second, sequences, 1] = 1.0
    total = x[first, sequences, 0] + x[second, sequences, 0]
    return Batch(x, total[None, :, None])


# -- copy


def copy(length: int, text: str) -> Problem:
    """Ten symbols of eight kinds, to be repeated after `length` steps; T = length + 20.

    Of these `length` steps all are blank but the last, a delimiter, and ten blanks follow. Blank
    has to be said until the answer is due. Without memory, but with a clock, only the ten answers
    are guesses: 10·ln 8 over T steps.
    """
    return Problem(
        task="copy",
        length=length,
        seq_len=length + 2 * COPIED,
        input_size=CATEGORIES + 2,
        output_size=CATEGORIES + 1,
        loss="cross_entropy",
        loss_steps=length + 2 * COPIED,
        scored_steps=COPIED,
        baseline=float(COPIED * np.log(CATEGORIES)) / (length + 2 * COPIED),
        baseline_accuracy=1.0 / CATEGORIES,
        solved_at=NEARLY,
        solved_by="accuracy",
        encoding="one_hot",
        symbols=(*"ABCDEFGH", "·", "|"),
        classes=(*"ABCDEFGH", "·"),
        draws=partial(draw_copy, length),
    )


def draw_copy(length: int, rng: np.random.Generator, B: int) -> Batch:
    symbols = rng.integers(0, CATEGORIES, (COPIED, B))
    codes = np.full((length + 2 * COPIED, B), BLANK)
    target = codes.copy()
    codes[:COPIED] = target[-COPIED:] = symbols
    codes[-COPIED - 1] = DELIMITER
    return Batch(one_hot(codes, CATEGORIES + 2), target)
