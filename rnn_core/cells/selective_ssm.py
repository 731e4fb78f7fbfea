"""The selective state space model of Mamba: each input decides how long a step lasts."""

# log_rate is None for other cells only.
# mypy: no-strict-optional

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Kept, Run
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.matrix_state import (
    across,
    as_matrix,
    as_vector,
    keys,
    onto,
    outer,
    sides,
    values,
)
from rnn_core.cells.min_gru import input_terms
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_WEIGHTS, stream
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

DELTA_LOW = Number(
    name="delta_low",
    label="Δ from",
    brief="Δ",
    default=0.001,
    low=0.001,
    high=1.0,
    legal=(0.0001, 10.0),
    step=0.001,
    digits=3,
    log=True,
    help="One end of the range from which a selective state space model draws its step Δ at an "
    "input of 0, evenly in ln Δ.",
)
DELTA_HIGH = Number(
    name="delta_high",
    label="Δ to",
    brief="Δ",
    default=0.1,
    low=0.001,
    high=1.0,
    legal=(0.0001, 10.0),
    step=0.001,
    digits=3,
    log=True,
    help="The other end of the range of Δ. A state of rate A halves in ln 2/(Δ·|A|) steps.",
)


def _parts(params: Parameters, H: int, x: np.ndarray):
    """Δ before its softplus (B, V), B (B, K) and u (B, V)."""
    V, K = values(H), keys(H)
    return np.split(x @ params.W_x.T + params.b_h, (V, V + K), axis=1)


def selective_ssm_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = exp(Δ A) ⊙ h + (Δ u) Bᵀ, h (V, K) row after row: V channels of K states each.

    A = -exp(log_rate) is below 0, Δ = softplus(W_Δ x + b_Δ), B and u are linear in x. Mamba sends u
    through a short convolution before, and reads h out by another projection of x; neither is part
    of the recurrence.
    """
    delta_in, B, u = _parts(params, h.shape[1], x)
    delta = np.logaddexp(0.0, delta_in)
    slope = np.exp(delta_in - delta)  # σ, the derivative of softplus
    A = -np.exp(params.log_rate)
    a = np.exp(np.repeat(delta, B.shape[1], axis=1) * A)
    return a * h + as_vector(outer(delta * u, B)), (x, h, a, A, delta, slope, B, u)


def selective_ssm_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = exp(Δ A) ⊙ dh and nothing else: Δ, B and u see the input alone."""
    x, h, a, A, delta, slope, B, u = cache
    kept, dS = dh * a * h, as_matrix(dh)
    by_delta = as_matrix(kept * A).sum(axis=2) + onto(dS, B) * u
    da = np.concatenate([by_delta * slope, across(dS, delta * u), onto(dS, B) * delta], axis=1)
    grads = {"W_x": (da, x), "b_h": da, "log_rate": kept * A * np.repeat(delta, B.shape[1], axis=1)}
    return dh * a, grads


def selective_ssm_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    H = h.shape[1]
    V, K = values(H), keys(H)
    delta_in, B, u = (x @ w["W_x"].T + w["b_h"]).split([V, K, V], dim=1)
    delta = f.torch.nn.functional.softplus(delta_in, threshold=40)
    a = f.torch.exp(delta[:, :, None] * -f.torch.exp(w["log_rate"]).reshape(V, K))
    S = a * h.reshape(-1, V, K) + (delta * u)[:, :, None] * B[:, None, :]
    return S.reshape(-1, H), {"Δ": delta_in, "B": B, "u": u}


def begin_selective_ssm(config) -> dict[str, np.ndarray]:
    """log_rate (H,): A = -1 … -K in every channel; b_h: Δ is drawn for each channel."""
    H = config.hidden_size
    V, K = values(H), keys(H)
    low, high = np.log(config.delta_low), np.log(config.delta_high)
    delta = np.exp(low + (high - low) * stream(config.seed, STREAM_WEIGHTS).uniform(size=V))
    b_h = np.zeros(2 * V + K)
    b_h[:V] = delta + np.log(-np.expm1(-delta))
    return {"log_rate": np.log(np.tile(np.arange(1.0, K + 1.0), V)), "b_h": b_h}


def _why(run: Run, step: Said) -> Said:
    a = float(run.gates["a"].mean())
    delta = run.gates["Δ"]
    return Said(
        f"J_t is diag(exp(Δ_t A)), since Δ sees the input alone: with Δ from "
        f"{plain(float(delta.min()), 4)} to {plain(float(delta.max()), 4)} h_t keeps {plain(a, 3)} "
        f"of h_{{t−1}} (the mean), and nothing can explode; {step}.",
        plain=f"The input alone decides what stays, {percent(a)} of the state at each step on "
        f"average, so nothing can explode; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "exp(ΔA) is 0 to the last bit: nothing is carried from one step to the next.",
        plain="The steps are so long that everything is forgotten at once.",
    )


_DRAWS = """\
V, K = {V}, {K}
low, high = np.log({low!r}), np.log({high!r})
delta = np.exp(low + (high - low) * np.random.default_rng([SEED, {stream}]).uniform(size=V))"""


def _draws(config: Any) -> str:
    H = config.hidden_size
    return _DRAWS.format(
        V=values(H),
        K=keys(H),
        low=config.delta_low,
        high=config.delta_high,
        stream=STREAM_WEIGHTS,
    )


_CLASS = '''
class SelectiveSSM(nn.Module):
    """S = exp(delta A) S + (delta u) B^T on V x K states; delta, B and u from x_t alone."""

    def __init__(self):
        super().__init__()
        self.sides = V, K = {V}, {K}
        self.weight_ih = nn.Parameter(torch.empty(2 * V + K, I))
        self.bias = nn.Parameter(torch.empty(2 * V + K))
        self.log_rate = nn.Parameter(torch.empty(H))

    def forward(self, x, h):
        V, K = self.sides
        drive = nn.functional.linear(x, self.weight_ih, self.bias)
        delta, B, u = drive.split([V, K, V], dim=1)
        delta = nn.functional.softplus(delta, threshold=40)
        a = torch.exp(delta[:, :, None] * -torch.exp(self.log_rate).reshape(V, K))
        S = a * h.reshape(-1, V, K) + (delta * u)[:, :, None] * B[:, None, :]
        return S.reshape(-1, H)

'''


def _written(config: Any, activation: Activation, phi: Any) -> tuple[str, str]:
    H = config.hidden_size
    return _CLASS.format(V=values(H), K=keys(H)), "SelectiveSSM()"


CELL = Cell(
    label="selective SSM",
    short="Mamba",
    formula=r"h_t = e^{\Delta_t A} \odot h_{t-1} + \Delta_t\,u_t B_t^\top, \quad "
    r"\Delta_t = \mathrm{softplus}(W_\Delta x_t)",
    source="Gu, Dao 2023 (Mamba)",
    family="linear",
    colour="#b9832e",
    dash="dot",
    step=selective_ssm_step,
    vjp=selective_ssm_vjp,
    torch_step=selective_ssm_torch_step,
    blocks=(
        Gate(name="Δ", activation=None, rows=values),
        Gate(name="B", activation="", rows=keys),
        Gate(name="u", activation="", rows=values),
    ),
    gate_values=lambda cache: {"Δ": cache[4], "B": cache[6], "u": cache[7], "a": cache[2]},
    diagonal=True,
    by_input=lambda cache: cache[2],
    activation="linear",
    init="",
    begin=begin_selective_ssm,
    learned=("W_x", "b_h", "log_rate"),
    recurrent=("W_x",),
    shared="W_x",
    settings=(DELTA_LOW, DELTA_HIGH),
    told=lambda config: f"Δ {config.delta_low:g} … {config.delta_high:g}",
    terms=input_terms,
    remedies=(("Δ from 0.0001 to 0.001", {"delta_low": 0.0001, "delta_high": 0.001}),),
    parameters=lambda H, I: (2 * values(H) + keys(H)) * (I + 1) + H,
    multiply_adds=lambda H, I: (2 * values(H) + keys(H)) * I + 3 * H + values(H),
    work=lambda H, B: B * 30 * H + OVERHEAD // 4,
    no_norm_bound=Said(
        "In the selective SSM the input changes what a step multiplies by: diag(exp(Δ_t A)).",
        plain="In the selective SSM the input changes what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the selective SSM each step has its own diag(exp(Δ_t A)): there is no single ρ.",
        plain="In the selective SSM each step lasts as long as the input says: no single rate.",
    ),
    kept=Kept(
        letter="a",
        title="share a",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: gates["a"],
    ),
    why=_why,
    why_zero=_why_zero,
    acts="only exp(ΔA) acts",
    written=Written(
        cell=_written,
        weights=lambda config: {
            "bias": "np.concatenate([delta + np.log(-np.expm1(-delta)), np.zeros(V + K)])",
            "log_rate": "np.log(np.tile(np.arange(1.0, K + 1.0), V))",
        },
        draws=_draws,
    ),
    helpers=(*(sides, values, keys, as_matrix, as_vector, outer, onto, across), _parts),
)
