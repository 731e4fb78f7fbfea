"""ReLU does not saturate, so it does not vanish."""

from __future__ import annotations

import math
from typing import Any

from rnn_core.claims.claim import DEPENDS, OTHER, Claim, Curve, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers import spoken
from rnn_core.settings import Number

T = 60


def _run(gain: float) -> Found:
    network: dict[str, Any] = {
        "init": "gaussian",
        "activation": "relu",
        "gain": gain,
        "hidden_size": 128,
        "seq_len": T,
        "input_scale": 1.0,
    }
    flow = gradient_flow(RNNConfig(**network))
    theory = math.log10(gain / math.sqrt(2.0))
    ratio = flow.log10_ratio
    dphi = flow.mean_dphi
    on = float(dphi.mean()) if dphi is not None else 1.0
    wide = steady(theory, T)
    return Found(
        holds=ratio > -3,
        says=f"Over {T - 1} steps back the gradient changes by {times(ratio)}: it is "
        f"{VERDICTS[flow.verdict].title.lower()}. {spoken.percent(on)} of the units are on; "
        f"with half of them on, a very wide network would give {times(theory)} a step.",
        numbers=(
            ("per step back", times(math.log10(gain)), times(flow.slope)),
            (f"over {T - 1} steps", times((T - 1) * math.log10(gain)), times(ratio)),
        ),
        curves=(
            steady(math.log10(gain), T, "nothing lost in φ′"),
            Curve("√(g²/2), a very wide network", wide.x, wide.y, OTHER),
            measured(flow),
        ),
        network=network,
    )


CLAIM = Claim(
    label="ReLU does not vanish",
    statement="ReLU does not saturate: its slope is 1, so the gradient does not vanish.",
    source="introductions to deep learning",
    answer=DEPENDS,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.5,
            high=2.0,
            step=0.01,
            default=1.0,
            digits=2,
            help="Of a Gaussian W_h; its entries have a variance of scale²/H.",
        ),
    ),
    run=_run,
    why="The slope is 1 for about half of the units and 0 for the others, so that each step keeps "
    "about half of the squared norm: χ = g²/2. It takes g = √2 to make up for it.",
    y_title="gradient relative to the last step’s",
    cost=2e7,
)
