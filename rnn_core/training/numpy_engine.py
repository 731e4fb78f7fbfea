"""One training update by our own backpropagation through time.

The sweep here is the plain one, in the run's own precision: what overflows in PyTorch overflows
here, at the same update and the same timestep. Everything learned lies in one flat vector, so that
clipping and the optimiser are a few operations whatever the cell.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.flow.forward import forward
from rnn_core.network.parameters import Parameters
from rnn_core.numbers import clipping, not_finite
from rnn_core.tasks import Batch, Problem, loss_and_direct
from rnn_core.training.additive_pass import AdditivePass
from rnn_core.training.config import TrainConfig
from rnn_core.training.kept import KEPT, keep
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.regulariser import omega
from rnn_core.training.tape_pass import TapePass
from rnn_core.training.update import (
    Update,
    broken_forward,
    learned,
    starting_parameters,
    state_norms,
)

# Sequences validated at once: larger arrays fall out of the caches, and take memory.
VALIDATED_AT_ONCE = 32
# Up to so many steps × units all are, where the memory is kept.
VALIDATED_WHOLE = 2**15


class NumpyEngine:
    """The network, its optimiser and its memory; `params` are views into the learned vector."""

    def __init__(self, config: TrainConfig) -> None:
        start, names = starting_parameters(config), learned(config)
        sizes = [getattr(start, name).size for name in names]
        self.theta = np.empty(sum(sizes), config.precision)
        self._gradient = np.empty_like(self.theta)
        self.params, _ = _views(self.theta, start, names)
        _, self._slots = _views(self._gradient, start, names)
        self._network = config.network()
        self._pass: AdditivePass | TapePass | None = None
        self._held: AdditivePass | None = None  # for validation
        self._optimiser = OPTIMISERS[config.optimizer](
            self.theta.size, self.theta.dtype, config.momentum
        )
        for name in names:
            getattr(self.params, name)[...] = getattr(start, name)

    def outputs(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """y (K, B, O) for the inputs x (T, B, I); in memory of its own, for any thread."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            trace = forward(self._network, self.params, np.asarray(x, self.theta.dtype))
            return self._read_out(problem, trace.hidden)

    def validate(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """The same for the thread that trains, in memory that is kept."""
        additive, size = self._network.cell_used.additive, VALIDATED_AT_ONCE
        if additive and len(x) * self._network.hidden_size <= VALIDATED_WHOLE:
            size = x.shape[1]
        parts = (x[:, first : first + size] for first in range(0, x.shape[1], size))
        read = self._held_outputs if additive else self.outputs
        return np.concatenate([read(problem, part) for part in parts], axis=1)

    def _held_outputs(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        if self._held is None or self._held.shape != x.shape:
            T, B, inputs = x.shape
            self._held = AdditivePass(self._network, T, B, inputs, self.theta.dtype)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return self._read_out(problem, self._held.states_only(self.params, x))

    def update(self, config: TrainConfig, problem: Problem, batch: Batch) -> Update:
        with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
            return self._update(config, problem, batch)

    def _pass_for(self, T: int, B: int, inputs: int) -> AdditivePass | TapePass:
        """The memory of the last update, if the sequences still have its shape."""
        if self._pass is None or self._pass.shape != (T, B, inputs):
            dtype = self.theta.dtype
            additive = self._network.cell_used.additive
            self._pass = (AdditivePass if additive else TapePass)(
                self._network, T, B, inputs, dtype
            )
        return self._pass

    def _read_out(self, problem: Problem, h: np.ndarray) -> np.ndarray:
        seen = h[-problem.loss_steps :]
        y = seen.reshape(-1, h.shape[-1]) @ self.params.W_y.T + self.params.b_y
        return y.reshape(*seen.shape[:2], -1)

    def _update(self, config: TrainConfig, problem: Problem, batch: Batch) -> Update:
        run = self._pass_for(*batch.x.shape)
        h, saturated = run.forward(self.params, batch.x)
        y = self._read_out(problem, h)
        loss, dy = loss_and_direct(problem, y, batch.target)
        if not math.isfinite(loss):
            return broken_forward(loss, h, y)
        delta = run.back(self.params, dy @ self.params.W_y, config.truncation)
        self._gradients(run, config, h, delta, dy)
        g = self._gradient
        norm = math.sqrt(g @ g)
        states = state_norms(delta)
        if not math.isfinite(norm):
            found = not_finite.on_the_way_back(delta, self._slots)
            return Update(loss, norm, math.nan, math.nan, states, saturated, *found)
        applied, norm_after, cosine = self._clipped(config, g, norm)
        self._optimiser.step(self.theta, applied, config.learning_rate)
        broken = None
        if not math.isfinite(self.theta.sum()):
            broken = not_finite.first_of({name: getattr(self.params, name) for name in self._slots})
        elif config.keep_matrix in KEPT:
            keep(self.params.W_h, KEPT[config.keep_matrix])
        return Update(loss, norm, norm_after, cosine, states, saturated, broken)

    def _gradients(
        self,
        run: AdditivePass | TapePass,
        config: TrainConfig,
        h: np.ndarray,
        delta: np.ndarray,
        dy: np.ndarray,
    ) -> None:
        """∂L/∂θ, into the flat gradient."""
        run.gradients(self._slots)
        rows = dy.reshape(-1, dy.shape[-1])
        np.dot(rows.T, h[-len(dy) :].reshape(len(rows), -1), out=self._slots["W_y"])
        np.sum(rows, axis=0, out=self._slots["b_y"])
        if config.omega:
            assert run.dphi is not None  # Ω is for J = diag(φ') W_h
            _, gradient = omega(self.params.W_h, run.dphi, delta)
            self._slots["W_h"] += config.omega * gradient

    def _clipped(
        self, config: TrainConfig, g: np.ndarray, norm: float
    ) -> tuple[np.ndarray, float, float]:
        """The gradient to apply, its norm, and its cosine with the raw one."""
        if config.clip == "norm":
            factor = clipping.norm_factor(norm, config.max_norm)
            return (g * g.dtype.type(factor) if factor < 1.0 else g), factor * norm, 1.0
        if config.clip == "value" and np.abs(g).max(initial=0.0) > config.clip_value:
            applied = clipping.by_value(g, config.clip_value)
            return applied, math.sqrt(applied @ applied), clipping.cosine(g, applied)
        if config.clip in ("tensor", "unit"):
            raw, parts = g.copy(), self._slots.values()
            if config.clip == "tensor":
                clipping.by_tensor(parts, config.max_norm)
            else:
                own = [getattr(self.params, name) for name in self._slots]
                clipping.by_unit(parts, own, config.clip_value)
            if not np.array_equal(raw, g):
                return g, math.sqrt(g @ g), clipping.cosine(raw, g)
        return g, norm, 1.0


def _views(
    flat: np.ndarray, like: Parameters, names: tuple[str, ...]
) -> tuple[Parameters, dict[str, np.ndarray]]:
    """Parameters that are views into `flat` wherever they are learned, and the views by name."""
    views: dict[str, Any] = {}
    start = 0
    for name in names:
        shape = getattr(like, name).shape
        size = math.prod(shape)
        views[name] = flat[start : start + size].reshape(shape)
        start += size
    rest = {name: getattr(like, name) for name in like.__dataclass_fields__ if name not in views}
    return Parameters(**views, **rest), views
