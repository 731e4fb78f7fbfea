"""The vanilla RNN: one W_h and one φ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.cells import cost
from rnn_core.cells.additive import ADDITIVE
from rnn_core.cells.cell import Cell
from rnn_core.cells.written import Written, plain_class
from rnn_core.network.activations import Activation

_UNSAID = "tanh"  # the nonlinearity that RNNCell has by itself


def written_cell(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    """PyTorch's own cell for the activations that it has."""
    if activation.rnn_cell:
        more = "" if activation.rnn_cell == _UNSAID else f', nonlinearity="{activation.rnn_cell}"'
        return "", f"nn.RNNCell(I, H{more})"
    return plain_class("Cell", "phi(z_t)", phi("z")), "Cell()"


CELL = Cell(
    label="vanilla RNN",
    short="vanilla",
    formula=r"h_t = \varphi(W_h h_{t-1} + W_x x_t + b_h)",
    source="Elman 1990",
    family="additive",
    colour="#96704a",
    **ADDITIVE,
    two_factors=True,
    multiply_adds=cost.products(1),
    matrix=lambda params: params.W_h,
    matrix_name=lambda params: "W_h",
    by_matrix_alone=True,
    torch_module="RNNCell",
    written=Written(cell=written_cell),
)
