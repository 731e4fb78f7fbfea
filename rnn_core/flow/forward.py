"""The forward pass of any cell, by the fastest way there is for it."""

from __future__ import annotations

import numpy as np

from rnn_core.cells.additive import unroll
from rnn_core.cells.diagonal import unroll_by_input
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.cells.tape import Trace
from rnn_core.config import RNNConfig
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters


def forward(
    config: RNNConfig,
    params: Parameters,
    x: np.ndarray,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run the network of `config` over x (T, B, I) from the state `start` (B, S), None for 0.

    `work` (2, T, B, H) is memory that the additive cells can use.
    """
    cell, phi = config.cell_used, ACTIVATIONS[config.activation_used]
    if cell.additive:
        return unroll(params, x, phi, work, start)
    if cell.unroll is not None:
        return cell.unroll(params, x, phi, work, start)
    if cell.by_input is not None:
        return unroll_by_input(cell, params, x, phi, start)
    return unroll_stepwise(cell, params, x, phi, start)
