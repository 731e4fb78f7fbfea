"""The LSTM's shortcut: the product of its forget gates."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, products
from rnn_core.numbers.said import Said


def lstm_shortcut_missing(config: RNNConfig) -> str:
    if config.cell_used.direct_path:
        return ""
    return f"Only an LSTM has a cell path with forget gates; this is the {config.cell_used.label}."


def lstm_shortcut_caveat(forward: Forward) -> str:
    return Said(
        "It leaves out what comes back through the gates and h.",
        plain="It leaves out what comes back through the gates and the state.",
    )


def lstm_shortcut(forward: Forward) -> np.ndarray:
    """Root mean square over units of Π f: its norm ratio for a random direction."""
    assert forward.forget is not None  # or the law is missing
    squared = products(2.0 * log10(forward.forget[1:]))  # log₁₀ (Π f)², (T, B, H)
    top = squared.max(axis=2, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    mean = np.mean(10.0 ** (squared - shift), axis=2)
    return 0.5 * (log10(mean) + shift[..., 0])


LAW = Law(
    label="LSTM shortcut",
    formula=r"\frac{\partial c_T}{\partial c_{T-k}} \approx "
    r"\prod_{t=T-k+1}^{T} \operatorname{diag}(f_t)",
    conditions="The direct path through the cell state alone; drawn as the root mean square "
    "over units.",
    source="Hochreiter and Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000",
    upper_bound=False,
    missing=lstm_shortcut_missing,
    caveat=lstm_shortcut_caveat,
    predict=lstm_shortcut,
    colour="fourth",
    dash="dot",
    rank=3,
)
