"""The minGRU: a GRU whose gate and new value see the input alone. What the minLSTM shares is here
too."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Helps, Kept, Run, value_and_slope
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

KEEP_BIAS = Number(
    name="keep_bias",
    label="keep bias",
    default=0.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Bias of the gate of a minGRU or minLSTM at the start, towards keeping h: it keeps "
    "σ(0) = 0.5, σ(4) = 0.98.",
)


def min_gru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = (1-z) ⊙ h + z ⊙ n with z = σ(W_z x + b_z) and n = φ(W_n x + b_n); φ is linear."""
    z_in, n_in = np.split(x @ params.W_x.T + params.b_h, 2, axis=1)
    z, dz = value_and_slope(SIGMOID, z_in)
    stays, _ = value_and_slope(SIGMOID, -z_in)  # 1 - z, which cancels for z near 1
    n, dn = value_and_slope(phi, n_in)
    return stays * h + z * n, (x, h, z, stays, n, dz, dn)


def min_gru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = (1-z) ⊙ dh and nothing else: neither z nor n sees the state."""
    x, h, z, stays, n, dz, dn = cache
    da = np.concatenate([dh * (n - h) * dz, dh * z * dn], axis=1)
    return dh * stays, {"W_x": (da, x), "b_h": da}


def min_gru_torch_step(w, p, f, x, h):
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    z, n = (x @ w["W_x"].T + w["b_h"]).chunk(2, dim=1)
    return f.sigmoid(-z) * h + f.sigmoid(z) * f.phi(n), {"z": z, "n": n}


def input_terms(run: Run) -> np.ndarray:
    """log₁₀ of the size of each step's term of ∂L/∂W_x (T, B): ‖d_t‖·‖x_t‖."""
    return run.log10_preactivations + log10_norm(np.ascontiguousarray(run.trace.x))


def begin_min_gru(config) -> dict[str, np.ndarray]:
    """b_h (2H,): z keeps 1 - z, so its bias is -keep_bias."""
    b_h = np.zeros(2 * config.hidden_size)
    b_h[: config.hidden_size] = -config.keep_bias
    return {"b_h": b_h}


def _why(run: Run, step: Said) -> Said:
    z = plain(float(run.gates["z"].mean()), 2)
    return Said(
        f"J_t is diag(1 − z_t), since no gate sees the state: h_t gives up z = {z} of h_{{t−1}} "
        f"(the mean update gate), and nothing can explode; {step}.",
        plain="No gate sees the state, and at each step the update gates give up "
        f"{percent(float(run.gates['z'].mean()))} of it, so nothing can explode; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "z is 1 to the last bit: nothing is carried from one step to the next.",
        plain="The update gates are fully open: nothing is carried from one step to the next.",
    )


# Of cells whose gates and new value see the input alone.
BY_INPUT: dict[str, Any] = {
    "linear_layers": True,
    "diagonal": True,
    "settings": (KEEP_BIAS,),
    "told": lambda config: f"keep bias {config.keep_bias:g}".replace("-", "−"),
    "terms": input_terms,
    "remedies": tuple((f"Keep bias {bias}", {"keep_bias": float(bias)}) for bias in (2, 4, 6)),
}

_CLASS = '''
class MinGRU(nn.Module):
    """h_t = (1-z_t) h_(t-1) + z_t n_t; z_t = sigmoid(W_z x_t + b_z), n_t = W_n x_t + b_n."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(2 * H, I))
        self.bias = nn.Parameter(torch.empty(2 * H))

    def forward(self, x, h):
        z, n = nn.functional.linear(x, self.weight_ih, self.bias).chunk(2, dim=1)
        return torch.sigmoid(-z) * h + torch.sigmoid(z) * n

'''

CELL = Cell(
    label="minGRU",
    short="minGRU",
    formula=r"h_t = (1-z_t) \odot h_{t-1} + z_t \odot W_n x_t, \quad z_t = \sigma(W_z x_t)",
    source="Feng et al. 2024",
    family="linear",
    colour="#5b7f95",
    dash="dot",
    step=min_gru_step,
    vjp=min_gru_vjp,
    torch_step=min_gru_torch_step,
    blocks=(Gate(name="z"), Gate(name="n", activation="")),
    gate_values=lambda cache: {"z": cache[2], "n": cache[4]},
    activation="linear",
    init="",
    begin=begin_min_gru,
    learned=("W_x", "b_h"),
    recurrent=("W_x",),
    shared="W_x",
    **BY_INPUT,
    by_input=lambda cache: cache[3],
    parameters=lambda H, I: 2 * (H * I + H),
    multiply_adds=lambda H, I: 2 * (H * I + H),  # with z·n and (1-z)·h
    work=lambda H, B: 3 * (B * 10 * H + OVERHEAD),
    no_norm_bound=Said(
        "In the minGRU the gate changes what a step multiplies by: diag(1 − z_t).",
        plain="In the minGRU the gate changes what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the minGRU each step has its own diag(1 − z_t): there is no single ρ.",
        plain="In the minGRU each step multiplies by its own gates: no single matrix sets a rate.",
    ),
    kept=Kept(
        letter="1−z",
        title="share 1−z",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: 1.0 - gates["z"],
        opened_by=KEEP_BIAS,
    ),
    why=_why,
    why_zero=_why_zero,
    acts="only 1 − z acts",
    helps=Helps(
        says=Said(
            "The gate sees x_t alone: J_t = diag(1 − z_t), and no W_h acts on the gradient.",
            plain="The gate sees the input alone, and no weights act on the gradient.",
        ),
        law=Said(
            "J_t is diagonal with entries between 0 and 1: it cannot explode, and keeps what the "
            "gate keeps.",
            plain="What a gate keeps can only shrink, and stays where the gate is open.",
        ),
    ),
    written=Written(
        cell=lambda config, activation, phi: (_CLASS, "MinGRU()"),
        weights=lambda config: {
            "bias": f"np.repeat([{-config.keep_bias + 0.0!r}, 0.0], H)",
        },
    ),
)
