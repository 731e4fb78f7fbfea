"""Scenes of training: a run that shows one thing, and often a second run to lay over it.

Both start from the same seed. The lessons hold for at least four of five seeds, unless said
otherwise, and on every processor: NumPy and OpenBLAS round differently from one to the next, and a
run in which errors grow parts from itself after some hundred updates. No lesson may rest on what
comes after that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rnn_core.registry import complete
from rnn_core.training.config import TrainConfig


@dataclass(frozen=True, kw_only=True)
class TrainScene:
    """name: for an address; label: on a button; lesson: one sentence on what to watch.

    versus: the run to compare with, if there is one. in_row: it stands in the row of buttons, not
    under "More scenes".
    """

    name: str
    label: str
    lesson: str
    config: TrainConfig
    versus: TrainConfig | None = None
    in_row: bool = False

    def __post_init__(self) -> None:
        complete(self)


def _scene(
    name: str,
    label: str,
    config: TrainConfig,
    lesson: str,
    *,
    in_row: bool = False,
    **other: object,
) -> TrainScene:
    """A scene; `other` is what the second run has different."""
    versus = replace(config, **other) if other else None
    return TrainScene(
        name=name, label=label, lesson=lesson, config=config, versus=versus, in_row=in_row
    )


SCENES: tuple[TrainScene, ...] = (
    _scene(
        "three_bits",
        "First lesson: 3 bits",
        TrainConfig(task="first_bit_3", length=3, hidden_size=8, learning_rate=0.01, steps=300),
        "Eight strings, and the first bit is the answer: a vanilla RNN gets all of them right "
        "within a hundred updates.",
        in_row=True,
    ),
    _scene(
        "near_and_far",
        "Learns the near, not the far",
        TrainConfig(
            task="copy",
            length=10,
            init="gaussian",
            hidden_size=64,
            learning_rate=0.01,
            steps=500,
        ),
        "The loss comes down to the baseline and stays: when to be silent is soon learned, what to "
        "repeat never; a linear recurrent unit learns both.",
        in_row=True,
        cell="lru",
    ),
    # A start chosen because rounding errors stay small until the spike, so that the course is the
    # same on every processor; after it nearly all units are off, for good. From most other seeds
    # such a spike comes too, and the run recovers.
    _scene(
        "spike",
        "Fine, then a spike",
        TrainConfig(
            length=10,
            activation="relu",
            input_gain=0.3,
            hidden_size=24,
            optimizer="momentum",
            learning_rate=0.03,
            clip="none",
            steps=600,
            seed=6,
        ),
        "For hundreds of updates the loss falls, then one gradient is many times the usual size, "
        "and what was learned is lost; clipped at norm 1, the same start solves the task.",
        in_row=True,
        clip="norm",
    ),
    # A matter of chance by its nature: of five seeds three end differently. With this one it is
    # decided early, while the rounding errors, which grow like the hair, are still far from it.
    _scene(
        "hair",
        "A hair's breadth",
        TrainConfig(
            task="temporal_order",
            length=20,
            hidden_size=24,
            optimizer="momentum",
            learning_rate=0.02,
            clip="none",
            steps=300,
            seed=2,
        ),
        "One seed, and learning rates of 0.02 and 0.02002: the curves are one for some sixty "
        "updates, then one run solves the task, and the other falls back to guessing.",
        in_row=True,
        learning_rate=0.02002,
    ),
    _scene(
        "clip_norm",
        "Clipping saves a run",
        TrainConfig(
            task="temporal_order",
            length=20,
            activation="linear",
            hidden_size=24,
            optimizer="sgd",
            learning_rate=0.1,
            clip="none",
            steps=600,
        ),
        "Without clipping the run soon ends in numbers too large for float64; clipped at norm 1, "
        "the same start solves the task.",
        in_row=True,
        clip="norm",
    ),
    _scene(
        "clip_value",
        "By value: another direction",
        TrainConfig(
            task="temporal_order",
            length=20,
            activation="linear",
            gain=1.5,
            hidden_size=24,
            optimizer="sgd",
            learning_rate=0.1,
            clip="value",
            clip_value=0.1,
            steps=600,
        ),
        "Both ways of clipping solve it, but by value the applied gradient no longer points where "
        "the raw one does: watch the cosine, which by norm is 1.",
        clip="norm",
    ),
    _scene(
        "clip_low",
        "A threshold too low",
        TrainConfig(
            task="temporal_order",
            length=20,
            hidden_size=24,
            optimizer="sgd",
            learning_rate=0.1,
            max_norm=0.01,
            steps=600,
        ),
        "Every gradient is clipped, to a small part of its length, and the loss hardly moves; at a "
        "threshold of 1 the task is solved.",
        max_norm=1.0,
    ),
    _scene(
        "slow",
        "A learning rate too small",
        TrainConfig(task="hello", length=26, hidden_size=24, learning_rate=1e-5, steps=600),
        "Nothing is wrong with the gradient, and the loss does fall, but a learning rate three "
        "hundred times as large has it solved within a hundred updates.",
        learning_rate=0.003,
    ),
    _scene(
        "orthogonal",
        "Orthogonal against small",
        TrainConfig(
            task="temporal_order", length=30, hidden_size=32, learning_rate=0.003, steps=1000
        ),
        "An orthogonal W_h solves it in a few hundred updates; with small random weights the loss "
        "stays at the baseline.",
        in_row=True,
        init="small",
    ),
    _scene(
        "forget_bias",
        "An open forget gate",
        TrainConfig(
            task="first_bit",
            length=30,
            cell="lstm",
            forget_bias=3.0,
            hidden_size=24,
            learning_rate=0.01,
            steps=500,
        ),
        "With a forget bias of 3 the LSTM has the first of 30 bits within a hundred updates; with "
        "0 it still guesses after 500.",
        forget_bias=0.0,
    ),
    _scene(
        "truncation",
        "The price of truncation",
        TrainConfig(
            task="temporal_order",
            length=30,
            hidden_size=32,
            learning_rate=0.003,
            truncation=10,
            steps=1000,
            seed=5,
        ),
        "In a window of 10 steps no gradient reaches the symbols that count, which are further "
        "back, and the task is not solved; the full gradient solves it.",
        truncation=0,
    ),
    _scene(
        "curriculum",
        "Short first",
        TrainConfig(
            task="first_bit",
            length=30,
            hidden_size=32,
            learning_rate=0.003,
            curriculum=True,
            steps=1000,
        ),
        "Beginning with 4 bits and lengthening whenever it is solved, it has all 30 within a few "
        "hundred updates; with 30 from the start it guesses to the end.",
        curriculum=False,
    ),
    _scene(
        "omega",
        "Ω keeps the gradient alive",
        TrainConfig(
            task="first_bit",
            length=20,
            init="gaussian",
            gain=0.5,
            hidden_size=32,
            learning_rate=0.003,
            omega=5.0,
            steps=600,
        ),
        "Ω presses W_h until a gradient keeps its length on the way back, and then the first bit "
        "is learned; without it next to nothing reaches step 1, and the network guesses.",
        omega=0.0,
    ),
    _scene(
        "adding",
        "Adding, by a GRU",
        TrainConfig(cell="gru", hidden_size=24, learning_rate=0.01, steps=600),
        "Always answering 1 costs 1/6, the baseline; within a few hundred updates the loss is "
        "below 0.02: the two marked numbers of 30 are found and added.",
    ),
    _scene(
        "hello",
        "hello world!",
        TrainConfig(task="hello", length=26, hidden_size=24, learning_rate=0.003, steps=400),
        "Without memory 69 % of the characters can be right; within a hundred updates or so the "
        "network has them all.",
    ),
)
