"""Weights to and from PyTorch's cells, unchanged: RNNCell, GRUCell, LSTMCell; from its layers too.

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


def from_torch(
    module: Any, W_y: np.ndarray | None = None, b_y: np.ndarray | None = None
) -> Parameters:
    """The weights of a torch.nn.RNNCell, GRUCell or LSTMCell, or of a one-layer RNN, GRU or LSTM.

    W_y (O, H), b_y (O,): the readout y = W_y h + b_y; without, one output of 0. A module with
    bias=False has biases of 0. The nonlinearity of an RNN is the config's to say.
    Raises ValueError for another module, and for more than one layer or direction.
    """
    name = type(module).__name__
    cells = sorted({cell.torch_module for cell in CELLS.values()} - {""})
    layers = [cell.removesuffix("Cell") for cell in cells]
    if name not in (*cells, *layers):
        raise ValueError(f"module must be one of {', '.join((*cells, *layers))}, got {name}")
    if name in layers:
        for field, wanted in (("num_layers", 1), ("bidirectional", False), ("proj_size", 0)):
            if getattr(module, field) != wanted:
                raise ValueError(
                    f"module must have {field}={wanted}, got {field}={getattr(module, field)}"
                )
    end = "_l0" if name in layers else ""

    def array(kind: str) -> np.ndarray:
        return getattr(module, kind + end).detach().cpu().numpy().copy()

    W_h = array("weight_hh")
    H = W_h.shape[1]
    zero = np.zeros(len(W_h), W_h.dtype)
    return Parameters(
        W_h=W_h,
        W_x=array("weight_ih"),
        b_h=array("bias_hh") if module.bias else zero,
        b_x=array("bias_ih") if module.bias else zero,
        W_y=np.zeros((1, H), W_h.dtype) if W_y is None else W_y,
        b_y=np.zeros(1 if W_y is None else len(W_y), W_h.dtype) if b_y is None else b_y,
    )
