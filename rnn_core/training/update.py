"""What the two training engines share: where they start, what they learn, what they report."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from rnn_core.network.parameters import Parameters
from rnn_core.numbers import not_finite
from rnn_core.start import parameters
from rnn_core.tasks import Batch, Problem
from rnn_core.training.config import TrainConfig


@dataclass(frozen=True, eq=False)
class Update:
    """One update as an engine reports it; gradients are those of the batch's mean loss.

    tensor, timestep: the first tensor that is not finite, and its step in the sequence (from 1),
    where it has one; None if everything is. No update was made then, unless the tensor is a
    parameter: it is the update that took it out of range.
    """

    loss: float
    norm_before: float  # of the gradient of all parameters, before clipping
    norm_after: float
    cosine: float  # between the raw and the applied gradient
    state_norms: np.ndarray  # (T,) ‖∂L/∂s_t‖ over the whole batch
    saturated: float  # share of unit-steps with |φ'| < 0.1; of a gate: below a tenth of its maximum
    tensor: str | None = None
    timestep: int | None = None


class Engine(Protocol):
    """A network that learns."""

    params: Parameters  # as they are now

    def update(self, config: TrainConfig, problem: Problem, batch: Batch) -> Update:
        """Forward, backward, clip, one step of the optimiser."""

    def outputs(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """y (K, B, O) of the last K steps, for inputs x (T, B, I); from any thread."""

    def validate(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """The same, from the thread that trains."""


def starting_parameters(config: TrainConfig) -> Parameters:
    """The weights of update 1, in the run's precision; both biases are there, as in PyTorch."""
    start = parameters(config.network())
    start = replace(start, W_x=config.input_gain * start.W_x)
    if "b_x" in config.cell_used.learned and start.b_x is None:
        start = replace(start, b_x=np.zeros_like(start.b_h))
    arrays: dict[str, Any] = {
        name: np.array(value, config.precision)
        for name in start.__dataclass_fields__
        if isinstance(value := getattr(start, name), np.ndarray)
    }
    return replace(start, **arrays)


def learned(config: TrainConfig) -> tuple[str, ...]:
    """The parameters that are trained, by name, in the order of the flat vector."""
    return (*config.cell_used.learned, "W_y", "b_y")


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def state_norms(delta: np.ndarray) -> np.ndarray:
    """‖δ_t‖ (T,) over the whole batch, in float64, without underflow of its squares."""
    # Columns of a features × batch array lie in another order, which a norm does not care about.
    native = delta if delta.flags.c_contiguous else delta.swapaxes(1, 2)
    flat = native.reshape(len(delta), -1)
    squares = np.vecdot(flat, flat).astype(np.float64)
    small, large = (1e-280, 1e280) if delta.dtype == np.float64 else (1e-30, 1e37)
    poor = ~((squares > small) & (squares < large))
    norms = np.sqrt(squares)
    if poor.any():
        rows = flat[poor].astype(np.float64)
        size = np.abs(rows).max(axis=1)
        # inf and NaN stay what they are.
        safe = np.where((size > 0) & np.isfinite(size), size, 1.0)[:, None]
        rows /= safe
        norms[poor] = np.sqrt(np.vecdot(rows, rows)) * safe[:, 0]
    return norms


def broken_forward(loss: float, h: np.ndarray, y: np.ndarray) -> Update:
    """An update that ended before its gradient, as the loss is not finite; h (T, B, H)."""
    nothing = np.full(len(h), math.nan)
    tensor, timestep = not_finite.on_the_way_there(h, y)
    return Update(loss, math.nan, math.nan, math.nan, nothing, math.nan, tensor, timestep)
