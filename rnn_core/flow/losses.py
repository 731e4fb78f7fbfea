"""Losses: where the gradient enters, ∂L_t/∂h_t.

Both kinds give one loss per sequence and step: `direction`, L_t = v_t·h_t with a random unit
vector v_t, which starts the gradient at norm 1; and `squared_error`, L_t = ½‖y_t - target_t‖².
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_core.cells.tape import Trace
from rnn_core.config import RNNConfig
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_LOSS, stream


@dataclass(frozen=True, eq=False)
class Direct:
    """The direct terms ∂L_t/∂h_t of the last K steps: value · 2^exponent."""

    value: np.ndarray  # (K, B, H)
    exponent: np.ndarray | None = None  # (K, B), None where all are 0


def _directions(steps: int, batch_size: int, hidden_size: int, seed: int) -> np.ndarray:
    v = stream(seed, STREAM_LOSS).standard_normal((steps, batch_size, hidden_size))
    v /= np.linalg.norm(v, axis=-1, keepdims=True)
    v.setflags(write=False)
    return v


_remembered_directions = lru_cache(maxsize=8)(_directions)
_WORTH_REMEMBERING = 1_000_000  # elements: drawing fewer is what a moving slider would wait for


def directions(config: RNNConfig, steps: int) -> np.ndarray:
    """Unit vectors v (steps, B, H): v[0] belongs to the last step, v[k] to k steps before it."""
    shape = steps, config.batch_size, config.hidden_size
    draw = _remembered_directions if np.prod(shape) <= _WORTH_REMEMBERING else _directions
    return draw(*shape, config.seed)


def targets(config: RNNConfig, steps: int) -> np.ndarray:
    """Targets (steps, B, O) of the squared error, N(0, 1), ordered like `directions`."""
    shape = (steps, config.batch_size, config.output_size)
    return stream(config.seed, STREAM_LOSS).standard_normal(shape)


def direct_gradient(
    config: RNNConfig, params: Parameters, trace: Trace, steps: int | None = None
) -> Direct:
    """∂L_t/∂h_t for the last `steps` steps: 1 or T, as `config.loss_at` says, unless given."""
    if steps is None:
        steps = 1 if config.loss_at == "last" else config.seq_len
    if config.loss_kind == "direction":
        return Direct(directions(config, steps)[::-1])
    h, exponent = trace.h[-steps:], None
    target = targets(config, steps)[::-1]
    if trace.exponent is not None:
        # The state is h·2^exponent. A huge one divides the target instead of overflowing the
        # output; a tiny one is nothing beside the target.
        exponent = np.maximum(trace.exponent[-steps:], 0)
        h = np.ldexp(h, np.maximum(trace.exponent[-steps:] - exponent, -5000)[..., None])
        target = np.ldexp(target, -exponent[..., None])
        bias = np.ldexp(params.b_y, -exponent[..., None])
    else:
        bias = params.b_y
    residual = h @ params.W_y.T + bias - target
    return Direct(residual @ params.W_y, exponent)
