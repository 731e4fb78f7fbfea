"""The coRNN: coupled oscillators, each with a place y and a velocity z, damped and driven."""

# W_z is None for other cells only.
# mypy: no-strict-optional

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Run, input_drive, value_and_slope
from rnn_core.cells.written import Written
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.base_matrix import base_matrix
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_WEIGHTS
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

# The defaults are those of the paper's sequential MNIST.
TIME_STEP = Number(
    name="time_step",
    label="Δt",
    brief="Δt",
    default=0.042,
    low=0.001,
    high=0.5,
    legal=(0.0001, 1.0),
    step=0.001,
    digits=3,
    help="How far one step of a coRNN goes along its differential equation.",
)
STIFFNESS = Number(
    name="stiffness",
    label="γ of the coRNN",
    brief="γ",
    default=2.7,
    low=0.0,
    high=10.0,
    legal=(0.0, 100.0),
    step=0.1,
    digits=1,
    help="How strongly each oscillator of a coRNN is pulled back: its frequency, squared.",
)
FRICTION = Number(
    name="friction",
    label="ε of the coRNN",
    brief="ε",
    default=4.7,
    low=0.0,
    high=10.0,
    legal=(0.0, 20.0),
    step=0.1,
    digits=1,
    help="How strongly the velocity of each oscillator of a coRNN is damped.",
)


def cornn_step(params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray):
    """z_next = z + Δt (φ(W y + W_z z + W_x x + b) - γ y - ε z), then y_next = y + Δt z_next.

    W is W_h.
    """
    y, z = np.split(s, 2, axis=1)
    a = y @ params.W_h.T + z @ params.W_z.T + params.b_h + input_drive(params, x)
    value, slope = value_and_slope(phi, a)
    z_next = z + params.alpha * (value - params.stiffness * y - params.damping * z)
    return np.concatenate([y + params.alpha * z_next, z_next], axis=1), (x, y, z, slope)


def cornn_vjp(params: Parameters, phi: Activation, cache, ds: np.ndarray):
    """What arrives at z_next, directly and by y_next, goes back to y and z, and through φ."""
    x, y, z, slope = cache
    dy, dz = np.split(ds, 2, axis=1)
    whole = dz + params.alpha * dy
    da = params.alpha * slope * whole
    to_y = dy - params.alpha * params.stiffness * whole + da @ params.W_h
    to_z = whole - params.alpha * params.damping * whole + da @ params.W_z
    grads = {"W_h": (da, y), "W_z": (da, z), "W_x": (da, x), "b_h": da, "b_x": da}
    return np.concatenate([to_y, to_z], axis=1), grads


def cornn_torch_step(w: Any, p: Any, f: Any, x: Any, s: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    y, z = s.chunk(2, dim=1)
    a = y @ w["W_h"].T + z @ w["W_z"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    z = z + p.alpha * (f.phi(a) - p.stiffness * y - p.damping * z)
    return f.torch.cat([y + p.alpha * z, z], dim=1), {"h": a}


def begin_cornn(config) -> dict[str, Any]:
    """W_z (H, H) is drawn like W_h, and has its scale."""
    H = config.hidden_size
    scale = config.gain
    W_z = base_matrix(config.init_used, H, config.seed, 1)
    if config.scale_sets == "radius":
        scale = config.gain / np.abs(np.linalg.eigvals(W_z)).max()
    return {
        "W_z": scale * W_z,
        "alpha": config.time_step,
        "stiffness": config.stiffness,
        "damping": config.friction,
    }


def _matrix(params: Parameters) -> np.ndarray:
    """J (2H, 2H) where φ' is 1."""
    step, unit = params.alpha, np.eye(len(params.W_h))
    z_by_y = step * (params.W_h - params.stiffness * unit)
    z_by_z = unit + step * (params.W_z - params.damping * unit)
    return np.block([[unit + step * z_by_y, step * z_by_z], [z_by_y, z_by_z]])


def _why(run: Run, step: Said) -> Said:
    p = run.params
    off = ACTIVATIONS[run.config.activation_used].off
    assert run.saturated is not None  # the cell has one φ
    share = percent(float(run.saturated.mean()))
    return Said(
        f"J_t is 1 and Δt times the rest: an oscillator of frequency √γ = "
        f"{plain(float(np.sqrt(p.stiffness)), 2)} and damping ε = {plain(float(p.damping), 2)} "
        f"moves little in Δt = {p.alpha:g}; {step} ({share} of units {off}).",
        plain="Each unit is a damped oscillator that moves only a little in one step; "
        f"{step.plain}; {share} of units are {off}.",
    )


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    source = _CLASS.format(
        phi=phi("a"),
        step=config.time_step,
        stiffness=config.stiffness,
        friction=config.friction,
    )
    return source, "CoupledOscillators()"


def _draws(config: Any) -> str:
    init = INITIALISATIONS[config.network().init_used].draw.__name__
    scale = repr(config.gain)
    if config.scale_sets == "radius":
        scale += " / np.abs(np.linalg.eigvals(W_z)).max()"
    return (
        f"W_z = {init}(np.random.default_rng([SEED, {STREAM_WEIGHTS}, 1]), H)\nW_z = {scale} * W_z"
    )


_CLASS = '''
class CoupledOscillators(nn.Module):
    """z += dt (phi(W y + W_z z + W_x x + b) - gamma y - epsilon z), then y += dt z."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(H, I))
        self.weight_hh = nn.Parameter(torch.empty(H, H))
        self.weight_zh = nn.Parameter(torch.empty(H, H))
        self.bias_ih = nn.Parameter(torch.empty(H))
        self.bias_hh = nn.Parameter(torch.empty(H))

    def forward(self, x, state):
        y, z = state
        a = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        a = a + nn.functional.linear(y, self.weight_hh, self.bias_hh)
        a = a + nn.functional.linear(z, self.weight_zh)
        z = z + {step!r} * ({phi} - {stiffness!r} * y - {friction!r} * z)
        return y + {step!r} * z, z

'''

CELL = Cell(
    label="coRNN",
    short="coRNN",
    formula=r"z_t = z_{t-1} + \Delta t\,(\varphi(W y_{t-1} + W_z z_{t-1} + W_x x_t + b) "
    r"- \gamma y_{t-1} - \varepsilon z_{t-1}), \quad y_t = y_{t-1} + \Delta t\,z_t",
    source="Rusch, Mishra 2021",
    family="physical",
    colour="#b57edc",
    dash="dash",
    step=cornn_step,
    vjp=cornn_vjp,
    torch_step=cornn_torch_step,
    states=2,
    state="(y, z)",
    has_slope=True,
    begin=begin_cornn,
    learned=("W_h", "W_z", "W_x", "b_h", "b_x"),
    recurrent=("W_h", "W_z"),
    settings=(TIME_STEP, STIFFNESS, FRICTION),
    told=lambda config: f"Δt {config.time_step:g}, γ {config.stiffness:g}, ε {config.friction:g}",
    parameters=lambda H, I: 2 * H * H + H * I + H,
    multiply_adds=lambda H, I: 2 * H * H + H * I + 4 * H,
    work=cost.passes(2),
    matrix=_matrix,
    matrix_name=lambda params: "J at φ′ = 1",
    no_norm_bound=Said(
        "In the coRNN the step is 1 and Δt times the rest: σ_max(W_h) alone limits nothing here.",
        plain="In the coRNN each step is small: the size of the weights alone limits nothing here.",
    ),
    no_spectral_radius=Said(
        "In the coRNN place and velocity act on each other: ρ(W_h) alone sets no rate.",
        plain="In the coRNN place and velocity act on each other: no single matrix sets a rate.",
    ),
    why=_why,
    acts="the oscillators act",
    remedies=(("Δt = 0.01", {"time_step": 0.01}),),
    road="1",
    written=Written(
        cell=_written,
        weights=lambda config: {"weight_zh": "W_z"},
        draws=_draws,
    ),
)
