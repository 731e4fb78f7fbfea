"""In a minGRU the gradient is the product of what its gate keeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.claims.claim import TRUE, Claim, Found
from rnn_core.claims.curves import measured, said, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.settings import Number

T = 50
SAME = 4e-7  # decades: a millionth


def _run(keep_bias: float, input_scale: float) -> Found:
    network: dict[str, Any] = {
        "cell": "min_gru",
        "keep_bias": keep_bias,
        "input_scale": input_scale,
        "hidden_size": 8,
        "seq_len": T,
        "loss_kind": "direction",
    }
    flow = gradient_flow(RNNConfig(**network))
    keeps = flow.config.cell_used.kept
    assert keeps is not None
    # What the last loss sends into h_T, and what each step's gate leaves of it.
    kept = keeps.share(flow.gates)
    arrives = flow.sweep.delta[-1]
    product = np.cumprod(kept[:0:-1], axis=0)[::-1]  # of steps t+1 … T, for t = 1 … T-1
    through = log10_norm(product * arrives) - log10_norm(arrives)  # (T-1, B)
    log10 = np.append(np.median(through, axis=1), 0.0)
    seen = measured(flow)
    off = float(np.abs(seen.y - log10).max())
    holds = off < SAME
    return Found(
        holds=holds,
        says=f"Over {T - 1} steps back the product of 1 − z is {times(float(log10[0]))}, and the "
        f"gradient {times(float(seen.y[0]))}: "
        + (
            "at no step do they differ in the first six digits."
            if holds
            else f"somewhere on the way they are {times(off)} apart."
        ),
        numbers=(
            (f"over {T - 1} steps", times(float(log10[0])), times(float(seen.y[0]))),
            ("largest difference", "0 decades", f"{spoken.number(off, 2)} decades"),
        ),
        curves=(said(log10, "product of 1 − z"), seen),
        network=network,
    )


CLAIM = Claim(
    label="minGRU: product of gates",
    statement="In a minGRU, whose gate sees the input alone, the gradient on its way back is the "
    "product of what the gate keeps.",
    source="papers on recurrences that train in parallel",
    answer=TRUE,
    controls=(
        Number(
            name="keep_bias",
            label="keep bias",
            low=-2.0,
            high=6.0,
            step=0.1,
            default=1.0,
            digits=1,
            help="Towards keeping the state: σ(1) = 0.73 of it stays where the input is 0.",
        ),
        Number(
            name="input_scale",
            label="input scale",
            low=0.0,
            high=3.0,
            step=0.05,
            default=1.0,
            digits=2,
            help="The input alone moves the gate.",
        ),
    ),
    run=_run,
    why="No gate and no new value sees the state, so one step is h_t = (1 − z_t) ⊙ h_{t−1} + …, "
    "and nothing else depends on h_{t−1}: J_t is diag(1 − z_t) exactly.",
    y_title="gradient relative to the last step’s",
)
