"""The same experiment by PyTorch autograd, to check every number of the engine against.

torch is imported inside the functions: it costs about a second and 190 MB, and nothing on the way
to a result needs it. The network is an unrolled cell, because `nn.RNN` does not route its
recurrence through the tensor it returns: `out.retain_grad()` there gives only the direct gradient
of one step (pytorch issue 1407).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.activations import LEAK
from rnn_core.flow import GradientFlow
from rnn_core.losses import directions, targets

# Beyond 10^±140 squares leave float64, and with them the digits of PyTorch's own norms.
TRUSTED_LOG10 = 140.0


@dataclass(frozen=True, eq=False)
class Reference:
    """What autograd found: δ_t and the summed parameter gradients."""

    delta: np.ndarray  # (T, B, H)
    hidden: np.ndarray  # (T, B, H)
    gradients: dict[str, np.ndarray]  # W_h (H, H), W_x (H, I), b_h (H,)


@dataclass(frozen=True)
class Comparison:
    """Largest relative differences between the engine and PyTorch, over what could be compared.

    delta: max over steps and sequences of ‖δ - δ_torch‖ / ‖δ_torch‖, found at step `step` (from 1).
    gradients: per parameter ‖g - g_torch‖ relative to the summed norms of the terms of g (one per
    step and sequence), as these may cancel; NaN where float64 cannot hold it. compared, total:
    entries (step × sequence) of a size that PyTorch can hold (10^±140), and all of them.
    overflow_step: where the forward pass overflows, so that PyTorch has only inf and NaN, or None.
    """

    delta: float
    step: int
    gradients: dict[str, float]
    compared: int
    total: int
    overflow_step: int | None


def _phi(name: str, stable: bool):
    import torch

    def stable_tanh(z):
        # Same function; autograd of this form keeps every digit of φ' where 1 - h² cancels.
        sign = torch.where(z.detach() < 0, -1.0, 1.0)  # unlike abs(), differentiable at 0
        fall = torch.expm1(-2.0 * sign * z)  # exact for a tiny z too
        return -sign * fall / (2.0 + fall)

    def stable_sigmoid(z):
        sign = torch.where(z.detach() < 0, -1.0, 1.0)
        e = torch.exp(-sign * z)
        return torch.where(sign > 0, 1.0 / (1.0 + e), e / (1.0 + e))

    return {
        "tanh": stable_tanh if stable else torch.tanh,
        "sigmoid": stable_sigmoid if stable else torch.sigmoid,
        "relu": torch.relu,
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, LEAK),
        "linear": lambda z: z,
    }[name]


def autograd(flow: GradientFlow, *, stable: bool = False) -> Reference:
    """Run `flow`'s network from its own parameters and inputs through PyTorch, in float64.

    `stable` replaces tanh and sigmoid by forms whose autograd derivative does not cancel in
    saturation; without it PyTorch's own functions are used, as a user would.
    """
    import torch

    torch.set_num_threads(1)
    c, p = flow.config, flow.params
    phi = _phi(c.activation, stable)

    def tensor(array, grad=False):
        return torch.tensor(np.array(array), dtype=torch.float64, requires_grad=grad)

    W_h, W_x, b_h = (tensor(a, grad=True) for a in (p.W_h, p.W_x, p.b_h))
    x = tensor(flow.trace.x)
    h = torch.zeros(c.batch_size, c.hidden_size, dtype=torch.float64)
    states = []
    for x_t in x:
        h = phi(h @ W_h.T + x_t @ W_x.T + b_h)
        h.retain_grad()
        states.append(h)

    steps = 1 if c.loss_at == "last" else c.seq_len
    loss = torch.zeros((), dtype=torch.float64)
    if c.loss_kind == "direction":
        for k, v in enumerate(tensor(directions(c, steps))):
            loss = loss + (v * states[-1 - k]).sum()
    else:
        W_y, b_y = tensor(p.W_y), tensor(p.b_y)
        for k, target in enumerate(tensor(targets(c, steps))):
            residual = states[-1 - k] @ W_y.T + b_y - target
            loss = loss + 0.5 * (residual**2).sum()
    loss.backward()

    return Reference(
        delta=np.stack([s.grad.numpy() for s in states]),
        hidden=np.stack([s.detach().numpy() for s in states]),
        gradients={"W_h": W_h.grad.numpy(), "W_x": W_x.grad.numpy(), "b_h": b_h.grad.numpy()},
    )


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def compare(flow: GradientFlow, *, stable: bool = False) -> Comparison:
    """Hold every δ_t and every parameter gradient of `flow` against PyTorch."""
    total = flow.log10_norms.size
    if flow.overflow is not None:
        nan = float("nan")
        return Comparison(nan, 0, dict.fromkeys(flow.gradients, nan), 0, total, flow.overflow.step)
    found = autograd(flow, stable=stable)
    # Where both are exactly 0 they agree; beyond the trusted sizes nothing can be said.
    usable = np.abs(flow.log10_norms) < TRUSTED_LOG10
    both_zero = np.isneginf(flow.log10_norms) & ~found.delta.any(axis=-1)
    difference = np.where(both_zero, 0.0, np.nan)
    theirs = found.delta[usable]
    ours = np.ldexp(flow.sweep.delta[usable], flow.sweep.exponent[usable][:, None])
    size = np.maximum(np.linalg.norm(theirs, axis=-1), 10.0**-TRUSTED_LOG10)
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
    )


def _apart(ours: np.ndarray, theirs: np.ndarray, size: float) -> float:
    """‖ours - theirs‖ / size, NaN where one of them is not a float64 number."""
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all() and size < 10.0**TRUSTED_LOG10):
        return float("nan")
    return float(np.linalg.norm(ours - theirs) / size)


def _term_sizes(flow: GradientFlow) -> dict[str, float]:
    """Σ over steps and sequences of the norm of each parameter gradient's term; 1 where it is 0."""
    through = 10.0 ** np.minimum(flow.log10_norms + np.nan_to_num(flow.log10_activation), 300.0)
    sizes = {
        "W_h": (through[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)).sum(),
        "W_x": (through * np.linalg.norm(flow.trace.x, axis=-1)).sum(),
        "b_h": through.sum(),
    }
    return {name: float(size) if size > 0 else 1.0 for name, size in sizes.items()}
