"""The training pass of the cells h_t = keep·h_{t-1} + α·φ(z_t), in memory that is kept.

What `additive.py` does without its exponents: a training run is to overflow where PyTorch does.
The way back keeps φ'(z_t) ⊙ δ_t of every step, of which all parameter gradients are one product
over time and batch.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters

BLOCK = 8  # steps whose arrays fit a core's cache


class AdditivePass:
    """Memory for sequences of one shape (T, B, I); every array is overwritten by the next pass."""

    def __init__(self, network: RNNConfig, T: int, B: int, inputs: int, dtype: np.dtype) -> None:
        H = network.hidden_size
        self.shape = T, B, inputs
        self._phi = ACTIVATIONS[network.activation_used]
        self._slope = self._phi.plain_dphi or self._phi.dphi
        self.states = np.zeros((T + 1, B, H), dtype)  # h_0 … h_T
        self.dphi, self.delta, self.through = np.empty((3, T, B, H), dtype)
        self._x = np.ones((T * B, inputs + 1), dtype)  # the input, and a 1 for the bias
        self._product = np.empty((B, H), dtype)

    def forward(self, params: Parameters, x: np.ndarray) -> tuple[np.ndarray, float]:
        """h_t (T, B, H) for x (T, B, I), and the share of saturated unit-steps."""
        h = self.states[1:]
        blocked = 0
        for steps, values in self._run(params, x):
            slope = self.dphi[steps]  # holds z, which is not needed any more
            self._slope(slope, values[steps], slope)
            blocked += int(np.count_nonzero(slope < SATURATED_BELOW))
        return h, blocked / h.size

    def states_only(self, params: Parameters, x: np.ndarray) -> np.ndarray:
        """h_t (T, B, H) for x (T, B, I), with nothing for the way back."""
        for _ in self._run(params, x):
            pass
        return self.states[1:]

    def _run(self, params: Parameters, x: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Fill the states, and `dphi` with z_t, block by block; φ(z_t) are the arrays given."""
        T, B, H = self.dphi.shape
        z, h = self.dphi, self.states[1:]
        self._x[:, :-1] = x.reshape(T * B, -1)
        drive = np.concatenate([params.W_x, (params.b_h + params.b_x)[:, None]], axis=1)
        np.dot(self._x, np.ascontiguousarray(drive.T), out=z.reshape(T * B, H))
        W_hT = np.ascontiguousarray(params.W_h.T)
        keep, alpha = params.keep, params.alpha
        plain = keep == 0.0 and alpha == 1.0
        values = h if plain else self.through
        product, dot, add, apply = self._product, np.dot, np.add, self._phi.phi
        previous = self.states[0]
        for start in range(0, T, BLOCK):
            steps = slice(start, min(start + BLOCK, T))
            for z_t, value, h_t in zip(z[steps], values[steps], h[steps], strict=True):
                dot(previous, W_hT, out=product)
                add(z_t, product, out=z_t)
                apply(z_t, value)
                if not plain:
                    np.multiply(value, alpha, out=h_t)
                    h_t += keep * previous
                previous = h_t
            yield steps, values

    def back(self, params: Parameters, direct: np.ndarray, truncation: int = 0) -> np.ndarray:
        """δ_t (T, B, H) from the direct terms (K, B, H) of the last K steps.

        With `truncation` k nothing is carried over the borders of windows of k steps, counted back
        from the end.
        """
        delta, dphi, through = self.delta, self.dphi, self.through
        T = len(delta)
        first = T - len(direct)
        keep, alpha = params.keep, params.alpha
        W_h = params.W_h if alpha == 1.0 else alpha * params.W_h
        dot, multiply = np.dot, np.multiply
        delta[T - 1] = direct[-1]
        for t in range(T - 1, 0, -1):
            ds, back = delta[t], delta[t - 1]
            multiply(ds, dphi[t], out=through[t])
            if truncation and (T - t) % truncation == 0:
                back.fill(0.0)
            else:
                dot(through[t], W_h, out=back)
                if keep:
                    back += keep * ds
            if t > first:
                back += direct[t - 1 - first]
        multiply(delta[0], dphi[0], out=through[0])
        if alpha != 1.0:
            through *= alpha
        return delta

    def gradients(self, into: dict[str, np.ndarray]) -> None:
        """∂L/∂W_h, W_x, b_h and b_x into the arrays of these names, after `back`."""
        rows = self.through.reshape(len(self._x), -1).T
        np.dot(rows, self.states[:-1].reshape(len(self._x), -1), out=into["W_h"])
        on_input = rows @ self._x
        into["W_x"][...] = on_input[:, :-1]
        into["b_h"][...] = into["b_x"][...] = on_input[:, -1]
