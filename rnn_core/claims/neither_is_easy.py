"""If the gradient neither vanishes nor explodes, training is easy."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.claims.claim import DEPENDS, OTHER, SAID, SEEN, Claim, Curve, Found
from rnn_core.claims.curves import times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers import spoken
from rnn_core.settings import Number
from rnn_core.studies.sensitivity import SENSITIVE, log10_sensitivity

GRID = 1.0 - np.logspace(-1.0, -3.3, 24)


def _run(modulus: float) -> Found:
    network: dict[str, Any] = {
        "cell": "lru",
        "lambda_low": modulus,
        "lambda_high": modulus,
        # As many steps as it remembers: the gradient arrives, whatever |λ| is.
        "seq_len": max(10, round(1.0 / (1.0 - modulus))),
        "hidden_size": 64,
        "batch_size": 1,
    }
    flow = gradient_flow(RNNConfig(**network))
    kappa = log10_sensitivity(flow)
    r = GRID**2
    law = np.log10(np.sqrt(r * (1 + r)) / (1 - r))
    bad = kappa >= SENSITIVE
    T = network["seq_len"]
    return Found(
        holds=not bad,
        says=f"Over {T - 1} steps back the gradient {VERDICTS[flow.verdict].it} "
        f"({times(flow.log10_ratio)}). A random change of 1 % in |λ| moves what the loss sees of "
        f"the state by {spoken.percent(10.0 ** (kappa - 2))} of itself"
        + (": more than there is." if bad else "."),
        numbers=(
            ("gradient that arrives", "the danger", times(flow.log10_ratio)),
            ("output moved by 1 % in |λ|", "not looked at", spoken.percent(10.0 ** (kappa - 2))),
        ),
        curves=(
            Curve("closed form, long sequence", -np.log10(1.0 - GRID), law, OTHER),
            Curve(
                "as the claim has it: below this line",
                -np.log10(1.0 - GRID[[0, -1]]),
                np.full(2, SENSITIVE),
                SAID,
            ),
            Curve("measured", np.array([-np.log10(1.0 - modulus)]), np.array([kappa]), SEEN),
        ),
        network=network,
    )


CLAIM = Claim(
    label="Neither, so it is easy",
    statement="Where the gradient neither vanishes nor explodes, training is easy.",
    source="motivations of gated and linear recurrences",
    answer=DEPENDS,
    controls=(
        Number(
            name="modulus",
            label="|λ|",
            low=0.9,
            high=0.999,
            step=0.0005,
            default=0.998,
            digits=4,
            help="Of a linear recurrent unit, all alike; it remembers about 1/(1 − |λ|) steps.",
        ),
    ),
    run=_run,
    why="The longer a memory, the more hangs on the very number that makes it: a small change of λ "
    "is multiplied over all the steps that are remembered. It is called the curse of memory.",
    x_title="log₁₀ of steps remembered",
    y_title="sensitivity κ",
    cost=2e7,
)
