"""An orthogonal matrix keeps the gradient's norm."""

from __future__ import annotations

from typing import Any

from rnn_core.claims.claim import DEPENDS, Claim, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number


def _run(input_scale: float, seq_len: int) -> Found:
    network: dict[str, Any] = {
        "init": "orthogonal",
        "gain": 1.0,
        "input_scale": input_scale,
        "seq_len": seq_len,
    }
    flow = gradient_flow(RNNConfig(**network))
    ratio, steps = flow.log10_ratio, seq_len - 1
    dphi = flow.mean_dphi
    mean = float(dphi.mean()) if dphi is not None else 1.0
    return Found(
        holds=abs(ratio) < 1,
        says=f"Over {steps} steps back the norm changes by {times(ratio)}, with a mean φ′ of "
        f"{spoken.plain(mean, 3)}: "
        + (
            "within a factor of ten, it is kept."
            if abs(ratio) < 1
            else "it is not kept, though W_h only turns it."
        ),
        numbers=(
            ("per step back", "×1", times(flow.slope)),
            (f"over {steps} steps", "×1", times(ratio)),
        ),
        curves=(steady(0.0, seq_len), measured(flow)),
        network=network,
    )


CLAIM = Claim(
    label="Orthogonal keeps it",
    statement="An orthogonal W_h keeps the norm of the gradient, so start with one and nothing "
    "vanishes.",
    source="papers and course notes on initialisation",
    answer=DEPENDS,
    controls=(
        Number(
            name="input_scale",
            label="input scale",
            low=0.0,
            high=2.0,
            step=0.01,
            default=1.0,
            digits=2,
            help="A strong input moves the units away from 0, where φ′ is 1.",
        ),
        Number(
            name="seq_len",
            label="sequence length",
            low=10,
            high=200,
            step=1,
            default=100,
            unit="steps",
            help="How far back step 1 is.",
        ),
    ),
    run=_run,
    why="W_h by itself keeps every norm exactly. What takes the gradient away is φ′, once in each "
    "step and unit; it is 1 only where a unit is near 0.",
    y_title="gradient relative to the last step’s",
)
