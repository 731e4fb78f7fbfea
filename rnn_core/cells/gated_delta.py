"""The gated delta rule (Gated DeltaNet): a matrix that forgets, and that erases before it writes.

As in the paper but for what looks at other steps or layers (short convolutions, several heads, the
output's norm and gate): one head, whose keys, values and gates see the input of their step alone.
"""

# log_A is None for other cells only.
# mypy: no-strict-optional

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Gate, Kept, Run, value_and_slope
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.matrix_state import (
    across,
    as_matrix,
    as_vector,
    from_unit,
    keys,
    one,
    onto,
    outer,
    sides,
    unit,
    values,
)
from rnn_core.cells.min_gru import input_terms
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

RATE = 8.0  # A at the start: the mean of U(0, 16), from which each head draws its own

DELTA_START = Number(
    name="delta_start",
    label="Δ at the start",
    brief="Δ",
    default=0.01,
    low=0.001,
    high=0.1,
    legal=(1e-6, 1.0),
    step=0.001,
    digits=3,
    log=True,
    help="Of the gated delta rule: where the input is 0 it keeps α = exp(−8Δ) at the start, 0.92 "
    "at 0.01. The paper draws Δ between 0.001 and 0.1.",
)
BETA_REACH = Number(
    name="beta_reach",
    label="β up to",
    brief="β up to",
    default=1.0,
    low=1.0,
    high=2.0,
    legal=(0.0, 2.0),
    step=0.1,
    digits=1,
    help="Of the gated delta rule: β = 1 erases what was stored under a key, 2 turns its sign.",
)


def silu(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """z σ(z), and its derivative."""
    s, ds = value_and_slope(SIGMOID, z)
    return z * s, s + z * ds


def gated_delta_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """S_next = α S (1 - β k kᵀ) + β v kᵀ, ‖k‖ = 1.

    k and v go through a SiLU, α = exp(-A softplus(·)) and β = beta_reach·σ(·).
    """
    V, K = sides(h.shape[1])
    k_in, v_in, a_in, b_in = np.split(x @ params.W_x.T + params.b_h, [K, K + V, K + V + 1], axis=1)
    u, du = silu(k_in)
    k, scale = unit(u)
    v, dv = silu(v_in)
    delta, ddelta = np.logaddexp(0.0, a_in), value_and_slope(SIGMOID, a_in)[0]
    alpha = np.exp(-np.exp(params.log_A) * delta)
    beta, dbeta = value_and_slope(SIGMOID, b_in)
    beta, dbeta = params.beta * beta, params.beta * dbeta
    S = as_matrix(h)
    new = v - alpha * onto(S, k)  # what is to be written, less what is there already
    after = alpha[..., None] * S + outer(beta * new, k)
    return as_vector(after), (x, h, k, v, alpha, beta, new, scale, du, dv, delta, ddelta, dbeta)


def gated_delta_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dS_prev = α dS (1 - β k kᵀ): symmetric, and no gate sees the state."""
    x, h, k, _v, alpha, beta, new, scale, du, dv, delta, ddelta, dbeta = cache
    S, dS = as_matrix(h), as_matrix(dh)
    written = onto(dS, k)  # (B, V), ∂L/∂(β new)
    dnew = beta * written
    by_alpha = ((dS * S).sum(axis=2) - dnew * onto(S, k)).sum(axis=1, keepdims=True)
    by_log_alpha = alpha * by_alpha
    dk = beta * across(dS, new) - alpha * across(S, dnew)
    A = np.exp(params.log_A)
    da = np.concatenate(
        [
            from_unit(dk, k, scale) * du,
            dnew * dv,
            -A * by_log_alpha * ddelta,
            (written * new).sum(axis=1, keepdims=True) * dbeta,
        ],
        axis=1,
    )
    before = alpha[..., None] * (dS - outer(dnew, k))
    return as_vector(before), {"W_x": (da, x), "b_h": da, "log_A": -A * delta * by_log_alpha}


def gated_delta_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch, (V, K) = f.torch, sides(h.shape[1])
    k_in, v_in, a_in, b_in = (x @ w["W_x"].T + w["b_h"]).split([K, V, 1, 1], dim=1)
    u = k_in * f.sigmoid(k_in)
    k = u / torch.sqrt((u * u).sum(dim=1, keepdim=True) + 1e-5)
    v = v_in * f.sigmoid(v_in)
    softplus = torch.nn.functional.softplus(a_in, threshold=40)
    alpha, beta = torch.exp(-torch.exp(w["log_A"]) * softplus), p.beta * f.sigmoid(b_in)
    S = alpha[..., None] * h.view(len(h), V, K)
    S = S + torch.einsum("bv,bk->bvk", beta * (v - torch.einsum("bvk,bk->bv", S, k)), k)
    return S.reshape(len(h), -1), {"k": k_in, "v": v_in, "α": a_in, "β": b_in}


def gated_delta_gates(cache) -> dict[str, np.ndarray]:
    return {"k": cache[2], "v": cache[3], "α": cache[4], "β": cache[5]}


def column_share(gates: dict[str, np.ndarray]) -> np.ndarray:
    """By what a step multiplies the size of each column of S (T, B, K): α ‖e_j - β k_j k‖."""
    k, alpha, beta = gates["k"], gates["α"], gates["β"]
    length = (k * k).sum(axis=2, keepdims=True)
    left = 1.0 - k * k * beta * (2.0 - beta * length)
    return alpha * np.sqrt(np.maximum(left, 0.0))


def begin_gated_delta(config) -> dict[str, Any]:
    """Biases (K + V + 2,) of 0, but softplus of that of α is delta_start; log_A (1,) = ln 8."""
    b_h = np.zeros(sum(sides(config.hidden_size)) + 2)
    b_h[-2] = np.log(np.expm1(config.delta_start))
    return {"b_h": b_h, "log_A": np.log([RATE]), "beta": config.beta_reach}


def _told(config: Any) -> str:
    return f"Δ {config.delta_start:g}, β up to {config.beta_reach:g}"


def _numbers(H: int, I: int) -> int:
    """W_x and the biases of k, v, α and β; A."""
    V, K = sides(H)
    return (K + V + 2) * (I + 1) + 1


def _products(H: int, I: int) -> int:
    """W_x x; α S, S k, and (β new) kᵀ; lengths, and α times S k."""
    V, K = sides(H)
    return (K + V + 2) * I + 3 * H + 2 * K + 2 * V


def _why(run: Run, step: Said) -> Said:
    alpha, beta = (float(run.gates[name].mean()) for name in ("α", "β"))
    return Said(
        f"A step multiplies S by α(1 − β k kᵀ), on average with α = {plain(alpha, 3)} and "
        f"β = {plain(beta, 2)}: by α, and what lies along the key also by 1 − β. It is symmetric, "
        f"and nothing can explode; {step}.",
        plain=f"A step keeps {percent(alpha)} of the matrix on average, and erases "
        f"{percent(min(beta, 1.0))} of what was stored under its key; nothing can explode; "
        f"{step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "α(1 − β k kᵀ) leaves nothing: α is 0 to the last bit, or each direction was erased.",
        plain="Everything is forgotten or erased: nothing is carried from one step to the next.",
    )


_CLASS = '''
class GatedDeltaRule(nn.Module):
    """S_t = a S_(t-1) (1 - b k k^T) + b v k^T, the state h being S (V, K), row after row."""

    def __init__(self):
        super().__init__()
        self.K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)
        self.V = H // self.K
        self.weight_ih = nn.Parameter(torch.empty(self.K + self.V + 2, I))
        self.bias = nn.Parameter(torch.empty(self.K + self.V + 2))
        self.log_A = nn.Parameter(torch.empty(1))

    def forward(self, x, h):
        z = nn.functional.linear(x, self.weight_ih, self.bias)
        k, v, a, b = z.split([self.K, self.V, 1, 1], dim=1)
        k, v = k * torch.sigmoid(k), v * torch.sigmoid(v)
        k = k / torch.sqrt((k * k).sum(dim=1, keepdim=True) + 1e-5)
        softplus = nn.functional.softplus(a, threshold=40)
        a, b = torch.exp(-torch.exp(self.log_A) * softplus), {reach} * torch.sigmoid(b)
        S = a[..., None] * h.view(len(h), self.V, self.K)
        new = v - (S * k[:, None, :]).sum(dim=2)
        return (S + (b * new)[:, :, None] * k[:, None, :]).reshape(len(h), -1)

'''

CELL = Cell(
    label="gated delta rule",
    short="gated delta",
    formula=r"S_t = \alpha_t S_{t-1} (1 - \beta_t k_t k_t^\top) + \beta_t v_t k_t^\top, \quad "
    r"\|k_t\| = 1",
    source="Yang, Kautz, Hatamizadeh 2024 (Gated DeltaNet)",
    family="matrix",
    colour="#5d7a3a",
    dash="dashdot",
    step=gated_delta_step,
    vjp=gated_delta_vjp,
    torch_step=gated_delta_torch_step,
    blocks=(
        Gate(name="k", activation=None, rows=keys),
        Gate(name="v", activation=None, rows=values),
        Gate(
            name="α",
            activation=None,
            title="decay α",
            job="how much of the whole matrix stays",
            rows=one,
        ),
        Gate(
            name="β",
            title="strength β",
            job="how much of what lies under the key is replaced",
            rows=one,
        ),
    ),
    gate_values=gated_delta_gates,
    activation="linear",
    init="",
    begin=begin_gated_delta,
    learned=("W_x", "b_h", "log_A"),
    recurrent=("W_x",),
    shared="W_x",
    settings=(DELTA_START, BETA_REACH),
    told=_told,
    terms=input_terms,
    parameters=_numbers,
    multiply_adds=_products,
    work=lambda H, B: 150 * B * H + 8 * OVERHEAD,
    no_norm_bound=Said(
        "In the gated delta rule the gates change what a step multiplies by: α(1 − β k kᵀ).",
        plain="In the gated delta rule the gates change what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In the gated delta rule each step has its own α(1 − β k kᵀ): there is no single ρ.",
        plain="In the gated delta rule each step multiplies by its own gates: no single matrix "
        "sets a rate.",
    ),
    kept=Kept(
        letter="r",
        title="share r",
        job="how much of each column of S stays, in size",
        of="a column of S",
        by="column",
        alone=False,
        share=column_share,
    ),
    shown=("α", "β"),
    why=_why,
    why_zero=_why_zero,
    acts="only α(1 − β k kᵀ) acts",
    remedies=tuple((f"Δ = {delta:g}", {"delta_start": delta}) for delta in (0.001, 0.0001)),
    written=Written(
        cell=lambda config, activation, phi: (
            _CLASS.replace("{reach}", repr(config.beta_reach)),
            "GatedDeltaRule()",
        ),
        weights=lambda config: {
            "bias": f"np.append(np.zeros(len(W_x) - 2), [np.log(np.expm1({config.delta_start!r})), "
            "0.0])",
            "log_A": f"np.log([{RATE!r}])",
        },
    ),
    helpers=(
        *(sides, as_matrix, as_vector, outer, onto, across, unit, from_unit),
        silu,
    ),
)
