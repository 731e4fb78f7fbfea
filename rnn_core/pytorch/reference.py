"""The same experiment by PyTorch autograd, to check every number of the engine against.

torch is imported inside the functions: it costs about a second and 190 MB, and nothing on the way
to a result needs it. The network is an unrolled cell, because `nn.RNN` does not route its
recurrence through the tensor it returns: `out.retain_grad()` there gives only the direct gradient
of one step (pytorch issue 1407).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.losses import directions, targets
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.pytorch.functions import PARAMETERS, functions, value_of
from rnn_core.pytorch.missing import need_torch

# Beyond 10^±140 squares leave float64, and with them the digits of PyTorch's own norms.
TRUSTED_LOG10 = 140.0
SMALLEST_EXPONENT = -1020  # below it a plain float64 state has lost digits, then everything


@dataclass(frozen=True, eq=False)
class Reference:
    """What autograd found: δ_t and the summed parameter gradients."""

    delta: np.ndarray  # (T, B, S)
    hidden: np.ndarray  # (T, B, H)
    gradients: dict[str, np.ndarray]  # by the parameter's name, of its shape


@dataclass(frozen=True)
class Comparison:
    """Largest relative differences between the engine and PyTorch, over what could be compared.

    delta: max over steps and sequences of ‖δ - δ_torch‖ / ‖δ_torch‖, found at step `step` (from 1).
    gradients: per parameter ‖g - g_torch‖ relative to the summed norms of the terms of g (one per
    step and sequence), as these may cancel; NaN where float64 cannot hold it. compared, total:
    entries (step × sequence) of a size that PyTorch can hold (10^±140), and all of them.
    overflow_step: where the forward pass overflows, so that PyTorch has only inf and NaN, or None.
    underflow_step: where a state becomes too small for float64, so that PyTorch has only 0, or
    None. hidden: largest relative difference of the forward states, ‖h - h_torch‖ / ‖h_torch‖.
    """

    delta: float
    step: int
    gradients: dict[str, float]
    compared: int
    total: int
    overflow_step: int | None
    underflow_step: int | None = None
    hidden: float = 0.0


def autograd(flow: GradientFlow, *, stable: bool = False) -> Reference:
    """Run `flow`'s network from its own parameters and inputs through PyTorch, in float64.

    `stable` replaces tanh and sigmoid by forms whose autograd derivative does not cancel in
    saturation; without it PyTorch's own functions are used, as a user would. Raises MissingTorch.
    """
    torch = need_torch()
    torch.set_num_threads(1)
    c, p = flow.config, flow.params
    step, how = c.cell_used.torch_step, functions(c.activation_used, stable=stable)

    def tensor(array: np.ndarray, grad: bool = False) -> Any:
        return torch.tensor(np.array(array), dtype=torch.float64, requires_grad=grad)

    weights = {
        name: tensor(value, grad=True)
        for name in PARAMETERS
        if (value := value_of(p, name)) is not None
    }
    x = tensor(flow.trace.x)
    H = c.hidden_size
    state = torch.zeros(c.batch_size, c.cell_used.states * H, dtype=torch.float64)
    if flow.trace.start is not None:
        state = tensor(flow.trace.start)
    states = []
    for x_t in x:
        # A state of its own: a gradient asked of it is that of all later steps, and of its loss.
        state = step(weights, p, how, x_t, state)[0].clone()
        state.retain_grad()
        states.append(state)

    steps = 1 if c.loss_at == "last" else c.seq_len
    loss = torch.zeros((), dtype=torch.float64)
    if c.loss_kind == "direction":
        for k, v in enumerate(tensor(directions(c, steps))):
            loss = loss + (v * states[-1 - k][:, :H]).sum()
    else:
        W_y, b_y = tensor(p.W_y), tensor(p.b_y)
        for k, target in enumerate(tensor(targets(c, steps))):
            residual = states[-1 - k][:, :H] @ W_y.T + b_y - target
            loss = loss + 0.5 * (residual**2).sum()
    loss.backward()

    return Reference(
        delta=np.stack([s.grad.numpy() for s in states]),
        hidden=np.stack([s.detach().numpy()[:, :H] for s in states]),
        gradients={
            name: np.zeros(w.shape) if w.grad is None else w.grad.numpy()
            for name, w in weights.items()
            if name in flow.gradients
        },
    )


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def compare(flow: GradientFlow, *, stable: bool = False) -> Comparison:
    """Hold every δ_t and every parameter gradient of `flow` against PyTorch."""
    total = flow.log10_norms.size
    if flow.overflow is not None:
        nan = float("nan")
        return Comparison(nan, 0, dict.fromkeys(flow.gradients, nan), 0, total, flow.overflow.step)
    if flow.trace.exponent is not None and flow.trace.exponent.min() < SMALLEST_EXPONENT:
        nan = float("nan")
        step = int((flow.trace.exponent < SMALLEST_EXPONENT).any(axis=1).argmax()) + 1
        return Comparison(nan, 0, dict.fromkeys(flow.gradients, nan), 0, total, None, step)
    found = autograd(flow, stable=stable)
    # Where both are exactly 0 they agree; beyond the trusted sizes nothing can be said.
    usable = np.abs(flow.log10_norms) < TRUSTED_LOG10
    both_zero = np.isneginf(flow.log10_norms) & ~found.delta.any(axis=-1)
    difference = np.where(both_zero, 0.0, np.nan)
    theirs = found.delta[usable]
    ours = np.ldexp(flow.sweep.delta[usable], flow.sweep.exponent[usable][:, None])
    size = np.maximum(np.linalg.norm(theirs, axis=-1), np.linalg.norm(ours, axis=-1))
    size = np.maximum(size, 10.0**-TRUSTED_LOG10)
    difference[usable] = np.linalg.norm(ours - theirs, axis=-1) / size
    comparable = np.isfinite(difference)
    worst = np.nanmax(difference) if comparable.any() else float("nan")
    step = int(np.nanargmax(difference) // difference.shape[1]) + 1 if comparable.any() else 0
    sizes = _term_sizes(flow)
    return Comparison(
        delta=float(worst),
        step=step,
        gradients={
            name: _apart(flow.gradients[name], found.gradients[name], sizes[name])
            for name in flow.gradients
        },
        compared=int(comparable.sum()),
        total=total,
        overflow_step=None,
        hidden=_forward_difference(flow.hidden, found.hidden),
    )


def _forward_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest ‖h - h_torch‖ / ‖h_torch‖ over steps and sequences; 0 where both are 0."""
    size = np.maximum(np.linalg.norm(theirs, axis=-1), np.linalg.norm(ours, axis=-1))
    apart = np.linalg.norm(ours - theirs, axis=-1)
    return float(np.divide(apart, size, out=np.zeros_like(apart), where=size > 0).max())


def _apart(ours: np.ndarray, theirs: np.ndarray, size: float) -> float:
    """‖ours - theirs‖ / size, NaN where one of them is not a float64 number."""
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all() and size < 10.0**TRUSTED_LOG10):
        return float("nan")
    return float(np.linalg.norm(ours - theirs) / size)


def _own_terms(flow: GradientFlow, name: str) -> float:
    """The same of a parameter that only some cells have, by the vjp of each step."""
    cell, phi = flow.config.cell_used, ACTIVATIONS[flow.config.activation_used]
    x, found = flow.trace.x, 0.0
    for t, state in enumerate(flow.trace.before()):
        _, cache = cell.step(flow.params, phi, x[t], state)
        delta = np.ldexp(flow.sweep.delta[t], flow.sweep.exponent[t][:, None])
        term = cell.vjp(flow.params, phi, cache, delta)[1][name]
        parts = term if isinstance(term, tuple) else (term,)
        found += np.prod([np.linalg.norm(part, axis=-1) for part in parts], axis=0).sum()
    return float(found)


def _term_sizes(flow: GradientFlow) -> dict[str, float]:
    """Σ over steps and sequences of the norm of each parameter gradient's term; 1 where it is 0."""
    through = 10.0 ** np.minimum(flow.log10_preactivations, 300.0)
    sizes = {
        "W_h": (through[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)).sum(),
        "W_x": (through * np.linalg.norm(flow.trace.x, axis=-1)).sum(),
        "b_h": through.sum(),
        "b_x": through.sum(),
    }
    for name in set(flow.gradients) - set(sizes):
        sizes[name] = _own_terms(flow, name)
    return {name: float(size) if size > 0 else 1.0 for name, size in sizes.items()}
