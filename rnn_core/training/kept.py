"""What W_h is brought back to after each update: singular values within bounds.

Each H×H block W = U diag(s) Vᵀ becomes U diag(min(max(s, low), high)) Vᵀ, the nearest matrix (in
the Frobenius norm) whose singular values lie within them:

    both 1:  U Vᵀ, the polar factor of W, an orthogonal matrix (a retraction)
    0 to 1:  ‖W‖₂ ≤ 1; what is within the bound stays as it is, bit for bit. PyTorch's
             spectral_norm divides the whole matrix by its norm instead.

The gradient is not touched, nor what the optimiser remembers. To add one: an entry of KEPT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnn_core.registry import complete

if TYPE_CHECKING:
    from rnn_core.cells.cell import Cell

FREE = "free"  # the setting's value where nothing is done


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One way to keep W_h.

    label: of the choice. said, plain: in a sentence about a run, in its two depths.
    script_says: the first line of the exported function. low, high: bounds of singular values.
    """

    label: str
    said: str
    plain: str
    script_says: str
    low: float
    high: float

    def __post_init__(self) -> None:
        complete(self)


KEPT: dict[str, Kept] = {
    "orthogonal": Kept(
        label="orthogonal",
        said="W_h kept orthogonal",
        plain="recurrent weights kept a rotation or reflection",
        script_says="Bring each H x H block of W_h back to the nearest orthogonal matrix.",
        low=1.0,
        high=1.0,
    ),
    "norm1": Kept(
        label="spectral norm at most 1",
        said="‖W_h‖₂ kept at most 1",
        plain="recurrent weights kept from stretching anything",
        script_says="Set what is above 1 of the singular values of each H x H block of W_h to 1.",
        low=0.0,
        high=1.0,
    ),
}


def can_keep(cell: Cell) -> bool:
    """Whether a cell learns a W_h, which all of this is about."""
    return "W_h" in cell.learned


def keep(W_h: np.ndarray, kept: Kept) -> None:
    """Bring each block of W_h (gates·H, H), whose entries are finite, within the bounds; in place.

    Of a block without full rank the nearest orthogonal matrix is one of several.
    """
    H = W_h.shape[1]
    for W in W_h.reshape(-1, H, H):  # views
        U, s, Vh = np.linalg.svd(W)
        within = np.clip(s, kept.low, kept.high)
        if not np.array_equal(within, s):
            W[...] = (U * within) @ Vh
