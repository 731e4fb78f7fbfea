"""The total gradient norm is the sum of the parameters' norms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.claims.claim import FALSE, SAID, SEEN, Claim, Curve, Found
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number

GAINS = np.linspace(0.4, 1.6, 9)


def _norms(gain: float, hidden_size: int) -> list[float]:
    """Of each parameter's gradient."""
    config = RNNConfig(init="orthogonal", gain=gain, hidden_size=hidden_size, seq_len=40)
    found = gradient_flow(config).gradients
    return [float(np.linalg.norm(g)) for g in found.values()]


def _scale(norm: float) -> str:
    return spoken.plain(min(1.0, 1.0 / norm), 2) if norm else "1"


def _run(gain: float, hidden_size: int) -> Found:
    norms = _norms(gain, hidden_size)
    summed, whole = sum(norms), math.sqrt(sum(n * n for n in norms))
    over = [_norms(float(g), hidden_size) for g in GAINS]
    network: dict[str, Any] = {
        "init": "orthogonal",
        "gain": gain,
        "hidden_size": hidden_size,
        "seq_len": 40,
    }
    return Found(
        holds=spoken.number(summed) == spoken.number(whole),
        says=f"The {len(norms)} norms add up to {spoken.number(summed)}; the norm of all numbers "
        f"together, which clipping uses, is {spoken.number(whole)}: the sum is "
        f"{spoken.plain(summed / whole, 2)} times too large.",
        numbers=(
            ("total norm", spoken.number(summed), spoken.number(whole)),
            ("clipped at 1, scaled by", _scale(summed), _scale(whole)),
        ),
        curves=(
            Curve("Σ‖g‖", GAINS, np.log10([sum(n) for n in over]), SAID),
            Curve(
                "√Σ‖g‖²", GAINS, np.log10([math.sqrt(sum(v * v for v in n)) for n in over]), SEEN
            ),
        ),
        network=network,
    )


CLAIM = Claim(
    label="Add up the norms",
    statement="The total gradient norm is the sum of the norms of the parameters’ gradients.",
    source="a monitoring snippet that goes round",
    answer=FALSE,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.4,
            high=1.6,
            step=0.01,
            default=1.0,
            digits=2,
            help="Of an orthogonal W_h.",
        ),
        Number(
            name="hidden_size",
            label="hidden units",
            low=4,
            high=64,
            step=1,
            default=32,
            help="H.",
        ),
    ),
    run=_run,
    why="A norm is the root of a sum of squares, and so is that of all parameters together: "
    "√Σ‖g‖². The sum of norms is larger wherever more than one of them is not 0; who compares it "
    "with the clip threshold expects clipping where there is none.",
    x_title="W_h scale",
    y_title="total norm",
    cost=3e7,
)
