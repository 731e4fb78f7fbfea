"""The learning rate raised against vanishing: one factor for all lags."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.studies.mistakes.mistake import Measured, Mistake
from rnn_core.studies.whole_gradient import whole_gradient

RATE, RAISED = 0.01, 100.0
CONFIG = RNNConfig(gain=0.9, hidden_size=32, batch_size=8)


def run(mistaken: bool) -> tuple[Measured, ...]:
    """The step that a rate makes, and the older half's share of it."""
    flow = gradient_flow(CONFIG)
    rate = RATE * (RAISED if mistaken else 1.0)
    step = rate * whole_gradient(flow).norm
    old = float(flow.shares[: CONFIG.seq_len // 2].sum())
    return (
        Measured("share of the older half", old, spoken.percent(old)),
        Measured("length of the step", step, spoken.number(step)),
        Measured("learning rate", rate, spoken.exact(rate)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"The older half of the steps has {wrong[0].said} of the update at a rate of "
        f"{wrong[2].said}, and {right[0].said} at {right[2].said}; but the step is {wrong[1].said} "
        f"long instead of {right[1].said}."
    )


MISTAKE = Mistake(
    label="A higher learning rate against vanishing",
    story="The gradient of old steps is too small, so the rate is raised. It multiplies the terms "
    "of all steps alike: what was ten thousand times smaller still is.",
    wrong="optimizer = SGD(params, lr=1.0)  # “the gradient is so small”",
    right="# change what a step back does: initialisation, gates, cell, length",
    run=run,
    cost=cost,
    page="clipping",
    settings="gain=0.9",
)
