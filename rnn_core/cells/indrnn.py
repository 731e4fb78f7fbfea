"""The IndRNN: each unit hears itself alone, by one number."""

# u is None for other cells only.
# mypy: no-strict-optional

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Run, input_drive, value_and_slope
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.diagonal import DiagonalTape
from rnn_core.cells.tape import Trace
from rnn_core.cells.written import Written
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_WEIGHTS, stream
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

# Up to 1.1: beyond it a thousand steps of a ReLU would leave what float64 can hold.
U_LOW = Number(
    name="u_low",
    label="u from",
    brief="u",
    default=0.0,
    low=0.0,
    high=1.1,
    step=0.01,
    digits=2,
    help="One end of the range from which an IndRNN draws what each unit hears of itself.",
)
U_HIGH = Number(
    name="u_high",
    label="u to",
    brief="u",
    default=1.0,
    low=0.0,
    high=1.1,
    step=0.01,
    digits=2,
    help="The other end of the range of u; 2^(1/T) lets the gradient of T steps at most double.",
)


def indrnn_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = φ(u ⊙ h + W_x x + b_h)."""
    value, slope = value_and_slope(phi, params.u * h + params.b_h + input_drive(params, x))
    return value, (x, h, slope)


def indrnn_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = u ⊙ φ'(z) ⊙ dh: no unit hears another one."""
    x, h, slope = cache
    dz = slope * dh
    return params.u * dz, {"W_x": (dz, x), "b_h": dz, "u": dz * h}


def indrnn_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    z = w["u"] * h + x @ w["W_x"].T + w["b_h"]
    return f.phi(z), {"h": z}


def begin_indrnn(config) -> dict[str, np.ndarray]:
    """u (H,), drawn evenly between its two ends."""
    even = stream(config.seed, STREAM_WEIGHTS).uniform(size=config.hidden_size)
    return {"u": config.u_low + (config.u_high - config.u_low) * even}


def unroll_indrnn(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run the IndRNN over x (T, B, I) from `start` (B, H): all inputs in one product, then vectors
    alone. It has no use for `work`."""
    T, B, _ = x.shape
    z = input_drive(params, x.reshape(T * B, -1)).reshape(T, B, -1)
    z += params.b_h
    h, own = np.empty_like(z), np.empty_like(z[0])
    state = start
    for t in range(T):
        if state is not None:
            np.multiply(params.u, state, out=own)
            z[t] += own
        state = phi.phi(z[t], h[t])
    dphi = phi.dphi(z, h, np.empty_like(z))
    factors = dphi * params.u
    tape = DiagonalTape(CELL, params, phi, x, h, factors, None, start)
    return Trace(x=x, h=h, tape=tape, dphi=dphi, factors=factors, start=start)


def own_terms(run: Run) -> np.ndarray:
    """log₁₀ of the size of each step's term of ∂L/∂u (T, B): φ'(z_t) ⊙ δ_t ⊙ h_{t-1}."""
    trace, exponent = run.trace, run.sweep.exponent
    d = run.sweep.delta * trace.dphi
    terms = np.full(exponent.shape, -np.inf)
    if trace.start is not None:
        terms[0] = log10_norm(d[0] * trace.start, exponent[0])
    terms[1:] = log10_norm(d[1:] * trace.h[:-1], exponent[1:])
    return terms


def _why(run: Run, step: Said) -> Said:
    u, slope = run.params.u, run.trace.dphi
    low, high = float(np.abs(u).min()), float(np.abs(u).max())
    off = ACTIVATIONS[run.config.activation_used].off
    share = percent(float(run.saturated.mean()))
    return Said(
        f"J_t is diag(φ′(z_t) ⊙ u), since no unit hears another: |u| runs from {plain(low, 2)} to "
        f"{plain(high, 2)}, the mean φ′ is {plain(float(slope.mean()), 2)}; {step} ({share} of "
        f"units {off}).",
        plain=f"Each unit hears itself alone: from {percent(low)} to {percent(high)} of what it "
        f"was; {step.plain}; {share} of units are {off}.",
    )


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    return _CLASS.format(phi=phi("z")), "IndRNNCell()"


_CLASS = '''
class IndRNNCell(nn.Module):
    """h_t = phi(u h_(t-1) + W_x x_t + b), u a number for each unit."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(H, I))
        self.bias = nn.Parameter(torch.empty(H))
        self.u = nn.Parameter(torch.empty(H))

    def forward(self, x, h):
        z = nn.functional.linear(x, self.weight_ih, self.bias) + self.u * h
        return {phi}

'''

_DRAWS = """\
even = np.random.default_rng([SEED, {stream}]).uniform(size=H)
u = {low!r} + ({high!r} - {low!r}) * even"""

CELL = Cell(
    label="IndRNN",
    short="IndRNN",
    formula=r"h_t = \varphi(u \odot h_{t-1} + W_x x_t + b_h)",
    source="Li et al. 2018",
    family="additive",
    colour="#9fb02a",
    dash="dashdot",
    step=indrnn_step,
    vjp=indrnn_vjp,
    torch_step=indrnn_torch_step,
    unroll=unroll_indrnn,
    has_slope=True,
    diagonal=True,
    init="",
    begin=begin_indrnn,
    learned=("W_x", "b_h", "u"),
    recurrent=("u",),
    shared="u",
    settings=(U_LOW, U_HIGH),
    told=lambda config: f"u {config.u_low:g} … {config.u_high:g}",
    terms=own_terms,
    remedies=(("u from 0.99 to 1", {"u_low": 0.99, "u_high": 1.0}),),
    parameters=lambda H, I: H * I + 2 * H,
    multiply_adds=lambda H, I: H * I + H,
    work=lambda H, B: B * 20 * H + OVERHEAD // 4,
    no_norm_bound=Said(
        "In the IndRNN no matrix acts on h: each unit has the product of its own φ′(z_t)·u, "
        "which is exact.",
        plain="In the IndRNN no matrix acts on the state: each unit goes its own way.",
    ),
    no_spectral_radius=Said(
        "In the IndRNN each step has its own diag(φ′(z_t) ⊙ u): there is no single ρ.",
        plain="In the IndRNN each unit has a rate of its own: no single matrix sets one.",
    ),
    why=_why,
    acts="only u acts",
    written=Written(
        cell=_written,
        weights=lambda config: {"bias": "np.zeros(H)", "u": "u"},
        draws=lambda config: _DRAWS.format(
            stream=STREAM_WEIGHTS, low=config.u_low, high=config.u_high
        ),
    ),
)
