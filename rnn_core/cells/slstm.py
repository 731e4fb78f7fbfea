"""The sLSTM of xLSTM: an LSTM whose gates are exponential, with a memory that is an average."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Gate, Kept, Run, input_drive, value_and_slope
from rnn_core.cells.exponential_gates import (
    IN_RANGE,
    SETTINGS,
    XLSTM_BIAS,
    forget,
    gated,
    gated_back,
    gated_torch,
    log_forget,
    told,
)
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain


def slstm_step(params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray):
    """c = f ⊙ c + i ⊙ z, n = f ⊙ n + i, h = o ⊙ c/n with i = exp(·), f = σ(·) or exp(·).

    n is a sum of sizes: one below 0, which only a state that is given can have, counts by its size.
    """
    h, c, n, m = np.split(s, 4, axis=1)
    sums = input_drive(params, x) + h @ params.W_h.T + params.b_h
    i_in, f_in, z_in, o_in = np.split(sums, 4, axis=1)
    log_f, df = log_forget(f_in, params.exp_forget)
    m_next, f, i, first = gated(log_f, i_in, m, params.stabilised)
    z, dz = value_and_slope(phi, z_in)
    o, do = value_and_slope(SIGMOID, o_in)
    with np.errstate(over="ignore", invalid="ignore"):
        c_next, n_next = f * c + i * z, f * np.abs(n) + i
        # Where all of it is too small for a number, so is what it is the average of.
        mean = np.divide(c_next, n_next, out=np.zeros_like(c_next), where=n_next != 0)
    after = np.concatenate([o * mean, c_next, n_next, m_next], axis=1)
    return after, (x, h, i, log_f, z, o, c, n, f, first, mean, n_next, df, dz, do)


def slstm_vjp(params: Parameters, phi: Activation, cache, ds: np.ndarray):
    """Back through the average to c and n, and from all gates through W_h."""
    x, h, i, _, z, o, c, n, f, first, mean, n_next, df, dz, do = cache
    dh, dc, dn, dm = np.split(ds, 4, axis=1)
    dmean = np.divide(dh * o, n_next, out=np.zeros_like(dh), where=n_next != 0)
    dc, dn = dc + dmean, dn - dmean * mean
    by_f, by_i = f * (dc * c + dn * np.abs(n)), i * (dc * z + dn)
    by_log_f, by_log_i, dm_prev = gated_back(by_f, by_i, dm, first, params.stabilised)
    da = np.concatenate([by_log_i, by_log_f * df, dc * i * dz, dh * mean * do], axis=1)
    before = [da @ params.W_h, dc * f, dn * np.where(n < 0, -f, f), dm_prev]
    return np.concatenate(before, axis=1), {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}


def slstm_torch_step(w: Any, p: Any, f: Any, x: Any, s: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch = f.torch
    h, c, n, m = s.chunk(4, dim=1)
    sums = x @ w["W_x"].T + w["b_x"] + h @ w["W_h"].T + w["b_h"]
    i_in, f_in, z, o = sums.chunk(4, dim=1)
    log_f = f_in if p.exp_forget else -torch.nn.functional.softplus(-f_in, threshold=40)
    m, forgets, i = gated_torch(torch, log_f, i_in, m, p.stabilised)
    c = forgets * c + i * f.phi(z)
    n = forgets * torch.where(n < 0, -n, n) + i
    into = {"i": i_in, "f": f_in, "z": z, "o": o}
    return torch.cat([f.sigmoid(o) * c / n, c, n, m], dim=1), into


def slstm_gates(cache) -> dict[str, np.ndarray]:
    return {"i": cache[2], "f": forget(cache[3]), "z": cache[4], "o": cache[5]}


def begin_slstm(config) -> dict[str, Any]:
    """b_h (4H,): the forget gates' is xlstm_bias, all others 0."""
    H = config.hidden_size
    b_h = np.zeros(4 * H)
    b_h[H : 2 * H] = config.xlstm_bias
    return {"b_h": b_h, "exp_forget": config.exp_forget, "stabilised": config.stabiliser}


def _why(run: Run, step: Said) -> Said:
    means = {name: plain(float(run.gates[name].mean()), 2) for name in ("f", "o")}
    return Said(
        f"c_t and its normaliser keep f = {means['f']} of what they were (the mean forget gate; "
        f"o {means['o']}), h_t is o times their quotient, and the rest goes through "
        f"W_h: {step}.",
        plain="The memory is an average of what came in. Its forget gates keep "
        f"{percent(float(run.gates['f'].mean()))} at each step, and the rest goes through the "
        f"recurrent weights: {step.plain}.",
    )


_CLASS = '''
class SLSTM(nn.Module):
    """h_t = o c_t / n_t; c_t = f c_(t-1) + i z, n_t = f n_(t-1) + i; i = exp, {forget}.

    {units}
    """

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(4 * H, I))
        self.weight_hh = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih = nn.Parameter(torch.empty(4 * H))
        self.bias_hh = nn.Parameter(torch.empty(4 * H))

    def forward(self, x, state):
        h, c, n, m = state
        sums = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        sums = sums + nn.functional.linear(h, self.weight_hh, self.bias_hh)
        i, f, z, o = sums.chunk(4, dim=1)
        {log_f}
        {gates}
        c = f * c + i * torch.tanh(z)
        n = f * n + i
        return torch.sigmoid(o) * c / n, c, n, m

'''


def written(source: str, config) -> str:
    """A class of xLSTM with the forget gate and the stabiliser of `config`."""
    log_f = "" if config.exp_forget else "f = -nn.functional.softplus(-f, threshold=40)\n        "
    on = "old = f + m\n        m = torch.where(old >= i, old, i)\n        "
    gates = "f, i = torch.exp(f), torch.exp(i)"
    if config.stabiliser:
        gates = f"{on}f, i = torch.exp(old - m), torch.exp(i - m)"
    return (
        source.replace("{log_f}\n        ", log_f)
        .replace("{gates}", gates)
        .replace("{forget}", "f = exp" if config.exp_forget else "f = sigmoid")
        .replace(
            "{units}",
            "m keeps c and n, which are in units of exp(m), in range."
            if config.stabiliser
            else "Without the stabiliser: m stays 0.",
        )
    )


CELL = Cell(
    label="sLSTM",
    short="sLSTM",
    formula=r"c_t = f_t \odot c_{t-1} + i_t \odot z_t, \quad n_t = f_t \odot n_{t-1} + i_t, \quad "
    r"h_t = o_t \odot c_t / n_t, \quad i_t = e^{\tilde i_t}",
    source="Beck et al. 2024 (xLSTM)",
    family="gated",
    colour="#7d9cc4",
    dash="dash",
    step=slstm_step,
    vjp=slstm_vjp,
    torch_step=slstm_torch_step,
    blocks=(
        Gate(name="i", activation=None),
        Gate(name="f", activation=None),
        Gate(name="z", activation=""),
        Gate(name="o", title="output gate o", job="how much of the average the state h shows"),
    ),
    gate_values=slstm_gates,
    states=4,
    state="(h, c, n, m)",
    activation="tanh",
    begin=begin_slstm,
    settings=SETTINGS,
    in_range=IN_RANGE,
    told=told,
    parameters=cost.numbers(4),
    multiply_adds=cost.products(4, elementwise=5),  # f·c, i·z, f·n, c/n, o·
    work=lambda H, B: 4 * B * H * H + 200 * B * H + 8 * cost.OVERHEAD,
    no_norm_bound="In the sLSTM the gates change what a step multiplies by; no single norm limits "
    "it.",
    no_spectral_radius=Said(
        "In the sLSTM the gates change the matrix at every step: there is no single ρ.",
        plain="In the sLSTM the gates change the matrix at every step: no single one sets a rate.",
    ),
    candidate="z",
    kept=Kept(
        letter="f",
        title="forget gate f",
        job="how much of c and n stays",
        of="c and n",
        share=lambda gates: gates["f"],
        opened_by=XLSTM_BIAS,
    ),
    shown=("o",),
    why=_why,
    remedies=tuple((f"xLSTM forget bias {bias}", {"xlstm_bias": float(bias)}) for bias in (4, 6)),
    written=Written(
        cell=lambda config, activation, phi: (written(_CLASS, config), "SLSTM()"),
        weights=lambda config: {"bias_hh": f"np.repeat([0.0, {config.xlstm_bias!r}, 0.0, 0.0], H)"},
    ),
    helpers=(log_forget, gated, gated_back),
)
