"""Where a network starts: its inputs and every weight, from its config and seed."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.network.base_matrix import base_eigenvalues, base_matrix, base_spectral_norm
from rnn_core.network.inputs import INPUTS
from rnn_core.network.parameters import Parameters
from rnn_core.network.starts import STARTS
from rnn_core.network.streams import (
    STREAM_BIAS,
    STREAM_INPUT,
    STREAM_OWN_BIAS,
    STREAM_READOUT,
    STREAM_STATE,
    stream,
)


def recurrent_scale(config: RNNConfig, gate: int = 0) -> float:
    """The factor s of W_h = s · W_0 for this config, in one gate's block.

    It is the gain itself, or gain / ρ(W_0) when the config asks for an exact spectral radius.
    Raises ValueError if ρ(W_0) is 0, where no factor can set the radius.
    """
    if config.scale_sets == "gain":
        return config.gain
    radius = abs(base_eigenvalues(*_block(config, gate))[0])
    if radius == 0:
        raise ValueError("scale_sets='radius' needs an initial matrix with ρ > 0; this one has 0")
    return config.gain / float(radius)


def drawn_as_one(config: RNNConfig) -> int:
    """How many gates' blocks of W_h are drawn as one matrix."""
    return len(config.cell_used.gates) if STARTS[config.start_used].as_one else 1


def _block(config: RNNConfig, gate: int) -> tuple[str, int, int, int, int]:
    """What tells apart the W_0 of one gate from every other."""
    return config.init_used, config.hidden_size, config.seed, gate, drawn_as_one(config)


# What `drawn` has found, by weights and config; it keeps no weights alive.
_found_drawn: WeakKeyDictionary[Parameters, dict[RNNConfig, bool]] = WeakKeyDictionary()


def drawn(config: RNNConfig, params: Parameters) -> bool:
    """Whether these are the weights that `config` draws: then what is known of W_0 holds.

    All of them are compared, once: ρ, σ_max and every law ask.
    """
    found = _found_drawn.setdefault(params, {})
    if config not in found:
        found[config] = _as_drawn(params, parameters(config))
    return found[config]


def _as_drawn(params: Parameters, own: Parameters) -> bool:
    pairs = ((params.W_h, own.W_h), (params.W_x, own.W_x), (params.b_h, own.b_h))
    none = np.zeros(1)
    second = (none if b_x is None or not b_x.any() else b_x for b_x in (params.b_x, own.b_x))
    return all(a is b or np.array_equal(a, b) for a, b in (*pairs, tuple(second)))


def recurrent_norm(config: RNNConfig, params: Parameters) -> float:
    """σ_max(W_h); from that of W_0, which is remembered, where W_h was drawn."""
    if not drawn(config, params):
        return float(np.linalg.norm(params.W_h, 2))
    base = base_spectral_norm(config.init_used, config.hidden_size, config.seed)
    return recurrent_scale(config) * base


def recurrent_eigenvalues(config: RNNConfig, params: Parameters) -> np.ndarray:
    """Eigenvalues (H,) of W_h; from those of W_0 where W_h was drawn."""
    if not drawn(config, params):
        return np.linalg.eigvals(params.W_h).astype(complex)
    base = base_eigenvalues(config.init_used, config.hidden_size, config.seed)
    return recurrent_scale(config) * base


def state_eigenvalues(config: RNNConfig, params: Parameters) -> np.ndarray:
    """Eigenvalues (H,) of keep·1 + α·W_h, in the order of those of W_h."""
    return params.keep + params.alpha * recurrent_eigenvalues(config, params)


@lru_cache(maxsize=64)
def _other_parameters(
    hidden_size: int,
    input_size: int,
    output_size: int,
    seed: int,
    blocks: tuple[int, ...],
    start: str,
    linear_layers: bool,
):
    rng = stream(seed, STREAM_READOUT)
    size = input_size if linear_layers else hidden_size

    def block(rows: int) -> np.ndarray:
        total = rows if linear_layers else sum(blocks)
        return STARTS[start].input_weights(rng, rows, input_size, size, total)

    first = block(blocks[0])
    W_y = rng.standard_normal((output_size, hidden_size)) / np.sqrt(hidden_size)
    # The further gates come last: the first block and the readout are the same for every cell.
    W_x = np.concatenate([first, *(block(rows) for rows in blocks[1:])])
    arrays = W_x, np.zeros(sum(blocks)), W_y, np.zeros(output_size)
    for array in arrays:
        array.setflags(write=False)
    return arrays


def parameters(config: RNNConfig) -> Parameters:
    """Every weight of the network of `config`: W_h = s·W_0, W_y ~ N(0, 1/H), W_x as it starts.

    A cell without W_h has one of no rows, and any cell may begin otherwise (`begin`). b_h is 0, or
    what the cell begins with, plus what its start draws, plus N(0, bias_scale²); so is b_x, where
    the start draws two.
    """
    cell, H = config.cell_used, config.hidden_size
    gates, own = len(cell.gates), config.start_used
    W_x, b_h, W_y, b_y = _other_parameters(
        H,
        config.input_size,
        config.output_size,
        config.seed,
        cell.rows(H),
        own,
        cell.linear_layers,
    )
    W_h = np.zeros((0, H))
    if config.init_used:
        blocks = [
            recurrent_scale(config, gate) * base_matrix(*_block(config, gate))
            for gate in range(gates)
        ]
        W_h = blocks[0] if gates == 1 else np.concatenate(blocks)
    start = {"W_h": W_h, "W_x": W_x, "b_h": b_h, "W_y": W_y, "b_y": b_y}
    if begin := cell.begin:
        begun: Any = config
        if decided := config.decided:
            more = decided | {"init_used": config.init_used}
            begun = SimpleNamespace(**(vars(config) | more))
        start |= begin(begun)
    if draw := STARTS[own].biases:
        rng = stream(config.seed, STREAM_OWN_BIAS)
        size = config.input_size if cell.linear_layers else H
        for name in ("b_h", "b_x"):
            if name in cell.learned:
                start[name] = start.get(name, 0.0) + draw(rng, len(b_h), size)
    if config.bias_scale and "b_h" in cell.learned:
        b = stream(config.seed, STREAM_BIAS).standard_normal(len(start["b_h"]))
        start["b_h"] = start["b_h"] + config.bias_scale * b
    return Parameters(**start)


def inputs(config: RNNConfig) -> np.ndarray:
    """The input sequences x (T, B, I) of `config`."""
    x = INPUTS[config.input].draw(
        stream(config.seed, STREAM_INPUT), config.seq_len, config.batch_size, config.input_size
    )
    return config.input_scale * x


def first_state(config: RNNConfig) -> np.ndarray | None:
    """The state before step 1 (B, S), from N(0, start_scale²); None where it is 0.

    h_0, then c_0 where the state holds one; h_0 is the same whatever the cell.
    """
    if config.start_scale == 0:
        return None
    shape = config.cell_used.states, config.batch_size, config.hidden_size
    each = stream(config.seed, STREAM_STATE).standard_normal(shape)
    return config.start_scale * np.concatenate(each, axis=1)
