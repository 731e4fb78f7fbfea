"""The product of what each unit multiplies by: exact where no unit hears another one."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, nothing_to_say, products
from rnn_core.numbers.said import Said


def own_factors_missing(config: RNNConfig) -> str:
    if config.cell_used.diagonal:
        return ""
    return Said(
        f"It needs a diagonal J_t, and in the {config.cell_used.label} units hear each other.",
        plain=f"It needs units that hear themselves alone, and in the {config.cell_used.label} "
        "they hear each other.",
    )


def own_factors(forward: Forward) -> np.ndarray:
    """log₁₀ of ‖Π_t a_t ⊙ v‖/‖v‖, v = ∂L_T/∂h_T the direction from which the last loss starts."""
    assert forward.factors is not None and forward.last is not None  # or the law is missing
    size = log10(np.abs(forward.last))
    each = products(log10(np.abs(forward.factors[1:]))) + size  # (T, B, H)
    top = each.max(axis=2, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    norms = 0.5 * log10(np.square(10.0 ** (each - shift)).sum(axis=2)) + shift[..., 0]
    last = np.where(np.isfinite(norms[-1]), norms[-1], 0.0)  # no direction of a loss of 0
    return norms - last


LAW = Law(
    label="product of each unit’s factors",
    formula=r"\delta_{T-k} = \prod_{t=T-k+1}^{T} a_t \odot \delta_T, \quad "
    r"J_t = \operatorname{diag}(a_t)",
    conditions="Exact where J_t is diagonal: gates that see the input alone, or units that hear "
    "themselves alone.",
    source="Li et al. 2018; Feng et al. 2024",
    upper_bound=False,
    missing=own_factors_missing,
    caveat=nothing_to_say,
    predict=own_factors,
    colour="#0e7490",
    dash="longdashdot",
    rank=3,
)
