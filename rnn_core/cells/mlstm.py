"""The mLSTM of xLSTM: a matrix that adds up v kᵀ under exponential gates, and its normaliser.

As in the paper but for several heads: one, whose keys, values and gates see the input of their step
alone. The state h is what the K unit queries read, before any readout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Kept, Run, value_and_slope
from rnn_core.cells.cost import OVERHEAD
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
from rnn_core.cells.matrix_state import (
    across,
    as_matrix,
    as_vector,
    keys,
    one,
    onto,
    outer,
    sides,
    values,
)
from rnn_core.cells.min_gru import input_terms
from rnn_core.cells.slstm import written
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import plain


def mlstm_step(params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray):
    """C = f C + i v kᵀ, n = f n + i k, h_ij = o_i C_ij / max(|n_j|, 1): C q / max(|nᵀq|, 1) of each
    unit query q. i = exp(·), f = σ(·) or exp(·), o = σ(·); k is divided by √K.

    The state is [h, C, n, m], each in H places: n takes the first K of its own, m the first.
    """
    _, C, n, m = np.split(s, 4, axis=1)
    C = as_matrix(C)
    V, K = C.shape[1:]
    sums = x @ params.W_x.T + params.b_h
    k, v, i_in, f_in, o_in = np.split(sums, np.cumsum([K, V, 1, 1]), axis=1)
    k, n, m = k / K**0.5, n[:, :K], m[:, :1]
    log_f, df = log_forget(f_in, params.exp_forget)
    m_next, f, i, first = gated(log_f, i_in, m, params.stabilised)
    o, do = value_and_slope(SIGMOID, o_in)
    with np.errstate(over="ignore", invalid="ignore"):
        C_next = f[..., None] * C + outer(i * v, k)
        n_next = f * n + i * k
        floor = np.exp(-m_next)
        size = np.maximum(np.abs(n_next), floor)
        shown = as_vector(outer(o, 1.0 / size) * C_next)
    nothing = np.zeros_like(shown)
    after = [shown, as_vector(C_next), n_next, nothing[:, K:], m_next, nothing[:, 1:]]
    cache = (x, as_vector(C), n, k, v, i, log_f, o, f, first, C_next, n_next, size, floor, df, do)
    return np.concatenate(after, axis=1), cache


def mlstm_vjp(params: Parameters, phi: Activation, cache, ds: np.ndarray):
    """dC_prev = f dC, as for n: no gate sees the state. What was shown goes back into C and n."""
    x, C, n, k, v, i, _, o, f, first, C_next, n_next, size, floor, df, do = cache
    C = as_matrix(C)
    dh, dC, dn, dm = np.split(ds, 4, axis=1)
    dh, dC, dn, dm = as_matrix(dh), as_matrix(dC), dn[:, : k.shape[1]], dm[:, :1]
    through = outer(o, 1.0 / size)
    dC = dC + dh * through
    dsize = -(dh * through * C_next).sum(axis=1) / size
    by_n = np.abs(n_next) >= floor
    dn = dn + np.where(by_n, dsize * np.sign(n_next), 0.0)
    if params.stabilised:
        dm = dm - (floor * np.where(by_n, 0.0, dsize)).sum(axis=1, keepdims=True)
    dv, dk = onto(dC, k), across(dC, v) + dn
    by_i = i * (dk * k).sum(axis=1, keepdims=True)
    by_f = (dC * C).sum(axis=(1, 2))[:, None] + (dn * n).sum(axis=1, keepdims=True)
    by_log_f, by_log_i, dm = gated_back(f * by_f, by_i, dm, first, params.stabilised)
    do = (dh * C_next / size[:, None, :]).sum(axis=2) * do
    da = [i * dk / k.shape[1] ** 0.5, i * dv, by_log_i, by_log_f * df, do]
    grad = np.concatenate(da, axis=1)
    before = np.zeros_like(ds)
    _, to_C, to_n, to_m = np.split(before, 4, axis=1)
    to_C[:] = as_vector(f[..., None] * dC)
    to_n[:, : k.shape[1]] = f * dn
    to_m[:, :1] = dm
    return before, {"W_x": (grad, x), "b_h": grad}


def mlstm_torch_step(w: Any, p: Any, f: Any, x: Any, s: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch = f.torch
    _, C, n, m = s.chunk(4, dim=1)
    H = C.shape[1]
    V, K = sides(H)
    k_in, v, i_in, f_in, o = (x @ w["W_x"].T + w["b_h"]).split([K, V, 1, 1, V], dim=1)
    k, n, m = k_in / K**0.5, n[:, :K], m[:, :1]
    log_f = f_in if p.exp_forget else -torch.nn.functional.softplus(-f_in, threshold=40)
    m, forgets, i = gated_torch(torch, log_f, i_in, m, p.stabilised)
    C = forgets[..., None] * C.view(-1, V, K) + torch.einsum("bv,bk->bvk", i * v, k)
    n = forgets * n + i * k
    floor = torch.exp(-m).expand(-1, K)
    size = torch.where(n.abs() >= floor, n.abs(), floor)
    h = f.sigmoid(o)[:, :, None] * C / size[:, None, :]
    state = [h.flatten(1), C.flatten(1), n, n.new_zeros(len(n), H - K)]
    state += [m, n.new_zeros(len(n), H - 1)]
    return torch.cat(state, dim=1), {"k": k_in, "v": v, "i": i_in, "f": f_in, "o": o}


def mlstm_gates(cache) -> dict[str, np.ndarray]:
    return {"k": cache[3], "v": cache[4], "i": cache[5], "f": forget(cache[6]), "o": cache[7]}


def begin_mlstm(config) -> dict[str, Any]:
    """b_h (K + 2V + 2,): that of the forget gate is xlstm_bias, all others 0."""
    V, K = sides(config.hidden_size)
    b_h = np.zeros(K + 2 * V + 2)
    b_h[K + V + 1] = config.xlstm_bias
    return {"b_h": b_h, "exp_forget": config.exp_forget, "stabilised": config.stabiliser}


def _numbers(H: int, I: int) -> int:
    """W_x and the biases of k, v, i, f and o."""
    V, K = sides(H)
    return (K + 2 * V + 2) * (I + 1)


def _products(H: int, I: int) -> int:
    """W_x x; f C, (i v) kᵀ and what is shown, of C and of o/size; f n, i k, i v and k/√K."""
    V, K = sides(H)
    return (K + 2 * V + 2) * I + 4 * H + 4 * K + V


def _why(run: Run, step: Said) -> Said:
    f = plain(float(run.gates["f"].mean()), 3)
    return Said(
        f"The matrix C keeps f = {f} of itself (the mean forget gate), and so does its normaliser; "
        f"h_t is their quotient, which the next step does not read; {step}.",
        plain=f"One forget gate multiplies the whole matrix, by {f} on average, and the next step "
        f"does not read what the state shows of it; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "f is 0 to the last bit beside what comes in: nothing is carried on from step to step.",
        plain="The forget gate is fully closed: nothing is carried from one step to the next.",
    )


_CLASS = '''
class MLSTM(nn.Module):
    """C_t = f C_(t-1) + i v k^T, n_t = f n_(t-1) + i k, h_t = o C_t / max(|n_t|, 1) by column.

    i = exp, {forget}. {units}
    """

    def __init__(self):
        super().__init__()
        self.K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)
        self.V = H // self.K
        rows = self.K + 2 * self.V + 2
        self.weight_ih = nn.Parameter(torch.empty(rows, I))
        self.bias = nn.Parameter(torch.empty(rows))

    def forward(self, x, state):
        _, C, n, m = state
        C, n, m = C.view(-1, self.V, self.K), n[:, : self.K], m[:, :1]
        sums = nn.functional.linear(x, self.weight_ih, self.bias)
        k, v, i, f, o = sums.split([self.K, self.V, 1, 1, self.V], dim=1)
        k = k / self.K**0.5
        {log_f}
        {gates}
        C = f[..., None] * C + (i * v)[:, :, None] * k[:, None, :]
        n = f * n + i * k
        size = torch.maximum(n.abs(), torch.exp(-m))
        h = torch.sigmoid(o)[:, :, None] * C / size[:, None, :]
        pad = nn.functional.pad
        return h.flatten(1), C.flatten(1), pad(n, (0, H - self.K)), pad(m, (0, H - 1))

'''

CELL = Cell(
    label="mLSTM",
    short="mLSTM",
    formula=r"C_t = f_t C_{t-1} + i_t v_t k_t^\top, \quad n_t = f_t n_{t-1} + i_t k_t, \quad "
    r"h_t = o_t \odot C_t q / \max(|n_t^\top q|, 1), \quad i_t = e^{\tilde i_t}",
    source="Beck et al. 2024 (xLSTM)",
    family="matrix",
    colour="#57a05a",
    dash="longdash",
    step=mlstm_step,
    vjp=mlstm_vjp,
    torch_step=mlstm_torch_step,
    blocks=(
        Gate(name="k", activation=None, rows=keys),
        Gate(name="v", activation=None, rows=values),
        Gate(name="i", activation=None, rows=one),
        Gate(name="f", activation=None, rows=one),
        Gate(
            name="o",
            title="output gate o",
            job="how much of each row of C the state h shows",
            rows=values,
        ),
    ),
    gate_values=mlstm_gates,
    states=4,
    state="(h, C, n, m)",
    activation="linear",
    init="",
    begin=begin_mlstm,
    learned=("W_x", "b_h"),
    recurrent=("W_x",),
    shared="W_x",
    settings=SETTINGS,
    in_range=IN_RANGE,
    told=told,
    terms=input_terms,
    parameters=_numbers,
    multiply_adds=_products,
    work=lambda H, B: 300 * B * H + 10 * OVERHEAD,
    no_norm_bound=Said(
        "In the mLSTM the gates change what a step multiplies by: f_t for C and n.",
        plain="In the mLSTM the gates change what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the mLSTM each step has its own f_t: there is no single ρ.",
        plain="In the mLSTM each step multiplies by its own gate: no single matrix sets a rate.",
    ),
    kept=Kept(
        letter="f",
        title="forget gate f",
        job="how much of C and n stays",
        of="C and n",
        by="head",
        share=lambda gates: gates["f"],
        opened_by=XLSTM_BIAS,
    ),
    shown=("o",),
    why=_why,
    why_zero=_why_zero,
    acts="only f acts",
    remedies=tuple((f"xLSTM forget bias {bias}", {"xlstm_bias": float(bias)}) for bias in (4, 6)),
    written=Written(
        cell=lambda config, activation, phi: (written(_CLASS, config), "MLSTM()"),
        weights=lambda config: {
            "bias": "np.concatenate([np.zeros(len(W_x) - H // K - 1), "
            f"[{config.xlstm_bias!r}], np.zeros(H // K)])",
        },
        draws=lambda config: "K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)",
    ),
    helpers=(
        *(sides, as_matrix, as_vector, outer, onto, across),
        *(log_forget, gated, gated_back),
    ),
)
