"""The IRNN: a vanilla RNN of ReLU units that starts as the identity."""

from __future__ import annotations

from rnn_core.cells import cost
from rnn_core.cells.additive import ADDITIVE
from rnn_core.cells.cell import Cell
from rnn_core.cells.vanilla import written_cell
from rnn_core.cells.written import Written

CELL = Cell(
    label="IRNN",
    short="IRNN",
    formula=r"h_t = \max(0, W_h h_{t-1} + W_x x_t + b_h), \quad W_h = 1 \text{ at the start}",
    source="Le, Jaitly, Hinton 2015",
    family="additive",
    colour="#7a9a1f",
    dash="dot",
    **ADDITIVE,
    two_factors=True,
    activation="relu",
    init="identity",
    multiply_adds=cost.products(1),
    matrix=lambda params: params.W_h,
    matrix_name=lambda params: "W_h",
    torch_module="RNNCell",
    written=Written(cell=written_cell),
)
