"""A healthy norm of the parameters' gradient says that gradients flow."""

from __future__ import annotations

from typing import Any

from rnn_core.claims.claim import DEPENDS, Claim, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number
from rnn_core.studies.whole_gradient import whole_gradient

HEALTHY = (1e-2, 1e3)  # of the norm of the whole gradient
FLOWS = 3  # decades between step 1 and the last step


def _run(gain: float, seq_len: int) -> Found:
    network: dict[str, Any] = {
        "init": "orthogonal",
        "gain": gain,
        "seq_len": seq_len,
        "input_scale": 0.3,
    }
    flow = gradient_flow(RNNConfig(**network))
    norm = whole_gradient(flow).norm
    ratio = flow.log10_ratio
    looks, flows = HEALTHY[0] <= norm <= HEALTHY[1], abs(ratio) <= FLOWS
    return Found(
        holds=looks == flows,
        says=f"The norm of the parameters’ gradient is {spoken.number(norm)}, which looks "
        f"{'healthy' if looks else 'ill'}; step 1 gets {times(ratio)} of the last step’s "
        f"gradient, which {_does(ratio)}.",
        numbers=(
            ("norm of the parameters’ gradient", "tells", spoken.number(norm)),
            ("what step 1 gets", "much the same", times(ratio)),
        ),
        curves=(
            steady(0.0, seq_len, "as a healthy norm suggests"),
            measured(flow, "gradient at each step"),
        ),
        network=network,
    )


def _does(log10: float) -> str:
    if abs(log10) <= FLOWS:
        return "arrives"
    return "does not arrive" if log10 < 0 else "explodes"


CLAIM = Claim(
    label="Watch the gradient norm",
    statement="Log the norm of the parameters’ gradient: while it is neither tiny nor huge, the "
    "gradient flows.",
    source="debugging checklists",
    answer=DEPENDS,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.3,
            high=1.6,
            step=0.01,
            default=0.7,
            digits=2,
            help="Of an orthogonal W_h.",
        ),
        Number(
            name="seq_len",
            label="sequence length",
            low=5,
            high=200,
            step=1,
            default=60,
            unit="steps",
            help="How far back step 1 is.",
        ),
    ),
    run=_run,
    why="The gradient of a shared weight is a sum over the steps. The last steps alone keep its "
    "norm up, whether anything reaches the first ones or not: look at ∂L/∂h at each step instead.",
    y_title="gradient relative to the last step’s",
)
