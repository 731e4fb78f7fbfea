"""The RG-LRU: a linear recurrent unit whose rate of forgetting is gated by the input."""

# Λ is None for other cells only.
# mypy: no-strict-optional

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Kept, Run, value_and_slope
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.knob import Knob
from rnn_core.cells.lru import LAMBDA_HIGH, LAMBDA_LOW, MODULI
from rnn_core.cells.min_gru import input_terms
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_WEIGHTS, stream
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain


def rg_lru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = a ⊙ h + √(1-a²) ⊙ i ⊙ u with a = exp(-8 softplus(Λ) ⊙ r), r, i = σ(W x + b) and
    u = W x + b.

    8 is the paper's c. 1 - a² as -expm1(2 ln a), which does not cancel where a is near 1.
    """
    r_in, i_in, u = np.split(x @ params.W_x.T + params.b_h, 3, axis=1)
    r, dr = value_and_slope(SIGMOID, r_in)
    i, di = value_and_slope(SIGMOID, i_in)
    log_a = -8.0 * np.logaddexp(0.0, params.decay) * r
    a, enters = np.exp(log_a), np.sqrt(-np.expm1(2.0 * log_a))
    return a * h + enters * i * u, (x, h, a, r, dr, i, di, u, enters)


def rg_lru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = a ⊙ dh and nothing else: no gate sees the state."""
    x, h, a, r, dr, i, di, u, enters = cache
    on_enters = np.divide(-a * a, enters, out=np.zeros_like(a), where=enters > 0)  # d√(1-a²)/d ln a
    by_log_a = dh * (a * h + on_enters * i * u)
    softplus = np.logaddexp(0.0, params.decay)
    slope, _ = value_and_slope(SIGMOID, params.decay)
    by_r, by_i = -8.0 * softplus * by_log_a, dh * enters * u
    da = np.concatenate([by_r * dr, by_i * di, dh * enters * i], axis=1)
    return dh * a, {"W_x": (da, x), "b_h": da, "decay": -8.0 * slope * r * by_log_a}


def rg_lru_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch = f.torch
    r, i, u = (x @ w["W_x"].T + w["b_h"]).chunk(3, dim=1)
    softplus = torch.nn.functional.softplus(w["decay"], threshold=40)
    log_a = -8.0 * softplus * f.sigmoid(r)
    enters = torch.sqrt(-torch.expm1(2.0 * log_a))
    return torch.exp(log_a) * h + enters * f.sigmoid(i) * u, {"r": r, "i": i, "u": u}


def begin_rg_lru(config) -> dict[str, np.ndarray]:
    """Λ (H,): exp(-8 softplus(Λ)), what an open gate keeps, is drawn evenly in its square."""
    low, high = config.lambda_low**2, config.lambda_high**2
    even = stream(config.seed, STREAM_WEIGHTS).uniform(size=config.hidden_size)
    softplus = -np.log(low + (high - low) * even) / 16.0
    return {"decay": np.log(np.expm1(softplus))}


def _kept(run: Run) -> float:
    return float(run.gates["a"].mean())


def _why(run: Run, step: Said) -> Said:
    a = _kept(run)
    return Said(
        f"J_t is diag(a_t), since no gate sees the state: h_t keeps a = {plain(a, 3)} of h_{{t−1}} "
        f"(the mean), and nothing can explode; {step}.",
        plain=f"No gate sees the state, and each step keeps {percent(a)} of it on average, so "
        f"nothing can explode; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "a is 0 to the last bit: nothing is carried from one step to the next.",
        plain="Everything is forgotten at once: nothing is carried from one step to the next.",
    )


_DRAWS = """\
low, high = {low!r}**2, {high!r}**2
even = np.random.default_rng([SEED, {stream}]).uniform(size=H)
softplus = -np.log(low + (high - low) * even) / 16.0"""

_CLASS = '''
class RealGatedLRU(nn.Module):
    """h_t = a h_(t-1) + sqrt(1 - a^2) i u_t; a = exp(-8 softplus(decay) r), r and i sigmoids."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(3 * H, I))
        self.bias = nn.Parameter(torch.empty(3 * H))
        self.decay = nn.Parameter(torch.empty(H))

    def forward(self, x, h):
        r, i, u = nn.functional.linear(x, self.weight_ih, self.bias).chunk(3, dim=1)
        softplus = nn.functional.softplus(self.decay, threshold=40)
        log_a = -8.0 * softplus * torch.sigmoid(r)
        enters = torch.sqrt(-torch.expm1(2.0 * log_a))
        return torch.exp(log_a) * h + enters * torch.sigmoid(i) * u

'''

CELL = Cell(
    label="RG-LRU",
    short="RG-LRU",
    formula=r"h_t = a_t \odot h_{t-1} + \sqrt{1 - a_t^2} \odot i_t \odot W_u x_t, \quad "
    r"a_t = e^{-8\,\mathrm{softplus}(\Lambda) \odot \sigma(W_r x_t)}",
    source="De et al. 2024 (Griffin)",
    family="linear",
    colour="#4a3fc8",
    dash="dashdot",
    step=rg_lru_step,
    vjp=rg_lru_vjp,
    torch_step=rg_lru_torch_step,
    blocks=(
        Gate(name="r"),
        Gate(name="i", title="input gate i", job="how much of the new value enters h"),
        Gate(name="u", activation=""),
    ),
    gate_values=lambda cache: {"r": cache[3], "i": cache[5], "u": cache[7], "a": cache[2]},
    diagonal=True,
    by_input=lambda cache: cache[2],
    activation="linear",
    init="",
    begin=begin_rg_lru,
    learned=("W_x", "b_h", "decay"),
    recurrent=("W_x",),
    shared="W_x",
    settings=(LAMBDA_LOW, LAMBDA_HIGH),
    memory=Knob(
        settings=(LAMBDA_LOW, LAMBDA_HIGH),
        values=MODULI,
        near_one=True,
        plain="the share that a unit keeps",
    ),
    told=lambda config: f"|λ| {config.lambda_low:g} … {config.lambda_high:g}",
    terms=input_terms,
    remedies=(("|λ| from 0.99 to 0.999", {"lambda_low": 0.99, "lambda_high": 0.999}),),
    parameters=lambda H, I: 3 * (H * I + H) + H,
    multiply_adds=lambda H, I: 3 * H * I + 4 * H,  # 8 softplus(Λ)·r, a·h, √(1-a²)·i, times u
    work=lambda H, B: 3 * (B * 6 * H) + OVERHEAD // 8,
    no_norm_bound=Said(
        "In the RG-LRU the gate changes what a step multiplies by: diag(a_t).",
        plain="In the RG-LRU the gate changes what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the RG-LRU each step has its own diag(a_t): there is no single ρ.",
        plain="In the RG-LRU each step multiplies by its own gates: no single matrix sets a rate.",
    ),
    kept=Kept(
        letter="a",
        title="share a",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: gates["a"],
    ),
    shown=("i",),
    why=_why,
    why_zero=_why_zero,
    acts="only a acts",
    written=Written(
        cell=lambda config, activation, phi: (_CLASS, "RealGatedLRU()"),
        weights=lambda config: {
            "bias": "np.zeros(3 * H)",
            "decay": "np.log(np.expm1(softplus))",
        },
        draws=lambda config: _DRAWS.format(
            stream=STREAM_WEIGHTS, low=config.lambda_low, high=config.lambda_high
        ),
    ),
)
