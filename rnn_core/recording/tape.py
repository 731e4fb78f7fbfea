"""Tape: some sequences of one layer in one update with all that it takes to run them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters


@dataclass(frozen=True, eq=False)
class Tape:
    """m sequences of T steps; time as the layer goes through them, so direction 1 is turned round.

    The weights are PyTorch's, unchanged; a layer without biases has zeros.
    """

    cell: Cell  # the engine's, of the same formula
    activation: Activation
    params: Parameters
    x: np.ndarray  # (T, m, I)
    h0: np.ndarray  # (m, S), the LSTM's [h, c]
    arrived: np.ndarray  # (T, m, S), the gradient that came from above
    lengths: np.ndarray  # (m,)

    @staticmethod
    def of(
        kind: str, settings: dict[str, Any], direction: int, arrays: dict[str, np.ndarray]
    ) -> Tape | None:
        """From a record's arrays; None for a layer with proj_size, which the engine has not.

        Raises ValueError where the arrays do not fit each other.
        """
        if settings.get("proj_size"):
            return None
        cell = next((c for c in CELLS.values() if f"{kind}Cell" == c.torch_module), None)
        if cell is None:
            raise ValueError(f"a tape must be of a layer of PyTorch, got {kind[:20]!r}")
        wanted = str(settings.get("nonlinearity", cell.activation))
        named = {a.rnn_cell: a for a in ACTIVATIONS.values() if a.rnn_cell}
        activation = named.get(wanted) if cell.activation is None else ACTIVATIONS[cell.activation]
        if activation is None:
            raise ValueError(f"nonlinearity must be one of {', '.join(named)}, got {wanted!r}")
        W_h, W_x, x = arrays["W_h"], arrays["W_x"], arrays["x"]
        rows, H = W_h.shape
        T, m, I = x.shape
        zeros = np.zeros(rows, W_h.dtype)
        b_h, b_x = arrays.get("b_h", zeros), arrays.get("b_x", zeros)
        c0 = arrays.get("c0")
        own = (H,) if c0 is None else (H, H)
        h0 = arrays["h0"] if c0 is None else np.concatenate([arrays["h0"], c0], axis=1)
        arrived = arrays["arrived"]
        if c0 is not None:
            onto_c = arrays.get("arrived_c", np.zeros_like(arrived))
            arrived = np.concatenate([arrived, onto_c], axis=2)
        S, lengths = sum(own), arrays["length"]
        for name, array, shape in (
            ("W_h", W_h, (len(cell.blocks) * H, H)),
            ("W_x", W_x, (rows, I)),
            ("b_h", b_h, (rows,)),
            ("b_x", b_x, (rows,)),
            ("h0", h0, (m, cell.states * H)),
            ("arrived", arrived, (T, m, S)),
            ("length", lengths, (m,)),
        ):
            if array.shape != shape:
                raise ValueError(f"{name} must be {shape}, got {array.shape}")
        if not ((lengths >= 1) & (lengths <= T)).all():
            raise ValueError(f"length must be from 1 to {T}, got {lengths.tolist()[:8]}")
        if direction:
            x, arrived = _turned(x, lengths), _turned(arrived, lengths)
        nothing = np.zeros((1, H), W_h.dtype)
        params = Parameters(
            W_h=W_h, W_x=W_x, b_h=b_h, b_x=b_x, W_y=nothing, b_y=np.zeros(1, W_h.dtype)
        )
        return Tape(cell, activation, params, x, h0, arrived, lengths)

    def jacobians(self, sequence: int) -> np.ndarray:
        """∂s_t/∂s_{t-1} (T', S, S) of every step of a sequence, T' its length."""
        s = self.h0[sequence : sequence + 1].astype(float)
        S = s.shape[1]
        found = np.empty((int(self.lengths[sequence]), S, S))
        for t, J in enumerate(found):
            x = np.repeat(self.x[t, sequence : sequence + 1].astype(float), S, axis=0)
            after, cache = self.cell.step(self.params, self.activation, x, np.repeat(s, S, axis=0))
            J[:] = self.cell.vjp(self.params, self.activation, cache, np.eye(S))[0]
            s = after[:1]
        return found


def _turned(a: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(T, m, ...) with each sequence turned round within its own length."""
    t = np.arange(len(a))[:, None]
    at = lengths[None, :] - 1 - t
    return a[np.where(at >= 0, at, t), np.arange(a.shape[1])]
