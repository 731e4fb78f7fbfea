"""One step of every cell as PyTorch would write it, on tensors, for autograd.

    step(w, p, f, x, s) -> s_next, z       (B, I), (B, S) -> (B, S)

It is a cell's `torch_step`. w holds the weights that the cell learns, as tensors by name; p the
engine's Parameters, for the numbers keep and alpha; f what a step needs of PyTorch, so that the
cell's file need not import it. z is what goes into each unit's φ or σ, by name of the gate, "h"
where there is only one.
torch is imported inside the functions: it costs about a second and 190 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters

# The arrays that a cell may learn: all but the readout, and numbers that are settings.
PARAMETERS = tuple(
    field.name
    for field in fields(Parameters)
    if "ndarray" in str(field.type) and field.name not in ("W_y", "b_y")
)


@dataclass(frozen=True)
class Functions:
    """What a cell's `torch_step` needs of PyTorch: φ, σ, and torch itself."""

    phi: Callable[[Any], Any]
    sigmoid: Callable[[Any], Any]
    torch: Any


def functions(activation: str, *, stable: bool = False) -> Functions:
    """φ and σ as PyTorch has them; `stable`: in forms whose derivative does not cancel."""
    import torch

    return Functions(_phi(activation, stable), _phi("sigmoid", stable), torch)


def value_of(params: Parameters, name: str) -> np.ndarray | None:
    """A parameter's array; PyTorch's cells always have the second bias."""
    value = getattr(params, name)
    return np.zeros_like(params.b_h) if name == "b_x" and value is None else value


def _phi(name: str, stable: bool) -> Callable[[Any], Any]:
    import torch

    activation = ACTIVATIONS[name]
    made = activation.torch_stable if stable else None
    return (made or activation.torch)(torch)
