"""The cells, by name: one file each, and one line here."""

from __future__ import annotations

from rnn_core.cells.cell import Cell
from rnn_core.registry import load

CELLS: dict[str, Cell] = load(
    __name__,
    (
        "vanilla",
        "irnn",
        "residual",
        "leaky",
        "layer_norm",
        "gru",
        "lstm",
        "lru",
        "min_gru",
        "min_lstm",
        "rg_lru",
        "selective_ssm",
        "gated_delta",
        "rwkv7",
        "mlstm",
        "slstm",
        "indrnn",
        "antisymmetric",
        "cornn",
    ),
    "CELL",
    Cell,
)
