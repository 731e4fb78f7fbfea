"""The antisymmetric RNN: a differential equation that neither grows nor fades, in small steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.additive import AdditiveTape, unroll
from rnn_core.cells.cell import Cell, Run, input_drive, value_and_slope
from rnn_core.cells.tape import Trace
from rnn_core.cells.written import Written
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

EULER_STEP = Number(
    name="euler_step",
    label="ε",
    brief="ε",
    default=0.1,
    low=0.0,
    high=1.0,
    step=0.01,
    digits=2,
    help="How far one step of an antisymmetric RNN goes along its differential equation.",
)
DIFFUSION = Number(
    name="diffusion",
    label="γ",
    brief="γ",
    default=0.01,
    low=0.0,
    high=1.0,
    step=0.01,
    digits=2,
    help="How strongly an antisymmetric RNN pulls its state to 0, which keeps small steps stable.",
)


def turning(params: Parameters) -> np.ndarray:
    """A - Aᵀ - γ1 (H, H); A is W_h. But for γ its eigenvalues are imaginary: it turns."""
    return params.W_h - params.W_h.T - params.damping * np.eye(len(params.W_h))


def antisymmetric_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = h + ε φ((A - Aᵀ - γ1) h + W_x x + b)."""
    z = h @ turning(params).T + params.b_h + input_drive(params, x)
    value, slope = value_and_slope(phi, z)
    return h + params.alpha * value, (x, h, slope)


def antisymmetric_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = dh + (A - Aᵀ - γ1)ᵀ dz with dz = ε φ'(z) ⊙ dh.

    A acts twice, the second time with a minus: its gradient is dz hᵀ - h dzᵀ.
    """
    x, h, slope = cache
    dz = params.alpha * slope * dh
    # The factors of a difference of two outer products, which have no axis of their own to share.
    both = dz[:, :, None] * h[:, None, :] - h[:, :, None] * dz[:, None, :]
    return dh + dz @ turning(params), {"W_h": both, "W_x": (dz, x), "b_h": dz, "b_x": dz}


def antisymmetric_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    turned = h @ (w["W_h"] - w["W_h"].T).T - p.damping * h
    z = turned + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    return h + p.alpha * f.phi(z), {"h": z}


def begin_antisymmetric(config) -> dict[str, float]:
    return {"keep": 1.0, "alpha": config.euler_step, "damping": config.diffusion}


class AntisymmetricTape(AdditiveTape):
    """That of a residual RNN with A - Aᵀ - γ1; only the gradient of A is not that of the matrix."""

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        found = super().gradients(delta)
        return found | {"W_h": found["W_h"] - found["W_h"].T}

    def only(self, sequence: int, copies: int) -> AntisymmetricTape:
        return _of(super().only(sequence, copies))


def _of(tape: AdditiveTape) -> AntisymmetricTape:
    t = tape
    return AntisymmetricTape(t.params, t.x, t.h, t.dphi, t.exponent, t.copies, t.start)


def unroll_antisymmetric(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run it over x (T, B, I) from `start` (B, H): as a residual RNN of the matrix A - Aᵀ - γ1."""
    as_residual = replace(params, W_h=turning(params).astype(params.W_h.dtype))
    trace = unroll(as_residual, x, phi, work, start)
    assert isinstance(trace.tape, AdditiveTape)
    return replace(trace, tape=_of(trace.tape))


def _matrix(params: Parameters) -> np.ndarray:
    return np.eye(len(params.W_h)) + params.alpha * turning(params)


def _why(run: Run, step: Said) -> Said:
    p = run.params
    off = ACTIVATIONS[run.config.activation_used].off
    assert run.saturated is not None  # the cell has one φ
    share = percent(float(run.saturated.mean()))
    moduli = np.abs(run.eigenvalues)
    return Said(
        f"J_t = 1 + ε·diag(φ′(z_t))(A − Aᵀ − γ1): 1 hands the gradient on, and A − Aᵀ only turns; "
        f"with φ′ = 1 the eigenvalues of J lie between {plain(float(moduli.min()), 4)} and "
        f"{plain(float(moduli.max()), 4)} in size; {step} ({share} of units {off}).",
        plain="Each step keeps all of the state and turns it a little "
        f"({percent(float(p.alpha))} of a full step); {step.plain}; {share} of units are {off}.",
    )


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    source = _CLASS.format(phi=phi("z"), step=config.euler_step, diffusion=config.diffusion)
    return source, "AntisymmetricCell()"


_CLASS = '''
class AntisymmetricCell(nn.Module):
    """h_t = h_(t-1) + step phi((A - A^T - diffusion) h_(t-1) + W_x x_t + b); A is weight_hh."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(H, I))
        self.weight_hh = nn.Parameter(torch.empty(H, H))
        self.bias_ih = nn.Parameter(torch.empty(H))
        self.bias_hh = nn.Parameter(torch.empty(H))

    def forward(self, x, h):
        z = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        z = z + nn.functional.linear(h, self.weight_hh - self.weight_hh.T, self.bias_hh)
        z = z - {diffusion!r} * h
        return h + {step!r} * {phi}

'''

CELL = Cell(
    label="antisymmetric RNN",
    short="antisym.",
    formula=r"h_t = h_{t-1} + \varepsilon\,\varphi((A - A^\top - \gamma 1) h_{t-1} + W_x x_t + b)",
    source="Chang et al. 2019",
    family="physical",
    colour="#921f3a",
    dash="longdash",
    step=antisymmetric_step,
    vjp=antisymmetric_vjp,
    torch_step=antisymmetric_torch_step,
    unroll=unroll_antisymmetric,
    has_slope=True,
    begin=begin_antisymmetric,
    settings=(EULER_STEP, DIFFUSION),
    told=lambda config: f"ε {config.euler_step:g}, γ {config.diffusion:g}",
    parameters=cost.numbers(1),
    multiply_adds=cost.products(1, elementwise=2),  # ε·φ, γ·h
    work=cost.passes(1),
    matrix=_matrix,
    matrix_name=lambda params: "1 + ε(A − Aᵀ − γ1)",
    no_norm_bound=Said(
        "In the antisymmetric RNN A − Aᵀ acts, not A: σ_max of W_h alone limits nothing here.",
        plain="In the antisymmetric RNN a difference of weights acts, not the weights themselves.",
    ),
    no_spectral_radius=Said(
        "In the antisymmetric RNN ρ of W_h sets no rate: A − Aᵀ has imaginary eigenvalues, and "
        "J_t is 1 and a small turn.",
        plain="In the antisymmetric RNN the weights turn the state and set no rate.",
    ),
    why=_why,
    acts="1 and a turn act",
    remedies=(("ε = 0.01", {"euler_step": 0.01}),),
    road="1",
    written=Written(cell=_written),
    helpers=(turning,),
)
