"""The minLSTM: forget and input gate see the input alone, and share out one whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Kept, Run, value_and_slope
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.min_gru import BY_INPUT, KEEP_BIAS
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain


def min_lstm_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = f' ⊙ h + i' ⊙ n, f' = f/(f+i) and i' = i/(f+i); f, i = σ(W x + b), φ is linear.

    f' = σ(q) and i' = σ(-q) with q = ln f - ln i: no quotient of two numbers near 0.
    """
    i_in, f_in, n_in = np.split(x @ params.W_x.T + params.b_h, 3, axis=1)
    q = np.logaddexp(0.0, -i_in) - np.logaddexp(0.0, -f_in)
    f, slope = value_and_slope(SIGMOID, q)
    i, _ = value_and_slope(SIGMOID, -q)
    n, dn = value_and_slope(phi, n_in)
    on_i, _ = value_and_slope(SIGMOID, -i_in)
    on_f, _ = value_and_slope(SIGMOID, -f_in)
    return f * h + i * n, (x, h, i, f, n, -slope * on_i, slope * on_f, dn)


def min_lstm_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = f' ⊙ dh and nothing else: no gate sees the state."""
    x, h, i, f, n, f_by_i, f_by_f, dn = cache
    by_f = dh * (h - n)
    da = np.concatenate([by_f * f_by_i, by_f * f_by_f, dh * i * dn], axis=1)
    return dh * f, {"W_x": (da, x), "b_h": da}


def min_lstm_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    softplus = f.torch.nn.functional.softplus
    i_in, f_in, n = (x @ w["W_x"].T + w["b_h"]).chunk(3, dim=1)
    # beyond 20 PyTorch would take the line for the curve
    q = softplus(-i_in, threshold=40) - softplus(-f_in, threshold=40)
    return f.sigmoid(q) * h + f.sigmoid(-q) * f.phi(n), {"i": -q, "f": q, "n": n}


def begin_min_lstm(config) -> dict[str, np.ndarray]:
    """b_h (3H,): f' = σ(keep_bias) where the input is 0."""
    return {"b_h": np.repeat([-config.keep_bias, config.keep_bias, 0.0], config.hidden_size)}


def _why(run: Run, step: Said) -> Said:
    f = plain(float(run.gates["f"].mean()), 2)
    return Said(
        f"J_t is diag(f′_t), since no gate sees the state: h_t keeps f′ = {f} of h_{{t−1}} "
        f"(the mean forget gate, f/(f + i)), and nothing can explode; {step}.",
        plain="No gate sees the state, and at each step the forget gates keep "
        f"{percent(float(run.gates['f'].mean()))} of it, so nothing can explode; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "f′ is 0 to the last bit: nothing is carried from one step to the next.",
        plain="The forget gates are fully closed: nothing is carried from one step to the next.",
    )


_CLASS = '''
class MinLSTM(nn.Module):
    """h_t = f h_(t-1) + i n_t, f and i divided by their sum; f, i = sigmoid(W x_t + b)."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(3 * H, I))
        self.bias = nn.Parameter(torch.empty(3 * H))

    def forward(self, x, h):
        i, f, n = nn.functional.linear(x, self.weight_ih, self.bias).chunk(3, dim=1)
        softplus = nn.functional.softplus
        q = softplus(-i, threshold=40) - softplus(-f, threshold=40)  # ln f - ln i
        return torch.sigmoid(q) * h + torch.sigmoid(-q) * n

'''

CELL = Cell(
    label="minLSTM",
    short="minLSTM",
    formula=r"h_t = \tfrac{f_t}{f_t + i_t} \odot h_{t-1} + \tfrac{i_t}{f_t + i_t} \odot W_n x_t, "
    r"\quad f_t, i_t = \sigma(W x_t)",
    source="Feng et al. 2024",
    family="linear",
    colour="#a05050",
    dash="dash",
    step=min_lstm_step,
    vjp=min_lstm_vjp,
    torch_step=min_lstm_torch_step,
    blocks=(
        Gate(name="i", title="input gate i′", job="how much of the new value enters h"),
        Gate(name="f"),
        Gate(name="n", activation=""),
    ),
    gate_values=lambda cache: {"i": cache[2], "f": cache[3], "n": cache[4]},
    activation="linear",
    init="",
    begin=begin_min_lstm,
    learned=("W_x", "b_h"),
    recurrent=("W_x",),
    shared="W_x",
    **BY_INPUT,
    by_input=lambda cache: cache[3],
    parameters=lambda H, I: 3 * (H * I + H),
    multiply_adds=lambda H, I: 3 * H * I + 2 * H,  # with f'·h and i'·n
    work=lambda H, B: 3 * (B * 16 * H + OVERHEAD),
    no_norm_bound=Said(
        "In the minLSTM the gates change what a step multiplies by: diag(f′_t).",
        plain="In the minLSTM the gates change what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the minLSTM each step has its own diag(f′_t): there is no single ρ.",
        plain="In the minLSTM each step multiplies by its own gates: no single matrix sets a rate.",
    ),
    kept=Kept(
        letter="f′",
        title="share f′",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: gates["f"],
        opened_by=KEEP_BIAS,
    ),
    shown=("i",),
    why=_why,
    why_zero=_why_zero,
    acts="only f′ acts",
    written=Written(
        cell=lambda config, activation, phi: (_CLASS, "MinLSTM()"),
        weights=lambda config: {
            "bias": f"np.repeat([{-config.keep_bias + 0.0!r}, {config.keep_bias!r}, 0.0], H)",
        },
    ),
)
