"""What the remedies share that bring W_h back after each update."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from rnn_core.remedies.in_pytorch import recurrent
from rnn_core.training.config import TrainConfig
from rnn_core.training.kept import can_keep


def changes_to(name: str) -> Callable[[TrainConfig], dict[str, Any]]:
    """Keep W_h so, where it hands the gradient on itself: not in a difference such as A − Aᵀ, a
    matrix of another norm."""

    def changes(config: TrainConfig) -> dict[str, Any]:
        cell = config.cell_used
        acts = can_keep(cell) and not (cell.matrix and cell.no_norm_bound)
        return {"keep_matrix": name} if acts and config.keep_matrix != name else {}

    return changes


def after_each_update(line: str, library: str) -> str:
    """One line on U, s and Vh of every block W, once the optimiser has stepped; `library` says
    how PyTorch's own parametrization does it."""
    svd = "U, s, Vh = torch.linalg.svd(W)"
    return (
        f"{textwrap.indent(textwrap.fill(library, 98), '# ', lambda _: True)}\n"
        "loss.backward()\noptimizer.step()\n" + recurrent(f"{svd}\n                {line}")
    )
