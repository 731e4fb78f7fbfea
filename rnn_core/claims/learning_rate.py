"""Raise the learning rate to make up for a vanishing gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.claims.claim import FALSE, OTHER, SAID, SEEN, Claim, Curve, Found
from rnn_core.claims.curves import terms, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.settings import Number

T = 60
RATE = 0.01  # before it is raised


def _run(raised: float, gain: float) -> Found:
    network: dict[str, Any] = {"init": "orthogonal", "gain": gain, "seq_len": T}
    flow = gradient_flow(RNNConfig(**network))
    steps = np.arange(2, T + 1)
    before = terms(flow) + math.log10(RATE)
    after = before + math.log10(raised)
    old, new = (float(part[0] - part[-1]) for part in (before, after))
    return Found(
        holds=abs(new - old) > 1e-9,
        says=f"Step 2’s part of an update is {times(old)} of step {T}’s before, and "
        f"{times(new)} after: every part grows by the same factor, {raised:g}.",
        numbers=(
            ("step 2’s part of an update", "larger", _ratio(after[0], before[0])),
            (f"step {T}’s part", "as it was", _ratio(after[-1], before[-1])),
            (f"step 2’s / step {T}’s", "larger", f"{times(old)}, then {times(new)}"),
        ),
        curves=(
            Curve("made up for", steps, np.full(T - 1, after[-1]), SAID),
            Curve(f"learning rate {RATE:g}", steps, before, OTHER),
            Curve(f"learning rate {RATE * raised:g}", steps, after, SEEN),
        ),
        network=network,
    )


def _ratio(after: float, before: float) -> str:
    return times(float(after - before))


CLAIM = Claim(
    label="Raise the learning rate",
    statement="When the gradient of early steps vanishes, raise the learning rate to make up "
    "for it.",
    source="forum answers",
    answer=FALSE,
    controls=(
        Number(
            name="raised",
            label="learning rate raised by",
            low=2.0,
            high=1000.0,
            step=1.0,
            default=100.0,
            log=True,
            help="The factor between the learning rate before and after.",
        ),
        Number(
            name="gain",
            label="W_h scale",
            low=0.3,
            high=1.5,
            step=0.01,
            default=1.0,
            digits=2,
            help="Of an orthogonal W_h.",
        ),
    ),
    run=_run,
    why="An update is the learning rate times a sum over the steps. One factor in front leaves "
    "every ratio in the sum as it is: what the last steps say still drowns what the first ones "
    "say, and the update as a whole becomes too large.",
    y_title="part of an update of W_h",
)
