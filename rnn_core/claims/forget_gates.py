"""In an LSTM the gradient is the product of the forget gates."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.claims.claim import DEPENDS, Claim, Found
from rnn_core.claims.curves import measured, said, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number
from rnn_core.studies.prediction import predict

SEEDS = 5
T = 50


def _run(forget_bias: float) -> Found:
    network: dict[str, Any] = {
        "cell": "lstm",
        "forget_bias": forget_bias,
        "hidden_size": 8,
        "seq_len": T,
    }
    flows = [gradient_flow(RNNConfig(**network, seed=7 + k)) for k in range(SEEDS)]
    products = [predict(flow, "lstm_shortcut").log10 for flow in flows]
    off = np.array([f.log10_ratio - p[0] for f, p in zip(flows, products, strict=True)])
    order = np.argsort(off)
    middle = int(order[SEEDS // 2])
    typical, product = flows[middle], products[middle]
    miss = float(off[middle])
    return Found(
        holds=abs(miss) < 1,
        says=f"Over {T - 1} steps back the product of the forget gates is "
        f"{times(float(product[0]))} and the gradient {times(typical.log10_ratio)} (the median of "
        f"{SEEDS} seeds): the product is "
        + ("right within a factor of ten." if abs(miss) < 1 else f"{_by(miss)}."),
        numbers=(
            (f"over {T - 1} steps", times(float(product[0])), times(typical.log10_ratio)),
            ("gradient / product", "×1", times(miss)),
        ),
        curves=(said(product, "product of forget gates"), measured(typical)),
        network=network | {"seed": 7 + middle},
    )


def _by(miss: float) -> str:
    return f"too {'small' if miss > 0 else 'large'} by a factor of {spoken.from_log10(abs(miss))}"


CLAIM = Claim(
    label="LSTM: product of forget gates",
    statement="In an LSTM the gradient on its way back is the product of the forget gates.",
    source="blog posts and exam answers",
    answer=DEPENDS,
    controls=(
        Number(
            name="forget_bias",
            label="forget bias",
            low=-1.0,
            high=6.0,
            step=0.1,
            default=1.0,
            digits=1,
            help="Bias of the forget gates: σ(1) = 0.73 of the cell state stays, σ(4) = 0.98.",
        ),
    ),
    run=_run,
    why="The product is the direct path through the cell state alone. Gates see h, h comes from c, "
    "and so the gradient also goes round through W_h; where the gates close, that way is all that "
    "is left.",
    y_title="gradient relative to the last step’s",
)
