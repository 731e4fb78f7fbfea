"""The update gate RNN: one gate shares out old and new."""

from __future__ import annotations

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Gate, Kept, Run, input_drive, value_and_slope
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain


def ugrnn_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = g ⊙ h + (1-g) ⊙ c with g = σ(W_g x + U_g h + b_g) and c = φ(W_c x + U_c h + b_c)."""
    g_in, c_in = np.split(input_drive(params, x) + h @ params.W_h.T + params.b_h, 2, axis=1)
    g, dg = value_and_slope(SIGMOID, g_in)
    leaves, _ = value_and_slope(SIGMOID, -g_in)  # 1 - g, which cancels for g near 1
    c, dc = value_and_slope(phi, c_in)
    return g * h + leaves * c, (x, h, g, leaves, c, dg, dc)


def ugrnn_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """The way back: what g keeps, and through both branches of W_h."""
    x, h, g, leaves, c, dg, dc = cache
    da = np.concatenate([dh * (h - c) * dg, dh * leaves * dc], axis=1)
    return dh * g + da @ params.W_h, {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}


def ugrnn_torch_step(w, p, f, x, h):
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    drive = x @ w["W_x"].T + w["b_x"] + h @ w["W_h"].T + w["b_h"]
    g, c = drive.chunk(2, dim=1)
    return f.sigmoid(g) * h + f.sigmoid(-g) * f.phi(c), {"g": g, "c": c}


def _why(run: Run, step: Said) -> Said:
    g = float(run.gates["g"].mean())
    return Said(
        f"h_t keeps g = {plain(g, 2)} of h_{{t−1}} (the mean update gate), and the rest goes "
        f"through c and W_h: {step}.",
        plain=f"The update gates keep {percent(g)} of the state at each step, and the rest goes "
        f"through the recurrent weights: {step.plain}.",
    )


_CLASS = '''
class UpdateGateRNN(nn.Module):
    """h_t = g_t h_(t-1) + (1-g_t) c_t; g_t sigmoid, c_t tanh of W_h h_(t-1) + W_x x_t + b."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(2 * H, I))
        self.weight_hh = nn.Parameter(torch.empty(2 * H, H))
        self.bias_ih = nn.Parameter(torch.empty(2 * H))
        self.bias_hh = nn.Parameter(torch.empty(2 * H))

    def forward(self, x, h):
        drive = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        drive = drive + nn.functional.linear(h, self.weight_hh, self.bias_hh)
        g, c = drive.chunk(2, dim=1)
        return torch.sigmoid(g) * h + torch.sigmoid(-g) * torch.tanh(c)

'''

CELL = Cell(
    label="update gate RNN",
    short="UGRNN",
    formula=r"h_t = g_t \odot h_{t-1} + (1-g_t) \odot \tanh(U_c h_{t-1} + W_c x_t)",
    source="Collins et al. 2017",
    family="gated",
    colour="#5b6f95",
    dash="dot",
    step=ugrnn_step,
    vjp=ugrnn_vjp,
    torch_step=ugrnn_torch_step,
    blocks=(Gate(name="g"), Gate(name="c", activation="")),
    gate_values=lambda cache: {"g": cache[2], "c": cache[4]},
    activation="tanh",
    parameters=cost.numbers(2),
    multiply_adds=cost.products(2, elementwise=2),  # g·h, (1-g)·c
    work=cost.passes(2),
    no_norm_bound="In the update gate RNN the gate changes what a step multiplies by.",
    no_spectral_radius="In the update gate RNN the gate changes the matrix at every step.",
    candidate="c",
    kept=Kept(
        letter="g",
        title="update gate g",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: gates["g"],
    ),
    why=_why,
    written=Written(cell=lambda config, activation, phi: (_CLASS, "UpdateGateRNN()")),
)
