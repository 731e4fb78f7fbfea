"""A tape run again by the engine: the layer's own weights, inputs and arriving gradient, so that
everything that reads a `GradientFlow` reads somebody's own layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.config import LIMITS, RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.forward import forward
from rnn_core.flow.losses import Direct
from rnn_core.flow.sweep import sweep
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.recording.tape import Tape


def flow_of(tape: Tape) -> GradientFlow:
    """What the gradient does that arrived at the last step, alone: of the sequences that are as
    long as the longest, time as the layer goes through them.

    Raises ValueError, naming the field, for more units or steps than the engine takes, and for
    numbers that are not finite.
    """
    T = int(tape.lengths.max())
    whole = np.flatnonzero(tape.lengths == T)
    I = tape.x.shape[2]
    config = RNNConfig(
        cell=next(name for name, cell in CELLS.items() if cell is tape.cell),
        activation=next(name for name, phi in ACTIVATIONS.items() if phi is tape.activation),
        hidden_size=tape.params.W_h.shape[1],
        seq_len=T,
        batch_size=len(whole),
        # More inputs than the engine draws are as good: the weights are not drawn.
        input_size=min(I, int(LIMITS["input_size"][1])),
        output_size=1,
        loss_at="last",
    )
    arrays: dict[str, Any] = {
        name: np.array(value, dtype=float)
        for name, value in vars(tape.params).items()
        if isinstance(value, np.ndarray)
    }
    params = replace(tape.params, **arrays)
    x = np.array(tape.x[:T, whole], dtype=float)
    start = np.array(tape.h0[whole], dtype=float)
    arrived = np.array(tape.arrived[T - 1 : T, whole], dtype=float)
    for name, value in (*arrays.items(), ("x", x), ("h0", start), ("arrived", arrived)):
        if not np.isfinite(value).all():
            raise ValueError(f"{name} has entries that are not finite")
    trace = forward(config, params, x, start=start)
    direct = Direct(arrived)
    return GradientFlow(config, params, trace, direct, sweep(trace.tape, direct))
