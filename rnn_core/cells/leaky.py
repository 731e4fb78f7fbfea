"""The leaky RNN: a share 1-α of the state stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Helps
from rnn_core.cells.residual import KEEPING
from rnn_core.cells.written import Written, plain_class
from rnn_core.network.activations import Activation
from rnn_core.numbers.said import Said


def begin_leaky(config) -> dict[str, float]:
    return {"keep": 1.0 - config.alpha, "alpha": config.alpha}


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    source = plain_class(
        "LeakyCell",
        f"(1 - alpha) h_(t-1) + alpha phi(z_t), alpha = {config.alpha!r}",
        f"{1.0 - config.alpha!r} * h + {config.alpha!r} * {phi('z')}",
    )
    return source, "LeakyCell()"


CELL = Cell(
    label="leaky RNN",
    short="leaky",
    formula=r"h_t = (1-\alpha)\,h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
    source="Jaeger et al. 2007",
    family="additive",
    colour="#a8682a",
    dash="dash",
    **KEEPING,
    begin=begin_leaky,
    multiply_adds=cost.products(1, elementwise=2),
    helps=Helps(
        says=Said(
            "A step keeps 1 − α of the state: J_t = (1 − α)·1 + α diag(φ′) W_h.",
            plain="A step keeps a fixed share of the state, and hands that share of the gradient "
            "on.",
        ),
        law=Said(
            "What is kept lasts about 1/α steps.",
            plain="A fixed share that is kept lasts for a known number of steps.",
        ),
    ),
    road=Said("1−α", plain="a share"),
    written=Written(cell=_written),
)
