"""The training pass of every cell by the tape of its forward pass."""

from __future__ import annotations

import numpy as np

from rnn_core.cells.tape import Tape, Trace
from rnn_core.config import RNNConfig
from rnn_core.flow.forward import forward
from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters


class TapePass:
    """A forward pass and the way back over its tape, in plain floating point."""

    def __init__(self, network: RNNConfig, T: int, B: int, inputs: int, dtype: np.dtype) -> None:
        self.shape = T, B, inputs
        self._network, self._dtype = network, dtype
        self._delta: np.ndarray | None = None

    def forward(self, params: Parameters, x: np.ndarray) -> tuple[np.ndarray, float]:
        """h_t (T, B, H) for x (T, B, I), and the share of saturated unit-steps."""
        self._trace = forward(self._network, params, np.asarray(x, self._dtype))
        return self._plain_hidden(params), saturated(self._network, self._trace)

    def _plain_hidden(self, params: Parameters) -> np.ndarray:
        """h_t (T, B, H) as PyTorch would have it: a run that was held goes on, with inf and NaN."""
        h, overflow = self._trace.hidden, self._trace.overflow
        if overflow is None or not overflow.held:
            return h
        h, cell = h.copy(), self._network.cell_used
        phi, x = ACTIVATIONS[self._network.activation_used], self._trace.x
        state = self._trace.state[overflow.step - 2]
        if overflow.step == 1:
            state = np.zeros_like(state)
        with np.errstate(all="ignore"):
            for t in range(overflow.step - 1, len(h)):
                state, _ = cell.step(params, phi, x[t], state)
                h[t] = state[:, : h.shape[2]]
        return h

    @property
    def dphi(self) -> np.ndarray | None:
        """φ'(z_t) (T, B, H) of a cell with one φ."""
        return self._trace.dphi

    def back(self, params: Parameters, direct: np.ndarray, truncation: int = 0) -> np.ndarray:
        """δ_t (T, B, S) from the direct terms (K, B, H) of the last K steps; cf. `AdditivePass`."""
        self._delta = delta = back(self._trace.tape, direct, truncation, self._delta)
        return delta.swapaxes(1, 2) if self._trace.tape.columns else delta

    def gradients(self, into: dict[str, np.ndarray]) -> None:
        """Parameter gradients into the arrays of their names, after `back`."""
        delta = self._delta
        assert delta is not None  # `back` was called
        if self._trace.tape.columns:
            delta = delta.swapaxes(1, 2)
        for name, gradient in self._trace.tape.gradients(delta).items():
            if name in into:
                into[name][...] = gradient


def back(
    tape: Tape, direct: np.ndarray, truncation: int = 0, memory: np.ndarray | None = None
) -> np.ndarray:
    """δ_t = ∂L/∂s_t, of the tape's own shape, from the direct terms (K, B, H) of the last K steps.

    With `truncation` k nothing is carried over the borders of windows of k steps, counted back
    from the end.
    """
    delta = np.empty(tape.shape, tape.dtype) if memory is None else memory
    T, width = len(delta), direct.shape[-1]
    first = T - len(direct)
    own = np.ascontiguousarray(direct.swapaxes(1, 2)) if tape.columns else direct
    seen = delta[:, :width] if tape.columns else delta[:, :, :width]
    delta[T - 1] = 0.0
    seen[T - 1] += own[-1]
    for t in range(T - 1, 0, -1):
        if truncation and (T - t) % truncation == 0:
            delta[t - 1] = 0.0
        else:
            tape.carry(t, delta[t], delta[t - 1])
        if t > first:
            seen[t - 1] += own[t - 1 - first]
    return delta


def saturated(network: RNNConfig, trace: Trace) -> float:
    """Share of unit-steps whose φ' is below a tenth; of a gate: of its largest σ', which is 1/4."""
    if trace.dphi is not None:
        return np.count_nonzero(trace.dphi < SATURATED_BELOW) / trace.dphi.size
    assert trace.gates is not None  # a cell without one φ has gates
    blocked = total = 0
    for block in network.cell_used.blocks:
        values = trace.gates[block.name]
        if block.activation:
            below = SATURATED_BELOW * ACTIVATIONS[block.activation].max_dphi
            blocked += _flat(values, block.activation, below)
        elif block.activation == "":
            blocked += _flat(values, network.activation_used, SATURATED_BELOW)
        total += values.size
    return blocked / total


def _flat(values: np.ndarray, activation: str, below: float) -> int:
    """How many of the values φ(z) have φ'(z) < `below`."""
    phi = ACTIVATIONS[activation]
    if phi.ends is None:
        # Its slope is decided by the sign, which z and φ(z) have in common.
        slope = phi.dphi(values, values, np.empty_like(values))
        return int(np.count_nonzero(slope < below))
    low, high = phi.ends(below)
    return int(np.count_nonzero(values < low) + np.count_nonzero(values > high))
