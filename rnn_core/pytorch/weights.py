"""Weights to and from PyTorch's cells, unchanged: RNNCell, GRUCell, LSTMCell.

torch is imported inside the functions: it costs about a second and 190 MB.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters
from rnn_core.pytorch.missing import need_torch


def to_torch(cell: str, params: Parameters, activation: str = "tanh") -> Any:
    """The torch.nn cell with these weights, of their precision; its rows are ours.

    Raises MissingTorch, and ValueError for a cell or an activation that PyTorch does not have.
    """
    torch = need_torch()
    kinds = [name for name, own in CELLS.items() if own.torch_module]
    if cell not in kinds:
        raise ValueError(f"cell must be one of {', '.join(kinds)} for PyTorch, got {cell!r}")
    own = CELLS[cell]
    more = {}
    if own.torch_module == "RNNCell":
        known = {name: a.rnn_cell for name, a in ACTIVATIONS.items() if a.rnn_cell}
        activation = own.activation or activation
        if activation not in known:
            raise ValueError(
                f"activation must be {' or '.join(known)} for RNNCell, got {activation!r}"
            )
        more["nonlinearity"] = known[activation]
    elif activation != own.activation:
        raise ValueError(
            f"activation must be {own.activation} for {own.torch_module}, got {activation!r}"
        )
    module = getattr(torch.nn, own.torch_module)(params.W_x.shape[1], params.W_h.shape[1], **more)
    module.to(torch.from_numpy(np.empty(0, params.W_h.dtype)).dtype)
    b_x = np.zeros_like(params.b_h) if params.b_x is None else params.b_x
    with torch.no_grad():
        for name, array in (
            ("weight_hh", params.W_h),
            ("weight_ih", params.W_x),
            ("bias_hh", params.b_h),
            ("bias_ih", b_x),
        ):
            getattr(module, name).copy_(torch.tensor(np.array(array)))
    return module


def from_torch(module: Any, W_y: np.ndarray, b_y: np.ndarray) -> Parameters:
    """The weights of a torch.nn.RNNCell, GRUCell or LSTMCell, with a readout y = W_y h + b_y.

    Raises ValueError for another module, and for one without biases.
    """
    name = type(module).__name__
    known = sorted({cell.torch_module for cell in CELLS.values()} - {""})
    if name not in known:
        raise ValueError(f"module must be one of {', '.join(known)}, got {name}")
    if module.bias_hh is None:
        raise ValueError("module must have biases (bias=True), got bias=False")

    def array(tensor: Any) -> np.ndarray:
        return tensor.detach().cpu().numpy().copy()

    return Parameters(
        W_h=array(module.weight_hh),
        W_x=array(module.weight_ih),
        b_h=array(module.bias_hh),
        b_x=array(module.bias_ih),
        W_y=W_y,
        b_y=b_y,
    )
