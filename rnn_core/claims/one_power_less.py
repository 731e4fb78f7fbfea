"""0.9 per step over 100 steps is 0.9^99 ≈ 0.000027, 27,000 times smaller."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.claims.claim import FALSE, SAID, Claim, Curve, Found
from rnn_core.numbers import spoken
from rnn_core.settings import Number

DIGITS = 4  # so that one power more or less is told apart at every factor
CLOSE = math.log10(1.01)  # of what counts as the same number


def _digits(log10: float) -> float:
    """What is taken for "times smaller": 27,000 for 0.000027."""
    exponent = math.floor(log10)
    return 10.0 ** (log10 - 2 * exponent - 1)


def _run(factor: float, steps: int) -> Found:
    log = math.log10(factor)
    true, said = (steps - 1) * log, steps * log
    lags = np.arange(steps)
    power, said_power = (spoken.from_log10(log10, DIGITS) for log10 in (true, said))
    smaller = spoken.number(10.0**-true)
    return Found(
        holds=abs(true - said) < CLOSE,
        says=f"Between {steps} states there are {steps - 1} steps: "
        f"{factor:g}^{steps - 1} = {power}, {smaller} times smaller than 1. "
        f"{said_power} is {factor:g}^{steps}.",
        numbers=(
            (f"{factor:g}^{steps - 1}", said_power, power),
            ("times smaller", spoken.number(_digits(said)), smaller),
        ),
        curves=(
            Curve(f"{factor:g}^(k+1)", lags, (lags + 1) * log, SAID),
            Curve(f"{factor:g}^k", lags, lags * log),
        ),
        network={
            "activation": "linear",
            "init": "identity",
            "gain": factor,
            "seq_len": steps,
        },
    )


CLAIM = Claim(
    label="0.9 to the 99",
    statement="A factor of 0.9 a step over 100 steps is 0.9^99 ≈ 0.000027: 27,000 times smaller.",
    source="a tutorial’s worked example",
    answer=FALSE,
    controls=(
        Number(
            name="factor",
            label="factor per step",
            low=0.5,
            high=0.95,
            step=0.01,
            default=0.9,
            digits=2,
            help="What one step back multiplies by.",
        ),
        Number(
            name="steps",
            label="states",
            low=5,
            high=200,
            step=1,
            default=100,
            help="From h_1 to h_T; there is one step less than states.",
        ),
    ),
    run=_run,
    why="0.9^99 is 0.0000295, and 0.000027 is 0.9^100; and a number of 0.0000295 is 34,000 times "
    "smaller than 1, its reciprocal, not 27,000 times, its digits.",
    x_title="steps back k",
    y_title="what is left",
    cost=1e3,
)
