"""One training update by PyTorch: autograd, torch.optim and torch.nn.utils, nothing of ours.

What `NumpyEngine` does, done as a user of PyTorch would, and step for step the same numbers. The
cell is unrolled in Python because the fused `nn.RNN` does not show ∂L/∂h_t (see reference.py).
torch is imported inside the functions: it costs about a second and 190 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from rnn_core.cells.cell import Gate
from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import clipping, not_finite
from rnn_core.pytorch.functions import functions
from rnn_core.pytorch.missing import need_torch
from rnn_core.tasks import Batch, Problem
from rnn_core.training.config import TrainConfig
from rnn_core.training.kept import KEPT, Kept
from rnn_core.training.update import (
    Update,
    broken_forward,
    learned,
    starting_parameters,
    state_norms,
)

Tensor = Any  # torch.Tensor, which is not there yet when this module is imported


class TorchEngine:
    """The network and its optimiser; `params` shares its memory with the tensors that learn."""

    def __init__(self, config: TrainConfig) -> None:
        """Raises MissingTorch."""
        torch = need_torch()
        torch.set_num_threads(1)
        start = starting_parameters(config)
        self._weights: dict[str, Tensor] = {
            name: torch.tensor(getattr(start, name), requires_grad=True) for name in learned(config)
        }
        arrays = {name: w.detach().numpy() for name, w in self._weights.items()}
        self.params = replace(start, **arrays)
        cell, phi = config.cell_used, config.network().activation_used
        self._step, self._functions = cell.torch_step, functions(phi)
        self._slopes = {
            block.name: _slope_of(block, phi)
            for block in cell.blocks
            if block.activation is not None
        }
        self._state_size = cell.states * config.hidden_size
        self._optimiser = _optimiser(config, list(self._weights.values()))

    def outputs(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """y (K, B, O) for the inputs x (T, B, I)."""
        import torch

        with torch.no_grad():
            states, _ = self._unroll(x)
            return self._read_out(problem, states).numpy()

    validate = outputs

    def update(self, config: TrainConfig, problem: Problem, batch: Batch) -> Update:
        import torch

        states, z = self._unroll(batch.x, config.truncation)
        y = self._read_out(problem, states)
        objective = _loss(problem, y, torch.tensor(batch.target))
        if not math.isfinite(loss := objective.item()):
            h = torch.stack(states).detach().numpy()[..., : self.params.W_y.shape[1]]
            return broken_forward(loss, h, y.detach().numpy())
        for state in states:
            state.retain_grad()
        self._optimiser.zero_grad()
        objective.backward()
        # Nothing goes back to a step whose window ends before the loss.
        delta = torch.stack([torch.zeros_like(s) if s.grad is None else s.grad for s in states])
        if config.omega:
            self._add_omega(config.omega, delta, z["h"])
        norms, blocked = state_norms(delta.numpy()), _saturated(self._slopes, z)
        gradients = [w.grad for w in self._weights.values()]
        norm = _norm(gradients)
        if not math.isfinite(norm):
            own = {name: w.grad.numpy() for name, w in self._weights.items()}
            found = not_finite.on_the_way_back(delta.numpy(), own)
            return Update(loss, norm, math.nan, math.nan, norms, blocked, *found)
        cosine = _clip(config, list(self._weights.values()))
        norm_after = _norm(gradients)
        for group in self._optimiser.param_groups:
            group["lr"] = config.learning_rate
        self._optimiser.step()
        broken = not_finite.first_of({n: w.detach().numpy() for n, w in self._weights.items()})
        if broken is None and config.keep_matrix in KEPT:
            _keep(self._weights["W_h"], KEPT[config.keep_matrix])
        return Update(loss, norm, norm_after, cosine, norms, blocked, broken)

    def _unroll(self, x: np.ndarray, truncation: int = 0) -> tuple[list[Tensor], dict[str, Tensor]]:
        """The state after each step, and what went into each φ and σ (T, B, H), by gate.

        With `truncation` k the state is cut off from what came before it at the borders of windows
        of k steps, counted back from the end.
        """
        import torch

        inputs = torch.tensor(np.asarray(x, self.params.W_y.dtype))
        T, B, _ = inputs.shape
        state, states, into = inputs.new_zeros(B, self._state_size), [], []
        for t, x_t in enumerate(inputs):
            if truncation and t and (T - t) % truncation == 0:
                state = state.detach()
            state, z = self._step(self._weights, self.params, self._functions, x_t, state)
            states.append(state)
            into.append(z)
        return states, {gate: torch.stack([z[gate] for z in into]).detach() for gate in into[0]}

    def _read_out(self, problem: Problem, states: list[Tensor]) -> Tensor:
        import torch

        h = torch.stack(states[-problem.loss_steps :])[..., : self.params.W_y.shape[1]]
        return h @ self._weights["W_y"].T + self._weights["b_y"]

    def _add_omega(self, weight: float, delta: Tensor, z: Tensor) -> None:
        """Add the immediate gradient of weight·Ω to that of W_h: see regulariser.py."""
        import torch

        W_h = self._weights["W_h"]
        d = delta[1:].flatten(0, 1)
        alive = d.abs().amax(dim=1) > 0
        if not alive.any():
            return
        d = d[alive] / d[alive].abs().amax(dim=1, keepdim=True)
        back = (_slope(self._functions.phi, z)[1:].flatten(0, 1)[alive] * d) @ W_h
        omega = ((back.norm(dim=1) / d.norm(dim=1) - 1.0) ** 2).mean()
        (gradient,) = torch.autograd.grad(omega, W_h)
        W_h.grad += weight * gradient


def _optimiser(config: TrainConfig, weights: list[Tensor]) -> Any:
    import torch

    if config.optimizer == "adam":
        return torch.optim.Adam(weights, lr=config.learning_rate)
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(weights, lr=config.learning_rate)
    momentum = config.momentum if config.optimizer == "momentum" else 0.0
    return torch.optim.SGD(weights, lr=config.learning_rate, momentum=momentum)


def _loss(problem: Problem, y: Tensor, target: Tensor) -> Tensor:
    from torch.nn import functional

    if problem.loss == "squared_error":
        return functional.mse_loss(y, target.to(y.dtype))
    return functional.cross_entropy(y.flatten(0, 1), target.flatten())


def _norm(gradients: list[Tensor]) -> float:
    """‖g‖ of all of them as one vector."""
    import torch

    return float(torch.nn.utils.get_total_norm(gradients))


def _clip(config: TrainConfig, weights: list[Tensor]) -> float:
    """Clip the gradients in place; the cosine between what they were and what they are."""
    import torch

    if config.clip == "norm":
        torch.nn.utils.clip_grad_norm_(weights, config.max_norm)
    elif config.clip != "none":
        raw = torch.cat([w.grad.flatten() for w in weights])
        if config.clip == "value":
            torch.nn.utils.clip_grad_value_(weights, config.clip_value)
        for w in weights:
            if config.clip == "tensor":
                torch.nn.utils.clip_grad_norm_([w], config.max_norm)
            elif config.clip == "unit":
                _clip_units(w, config.clip_value)
        applied = torch.cat([w.grad.flatten() for w in weights])
        if not torch.equal(raw, applied):
            return clipping.cosine(raw.numpy(), applied.numpy())
    return 1.0


def _clip_units(weight: Tensor, ratio: float) -> None:
    """Adaptive clipping of one parameter, in place: see rnn_core/numbers/clipping.py."""
    W, g = (t if t.ndim > 1 else t[None] for t in (weight.detach(), weight.grad))
    most = ratio * W.norm(dim=1, keepdim=True).clamp(min=clipping.SMALLEST_WEIGHTS)
    g *= (most / g.norm(dim=1, keepdim=True).clamp(min=clipping.SMALLEST_GRADIENT)).clamp(max=1.0)


def _keep(W_h: Tensor, kept: Kept) -> None:
    """Bring the singular values of each block within bounds, in place: see kept.py."""
    import torch

    with torch.no_grad():
        for W in W_h.split(W_h.shape[1]):
            U, s, Vh = torch.linalg.svd(W)
            within = s.clamp(kept.low, kept.high)
            if not torch.equal(within, s):
                W.copy_((U * within) @ Vh)


def _slope(phi: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """φ'(z) by autograd."""
    import torch

    z = z.detach().requires_grad_()
    return torch.autograd.grad(phi(z).sum(), z)[0]


def _slope_of(block: Gate, phi: str) -> tuple[Callable[[Tensor], Tensor], float]:
    """The function that a block's sum goes through, and the slope below which it is saturated:
    a tenth; for a gate a tenth of its largest slope."""
    if not block.activation:
        return functions(phi).phi, SATURATED_BELOW
    below = SATURATED_BELOW * ACTIVATIONS[block.activation].max_dphi
    return functions(block.activation).phi, below


def _saturated(
    slopes: dict[str, tuple[Callable[[Tensor], Tensor], float]], z: dict[str, Tensor]
) -> float:
    """Share of unit-steps whose φ' is below the end of its block; 0 of a cell without any φ."""
    blocked = 0
    for gate, into in z.items():
        if gate in slopes:
            phi, below = slopes[gate]
            blocked += int((_slope(phi, into) < below).sum())
    return blocked / sum(into.numel() for into in z.values()) if z else 0.0
