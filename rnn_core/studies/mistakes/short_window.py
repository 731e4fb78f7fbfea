"""Truncation shorter than the lag: what matters is out of reach of the gradient."""

from __future__ import annotations

from dataclasses import replace

from rnn_core.numbers import spoken
from rnn_core.studies.mistakes.mistake import Measured, Mistake
from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import Trainer

WINDOW, LENGTH = 5, 20
CONFIG = TrainConfig(
    task="temporal_order",
    length=LENGTH,
    hidden_size=16,
    learning_rate=0.01,
    steps=300,
    seed=5,
)


def run(mistaken: bool) -> tuple[Measured, ...]:
    """A training on symbols that lie far apart, the gradient cut every WINDOW steps or not."""
    trainer = Trainer(replace(CONFIG, truncation=WINDOW) if mistaken else CONFIG)
    while trainer.step():
        pass
    record = trainer.history.read()
    loss, best = float(record.loss[-1]), record.best_accuracy
    return (
        Measured("best share of right answers", best, spoken.percent(best)),
        Measured("loss at the end", loss, spoken.number(loss)),
        Measured("updates", record.steps, str(record.steps)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"Two symbols among {LENGTH} are asked for, and the gradient goes back {WINDOW} steps: "
        f"{wrong[0].said} right at best, where guessing has 25 %; with the whole gradient "
        f"{right[0].said}."
    )


MISTAKE = Mistake(
    label="A window shorter than the lag",
    story="The gradient is cut every k steps to save memory, and k is chosen by what fits. Nothing "
    "teaches the network to store what lies further back: it makes do with what its state happens "
    "to hold.",
    wrong="h = h.detach()  # every 5 steps, where what counts lies further back",
    right="h = h.detach()  # every k steps, k longer than the longest lag that counts",
    run=run,
    cost=cost,
    page="training",
    settings="task=temporal_order&length=20&hidden_size=16&learning_rate=0.01&steps=300&seed=5"
    "&truncation=5",
)
