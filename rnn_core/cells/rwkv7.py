"""RWKV-7: a matrix whose columns fade each at a rate of its own, and that forgets along a key.

The time mixing of the paper but for what looks at other steps or layers (token shift, several
heads, the gate and norm of the output); its low-rank maps are plain ones.
"""

# These parameters are None for other cells only.
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
from rnn_core.numbers.spoken import plain
from rnn_core.settings import Number

FASTEST = 0.6065306597126334  # e^(-1/2): w = exp(-e^(-1/2) σ(·)) is 0.545 and more

DECAY_BIAS = Number(
    name="decay_bias",
    label="decay bias",
    default=0.0,
    low=-6.0,
    high=6.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Of RWKV-7, added to the biases of its decay w, which the paper spreads from −6.5 to −1.5 "
    "over the columns: w from 0.999 to 0.90 where the input is 0. More forgets faster.",
)


def rwkv7_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """S_next = S (diag w - κ̂ᵀ (a ⊙ κ̂)) + vᵀ k̃; κ̂, a, k̃ and v are rows, as in the paper.

    w = exp(-e^(-1/2) σ(·)) and a = σ(·); κ̂ is k ⊙ ξ at length 1; k̃ = k ⊙ (1 + (a-1) ⊙ μ).
    """
    V, K = sides(h.shape[1])
    k, v, w_in, a_in = np.split(x @ params.W_x.T + params.b_h, [K, K + V, K + V + K], axis=1)
    decay, ddecay = value_and_slope(SIGMOID, w_in)
    a, da = value_and_slope(SIGMOID, a_in)
    w = np.exp(-FASTEST * decay)
    removed, scale = unit(k * params.xi)
    replaced = 1.0 + (a - 1.0) * params.mu
    S = as_matrix(h)
    found = onto(S, removed)
    after = S * w[:, None, :] - outer(found, a * removed) + outer(v, k * replaced)
    return as_vector(after), (x, h, k, v, w, a, removed, scale, replaced, found, ddecay, da)


def rwkv7_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dS_prev = dS (diag w - κ̂ᵀ (a ⊙ κ̂))ᵀ: not symmetric, and no gate sees the state."""
    x, h, k, v, w, a, removed, scale, replaced, found, ddecay, da = cache
    S, dS = as_matrix(h), as_matrix(dh)
    dw = (dS * S).sum(axis=1)
    from_found = onto(dS, a * removed)  # less ∂L/∂(S κ̂)
    by_key = -across(dS, found)  # ∂L/∂(a ⊙ κ̂)
    by_written = across(dS, v)  # ∂L/∂k̃
    dremoved = by_key * a - across(S, from_found)
    dscaled = from_unit(dremoved, removed, scale)
    dreplaced = by_written * k
    grad = np.concatenate(
        [
            dscaled * params.xi + by_written * replaced,
            onto(dS, k * replaced),
            -FASTEST * w * dw * ddecay,
            (by_key * removed + dreplaced * params.mu) * da,
        ],
        axis=1,
    )
    before = dS * w[:, None, :] - outer(from_found, removed)
    own = {"xi": dscaled * k, "mu": dreplaced * (a - 1.0)}
    return as_vector(before), {"W_x": (grad, x), "b_h": grad, **own}


def rwkv7_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch, (V, K) = f.torch, sides(h.shape[1])
    k, v, w_in, a_in = (x @ w["W_x"].T + w["b_h"]).split([K, V, K, K], dim=1)
    decay, a = torch.exp(-FASTEST * f.sigmoid(w_in)), f.sigmoid(a_in)
    removed = k * w["xi"]
    removed = removed / torch.sqrt((removed * removed).sum(dim=1, keepdim=True) + 1e-5)
    S = h.view(len(h), V, K)
    keeps = torch.diag_embed(decay) - torch.einsum("bi,bj->bij", removed, a * removed)
    written = k * (1.0 + (a - 1.0) * w["mu"])
    S = torch.einsum("bvi,bij->bvj", S, keeps) + torch.einsum("bv,bk->bvk", v, written)
    return S.reshape(len(h), -1), {"k": k, "v": v, "w": w_in, "a": a_in}


def rwkv7_gates(cache) -> dict[str, np.ndarray]:
    return {"k": cache[6], "v": cache[3], "w": cache[4], "a": cache[5]}


def rwkv7_share(gates: dict[str, np.ndarray]) -> np.ndarray:
    """By what a step multiplies the size of each column of S (T, B, K), all else being 0.

    ‖w_j e_j - κ̂_j a ⊙ κ̂‖: what was in column j stays there, or goes to others along the key.
    """
    w, a, key = gates["w"], gates["a"], gates["k"]
    along = ((a * key) ** 2).sum(axis=2, keepdims=True)
    return np.sqrt(np.maximum(w * w + key * key * (along - 2.0 * w * a), 0.0))


def begin_rwkv7(config) -> dict[str, np.ndarray]:
    """Biases (3K + V,): 0, but for the decay -6.5 … -1.5 by column, as in the paper's first layer,
    plus decay_bias. ξ (K,) = 0.85 and μ (K,) = 1."""
    V, K = sides(config.hidden_size)
    b_h = np.zeros(3 * K + V)
    along = np.arange(K) / max(K - 1, 1)
    b_h[K + V : K + V + K] = -6.5 + 5.0 * along**0.85 + config.decay_bias
    return {"b_h": b_h, "xi": np.full(K, 0.85), "mu": np.ones(K)}


def _numbers(H: int, I: int) -> int:
    """W_x and the biases of k, v, w and a; ξ and μ."""
    V, K = sides(H)
    return (3 * K + V) * (I + 1) + 2 * K


def _products(H: int, I: int) -> int:
    """W_x x; S diag w, S κ̂ and the two outer products; ξ, the length, a ⊙ κ̂ and k̃."""
    V, K = sides(H)
    return (3 * K + V) * I + 4 * H + 6 * K


def _why(run: Run, step: Said) -> Said:
    w, a = (float(run.gates[name].mean()) for name in ("w", "a"))
    return Said(
        f"A step multiplies S by diag(w) − κ̂ᵀ(a ⊙ κ̂): each column fades by its own w, "
        f"{plain(w, 3)} on average and at least 0.545, and along the key also a is taken off, "
        f"{plain(a, 2)} on average. It is not symmetric: σ_max may be above max |λ|; {step}.",
        plain="Each column of the matrix fades at a rate of its own, and what was stored under "
        f"the key is partly removed; {step.plain}.",
    )


def _why_zero(run: Run) -> Said:
    return Said(
        "What diag(w) leaves, κ̂ᵀ(a ⊙ κ̂) has taken off to the last bit.",
        plain="All that was stored has been removed: nothing is carried from one step to the next.",
    )


_DRAWS = """\
K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)
V = H // K
decay = -6.5 + 5.0 * (np.arange(K) / max(K - 1, 1)) ** 0.85 + {bias!r}"""

_CLASS = '''
class RWKV7(nn.Module):
    """S_t = S_(t-1) (diag w - kk^T (a kk)) + v^T k, the state h being S (V, K), row after row."""

    def __init__(self):
        super().__init__()
        self.K = next(K for K in range(1, H + 1) if H % K == 0 and K * K >= H)
        self.V = H // self.K
        self.weight_ih = nn.Parameter(torch.empty(3 * self.K + self.V, I))
        self.bias = nn.Parameter(torch.empty(3 * self.K + self.V))
        self.xi = nn.Parameter(torch.empty(self.K))
        self.mu = nn.Parameter(torch.empty(self.K))

    def forward(self, x, h):
        z = nn.functional.linear(x, self.weight_ih, self.bias)
        k, v, w, a = z.split([self.K, self.V, self.K, self.K], dim=1)
        w, a = torch.exp(-{fastest!r} * torch.sigmoid(w)), torch.sigmoid(a)
        kk = k * self.xi
        kk = kk / torch.sqrt((kk * kk).sum(dim=1, keepdim=True) + 1e-5)
        k = k * (1.0 + (a - 1.0) * self.mu)
        S = h.view(len(h), self.V, self.K)
        found = (S * kk[:, None, :]).sum(dim=2, keepdim=True)
        S = S * w[:, None, :] - found * (a * kk)[:, None, :] + v[:, :, None] * k[:, None, :]
        return S.reshape(len(h), -1)

'''

CELL = Cell(
    label="RWKV-7",
    short="RWKV-7",
    formula=r"S_t = S_{t-1} (\operatorname{diag} w_t - \hat\kappa_t^\top (a_t \odot \hat\kappa_t)) "
    r"+ v_t^\top \tilde k_t, \quad w_t = e^{-e^{-1/2} \sigma(W_w x_t)}",
    source="Peng et al. 2025 (RWKV-7)",
    family="matrix",
    colour="#b0562f",
    dash="longdash",
    step=rwkv7_step,
    vjp=rwkv7_vjp,
    torch_step=rwkv7_torch_step,
    blocks=(
        Gate(name="k", activation=None, rows=keys),
        Gate(name="v", activation="", rows=values),
        Gate(
            name="w",
            activation=None,
            title="decay w",
            job="how much of each column of S stays",
            rows=keys,
        ),
        Gate(
            name="a",
            title="removal a",
            job="how much of what lies under the key is taken off",
            rows=keys,
        ),
    ),
    gate_values=rwkv7_gates,
    activation="linear",
    init="",
    begin=begin_rwkv7,
    learned=("W_x", "b_h", "xi", "mu"),
    recurrent=("W_x",),
    shared="W_x",
    settings=(DECAY_BIAS,),
    told=lambda config: f"decay bias {config.decay_bias:g}".replace("-", "−"),
    terms=input_terms,
    parameters=_numbers,
    multiply_adds=_products,
    work=lambda H, B: 150 * B * H + 8 * OVERHEAD,
    no_norm_bound=Said(
        "In RWKV-7 the gates change what a step multiplies by: diag(w) − κ̂ᵀ(a ⊙ κ̂).",
        plain="In RWKV-7 the gates change what a step multiplies by.",
    ),
    no_spectral_radius=Said(
        "In RWKV-7 each step has its own diag(w) − κ̂ᵀ(a ⊙ κ̂): there is no single ρ.",
        plain="In RWKV-7 each step multiplies by its own gates: no single matrix sets a rate.",
    ),
    kept=Kept(
        letter="r",
        title="share r",
        job="how much of each column of S stays, in size",
        of="a column of S",
        by="column",
        alone=False,
        share=rwkv7_share,
    ),
    shown=("w", "a"),
    why=_why,
    why_zero=_why_zero,
    acts="only diag(w) − κ̂ᵀ(a ⊙ κ̂) acts",
    remedies=(("Decay bias −3", {"decay_bias": -3.0}), ("Decay bias −6", {"decay_bias": -6.0})),
    written=Written(
        cell=lambda config, activation, phi: (
            _CLASS.replace("{fastest!r}", repr(FASTEST)),
            "RWKV7()",
        ),
        weights=lambda config: {
            "bias": "np.concatenate([np.zeros(K + V), decay, np.zeros(K)])",
            "xi": "np.full(K, 0.85)",
            "mu": "np.ones(K)",
        },
        draws=lambda config: _DRAWS.format(bias=config.decay_bias),
    ),
    helpers=(sides, as_matrix, as_vector, outer, onto, across, unit, from_unit),
)
