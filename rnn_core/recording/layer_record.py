"""LayerRecord: one layer and direction in one update, as it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

# |value| of a gate below which it is shut, and beyond which it is open; a candidate (g, n) beyond
# it is saturated.
GATE_SHUT, GATE_OPEN = 0.05, 0.95


@dataclass(frozen=True, eq=False)
class LayerRecord:
    """T steps, n kept sequences, H units. Norms are log₁₀, -inf for exactly 0, NaN beyond a
    sequence's length; `direction` 1 is the one that runs from the last step to the first.

    series, by name:
        h         (T, n)  ‖∂L/∂h_t‖ in all
        c         (T, n)  ‖∂L/∂c_t‖ of an LSTM, the way through h_t = o_t ⊙ tanh c_t counted
        direct    (T, n)  what arrived at h_t from above, not by way of the next step
        W_h, W_x  (T, n)  the norm of the step's term of ∂L/∂W_h, ∂L/∂W_x
        size      (T, n)  ‖h_t‖
        h0, c0    (1, n)  ‖∂L/∂h_0‖, ‖∂L/∂c_0‖
        length, sequence  (n,)  of int32: the steps of the sequence, its number in the batch
        gate/f, gate/f/shut, gate/f/open          (T,)  mean; share of units shut and open
        gate/f/unit_mean, gate/f/unit_std         (H,)  over steps and sequences
        saturated (T,), unit_saturated (H,)       of a cell without gates: share of |φ'| < 0.1
    tape, where it is kept: what it takes to run some sequences again, see `tape.py`.
    check: the largest relative difference of Σ_t of our terms from PyTorch's own gradient; NaN
    where no weight has one. about: what else is known, as JSON holds it.
    """

    module: str
    layer: int
    direction: int
    check: float
    about: dict[str, Any]
    series: dict[str, np.ndarray]
    tape: dict[str, np.ndarray] = field(default_factory=dict)
