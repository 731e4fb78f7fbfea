"""Clipping fixes the gradients of recurrent networks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.claims.claim import FALSE, OTHER, SAID, SEEN, Claim, Curve, Found
from rnn_core.claims.curves import terms, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.numbers.clipping import norm_factor
from rnn_core.settings import Number
from rnn_core.studies.whole_gradient import whole_gradient

T = 60


def _run(gain: float, threshold: float) -> Found:
    network: dict[str, Any] = {"init": "gaussian", "gain": gain, "seq_len": T, "input_scale": 0.3}
    flow = gradient_flow(RNNConfig(**network))
    norm = whole_gradient(flow).norm
    scale = norm_factor(norm, threshold)
    before = terms(flow)
    steps = np.arange(2, T + 1)
    clipped = before + math.log10(scale)
    early, after = (_early_share(part) for part in (before, clipped))
    acts = scale < 1
    return Found(
        holds=abs(early - after) > 1e-9,
        says=f"The norm of the whole gradient is {spoken.number(norm)}, "
        + (f"clipped to {threshold:g}. " if acts else f"below {threshold:g}: nothing is clipped. ")
        + f"The first half of the steps has {spoken.percent(early)} of the terms of ∂L/∂W_h "
        f"before and {spoken.percent(after)} after.",
        numbers=(
            (
                "norm of the whole gradient",
                "tamed",
                f"{spoken.number(norm)}, then {spoken.number(norm * scale)}",
            ),
            (
                "share of the first half of the steps",
                "mended",
                f"{spoken.percent(early)}, then {spoken.percent(after)}",
            ),
            (f"step 2’s / step {T}’s term", "mended", times(float(clipped[0] - clipped[-1]))),
        ),
        curves=(
            Curve("mended: all steps alike", steps, np.full(T - 1, clipped[-1]), SAID),
            Curve("before clipping", steps, before, OTHER),
            Curve("after clipping", steps, clipped, SEEN),
        ),
        network=network,
    )


def _early_share(log10: np.ndarray) -> float:
    """Share of the first half in the sum of what these are the logarithms of."""
    sizes = 10.0 ** (log10 - log10.max())
    return float(sizes[: len(sizes) // 2].sum() / sizes.sum())


CLAIM = Claim(
    label="Clipping fixes it",
    statement="Clipping the gradient fixes the gradients of a recurrent network.",
    source="answers to “my RNN does not learn”",
    answer=FALSE,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.5,
            high=3.0,
            step=0.01,
            default=2.0,
            digits=2,
            help="Of a Gaussian W_h.",
        ),
        Number(
            name="threshold",
            label="clip threshold",
            low=0.01,
            high=10.0,
            step=0.01,
            default=0.1,
            digits=2,
            log=True,
            help="The largest norm that the whole gradient may have.",
        ),
    ),
    run=_run,
    why="Clipping by the norm multiplies the whole gradient by one number below 1. It bounds the "
    "step, which saves a training from the cliff of an explosion; what early steps contribute "
    "beside late ones stays as it was.",
    y_title="terms of ∂L/∂W_h",
)
