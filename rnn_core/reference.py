"""The same experiment by PyTorch autograd, to check every number of the engine against.

torch is imported inside the functions: it costs about a second and 190 MB, and nothing on the way
to a result needs it. The network is an unrolled cell, because `nn.RNN` does not route its
recurrence through the tensor it returns: `out.retain_grad()` there gives only the direct gradient
of one step (pytorch issue 1407).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.activations import LEAK
from rnn_core.flow import GradientFlow
from rnn_core.losses import directions, targets

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


def _phi(name: str, stable: bool):
    import torch

    def stable_tanh(z):
        # Same function; autograd of this form keeps every digit of φ' where 1 - h² cancels.
        sign = torch.where(z.detach() < 0, -1.0, 1.0)  # unlike abs(), differentiable at 0
        w = -2.0 * sign * z
        # expm1 is exact for a tiny z; but autograd's derivative of it, expm1(w) + 1, cancels for
        # a large one, and that of exp(w) does not.
        near = w.detach() > -1.0
        nothing = torch.zeros_like(w)
        fall = torch.expm1(torch.where(near, w, nothing))
        e = torch.exp(torch.where(near, nothing, w))
        return sign * torch.where(near, -fall / (2.0 + fall), (1.0 - e) / (1.0 + e))

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
    step = _STEPS.get(c.cell, _additive)
    functions = _Functions(_phi(c.activation_used, stable), _phi("sigmoid", stable))

    def tensor(array, grad=False):
        return torch.tensor(np.array(array), dtype=torch.float64, requires_grad=grad)

    weights = {
        name: tensor(value, grad=True)
        for name in PARAMETERS
        if (value := _value(p, name)) is not None
    }
    x = tensor(flow.trace.x)
    H = c.hidden_size
    state = torch.zeros(c.batch_size, c.cell_used.states * H, dtype=torch.float64)
    states = []
    for x_t in x:
        # A state of its own: a gradient asked of it is that of all later steps, and of its loss.
        state = step(weights, p, functions, x_t, state).clone()
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


# -- the cells, as PyTorch would write them

PARAMETERS = ("W_h", "W_x", "b_h", "b_x", "scale", "shift", "nu", "theta", "gamma")


@dataclass(frozen=True)
class _Functions:
    phi: Callable
    sigmoid: Callable


def _value(params, name: str) -> np.ndarray | None:
    """A parameter's array; PyTorch's cells always have the second bias."""
    value = getattr(params, name)
    return np.zeros_like(params.b_h) if name == "b_x" and value is None else value


def _additive(w, p, f, x, h):
    z = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    return p.keep * h + p.alpha * f.phi(z)


def _layer_norm(w, p, f, x, h):
    import torch

    a = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    return f.phi(torch.nn.functional.layer_norm(a, a.shape[1:], w["scale"], w["shift"]))


def _gru(w, p, f, x, h):
    r_x, z_x, n_x = (x @ w["W_x"].T + w["b_x"]).chunk(3, dim=1)
    r_h, z_h, n_h = (h @ w["W_h"].T + w["b_h"]).chunk(3, dim=1)
    r, z = f.sigmoid(r_x + r_h), f.sigmoid(z_x + z_h)
    rest = f.sigmoid(-(z_x + z_h))  # 1 - z, which cancels for z near 1
    return rest * f.phi(n_x + r * n_h) + z * h


def _lstm(w, p, f, x, s):
    import torch

    h, c = s.chunk(2, dim=1)
    i, forget, g, o = (x @ w["W_x"].T + w["b_x"] + h @ w["W_h"].T + w["b_h"]).chunk(4, dim=1)
    c = f.sigmoid(forget) * c + f.sigmoid(i) * f.phi(g)
    return torch.cat([f.sigmoid(o) * f.phi(c), c], dim=1)


def _lru(w, p, f, x, h):
    import torch

    turning = h.shape[1] // 2
    pairs = h.shape[1] - turning

    def numbers(v):
        missing = torch.zeros(len(v), pairs - turning, dtype=v.dtype)
        return torch.complex(v[:, :pairs], torch.cat([v[:, pairs:], missing], dim=1))

    turns = torch.cat([torch.ones(turning), torch.zeros(pairs - turning)]).double()
    modulus, phase = torch.exp(-torch.exp(w["nu"])), w["theta"] * turns
    s = torch.polar(modulus, phase) * numbers(h) + w["gamma"] * numbers(x @ w["W_x"].T)
    return torch.cat([s.real, s.imag[:, :turning]], dim=1)


_STEPS = {"layer_norm": _layer_norm, "gru": _gru, "lstm": _lstm, "lru": _lru}


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


def _term_sizes(flow: GradientFlow) -> dict[str, float]:
    """Σ over steps and sequences of the norm of each parameter gradient's term; 1 where it is 0."""
    through = 10.0 ** np.minimum(flow.log10_preactivations, 300.0)
    state = 10.0 ** np.minimum(flow.log10_norms, 300.0)
    sizes = {
        "W_h": (through[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)).sum(),
        "W_x": (through * np.linalg.norm(flow.trace.x, axis=-1)).sum(),
        "b_h": through.sum(),
        "b_x": through.sum(),
        "scale": state.sum(),
        "shift": state.sum(),
        "nu": (state[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)).sum(),
        "theta": (state[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)).sum(),
        "gamma": (state * np.linalg.norm(flow.trace.x, axis=-1)).sum(),
    }
    return {name: float(size) if size > 0 else 1.0 for name, size in sizes.items()}
