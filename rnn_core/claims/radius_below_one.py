"""ρ < 1 means that the gradient shrinks from the first step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.claims.claim import DEPENDS, Claim, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number


def _run(gain: float, seq_len: int) -> Found:
    network: dict[str, Any] = {
        "init": "non_normal",
        "activation": "linear",
        "gain": gain,
        "hidden_size": 32,
        "seq_len": seq_len,
    }
    flow = gradient_flow(RNNConfig(**network))
    rho = flow.spectral_radius
    seen = measured(flow)
    top, at = float(seen.y.max()), int(seen.y.argmax()) + 1
    back = seq_len - at
    grows = bool(np.any(seen.y > 1e-9))
    return Found(
        holds=not grows,
        says=f"Every |λ| is {spoken.plain(rho, 2)}, and the gradient "
        + (
            f"first grows to {times(top)} of what it was, {back} steps back."
            if grows
            else "is never larger than at the last step."
        ),
        numbers=(
            ("largest on its way", "×1", times(top)),
            (
                f"over {seq_len - 1} steps",
                times((seq_len - 1) * math.log10(rho)),
                times(flow.log10_ratio),
            ),
        ),
        curves=(steady(math.log10(rho), seq_len, "ρ^k"), seen),
        network=network,
    )


CLAIM = Claim(
    label="ρ < 1 shrinks at once",
    statement="If the spectral radius is below 1 the gradient shrinks, from the first step back.",
    source="course notes",
    answer=DEPENDS,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.1,
            high=1.2,
            step=0.01,
            default=1.0,
            digits=2,
            help="Of a triangular matrix whose eigenvalues are all 0.8 times this.",
        ),
        Number(
            name="seq_len",
            label="sequence length",
            low=10,
            high=400,
            step=1,
            default=100,
            unit="steps",
            help="How far back step 1 is.",
        ),
    ),
    run=_run,
    why="ρ tells what happens in the long run. A matrix whose eigenvectors are far from orthogonal "
    "may stretch a vector for many steps before it shrinks; what one step can do at most is σ_max.",
    y_title="gradient relative to the last step’s",
)
