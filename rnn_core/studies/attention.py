"""Attention over the past: one hop from any step to the loss, for contrast with recurrence.

A single-head layer with a causal mask reads the same inputs as the recurrent cells:

    e_t = W_x x_t        q_t = W_q e_t        k_t = W_k e_t        v_t = W_v e_t
    a_jt = softmax over t ≤ j of q_j·k_t/√H        h_j = Σ_t a_jt v_t

The state of step t is e_t, which goes to h_j directly, as one of t ≤ j terms: ‖∂L/∂e_t‖ does not
shrink with the lag, but the gradient is shared out by a_jt, which sum to 1. The layer knows no
order of the steps (no positions); W_q, W_k and W_v are orthogonal, of scale 1.
Vaswani et al. 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.cells.tape import Trace
from rnn_core.config import RNNConfig
from rnn_core.flow.losses import direct_gradient
from rnn_core.network.base_matrix import base_matrix
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.registry import complete
from rnn_core.start import inputs, parameters

INIT = "orthogonal"  # of W_q, W_k and W_v


@dataclass(frozen=True, eq=False)
class AttentionFlow:
    """One run, forward and back: ∂L/∂e_t is delta[t] · exp(log_scale[t]) per sequence."""

    params: Parameters  # W_x and the readout; W_h holds W_q, W_k and W_v
    outputs: np.ndarray  # (K, B, H) h_j of the K steps with a loss
    log_weights: np.ndarray  # (T, B) ln a_Tt, what the last step attends to
    delta: np.ndarray  # (T, B, H)
    log_scale: np.ndarray  # (T, B), 0 or below

    @property
    def log10_norms(self) -> np.ndarray:
        """log₁₀ ‖∂L/∂e_t‖ (T, B)."""
        return log10_norm(self.delta) + self.log_scale / np.log(10.0)


def attention_parameters(config: RNNConfig) -> Parameters:
    """W_x, W_y and b_y as the recurrent cells have them; W_q, W_k and W_v as W_h (3H, H)."""
    H = config.hidden_size
    shared = parameters(config)
    square = [base_matrix(INIT, H, config.seed, block) for block in range(3)]
    return Parameters(
        W_h=np.concatenate(square),
        W_x=shared.W_x[:H],
        b_h=np.zeros(0),
        W_y=shared.W_y,
        b_y=shared.b_y,
    )


def attend(e: np.ndarray, W: np.ndarray, steps: int):
    """Forward, one sequence: e (T, H), W (3H, H) -> h (K, H) of the last K steps, and the cache."""
    T, H = e.shape
    q, k, v = np.split(e @ W.T, 3, axis=1)
    q = q[T - steps :]
    score = q @ k.T / np.sqrt(H)
    later = np.arange(T) > np.arange(T - steps, T)[:, None]
    score[later] = -np.inf
    score -= score.max(axis=1, keepdims=True)
    log_a = score - np.log(np.exp(score).sum(axis=1, keepdims=True))  # (K, T)
    h = np.exp(log_a) @ v
    return h, (q, k, v, log_a, h)


def attend_back(W: np.ndarray, cache, dh: np.ndarray):
    """Backward, one sequence: dh (K, H) -> (T, H) and (T,), ∂L/∂e_t = first · exp(second).

    ∂L/∂v_t = Σ_j a_jt dh_j and, with the score s_jt, ∂L/∂s_jt = a_jt dh_j·(v_t - h_j). Both carry
    a_jt as a factor, and the largest of it is kept apart: exp(-1000) is 0 in float64.
    """
    q, k, v, log_a, h = cache
    K, T = log_a.shape
    H = v.shape[1]
    W_q, W_k, W_v = np.split(W, 3)
    scale = log_a.max(axis=0)
    scale[T - K :] = 0.0  # these also take the way through their own q
    toward = dh @ v.T - np.sum(dh * h, axis=1, keepdims=True)  # (K, T) dh_j·(v_t - h_j)
    a = np.exp(log_a - scale)
    d_score = a * toward / np.sqrt(H)
    de = (a.T @ dh) @ W_v + (d_score.T @ q) @ W_k
    d_q = (np.exp(log_a) * toward / np.sqrt(H)) @ k
    de[T - K :] += d_q @ W_q
    return de, scale


def attention_flow(config: RNNConfig) -> AttentionFlow:
    """Run attention over the inputs of `config`, with its loss and seed; its cell has no say."""
    params, x = attention_parameters(config), inputs(config)
    T, B, _ = x.shape
    steps = 1 if config.loss_at == "last" else T
    e = x @ params.W_x.T
    outputs = np.empty((steps, B, config.hidden_size))
    caches = []
    for b in range(B):
        outputs[:, b], cache = attend(e[:, b], params.W_h, steps)
        caches.append(cache)
    # The loss looks at the steps that have one, and at no tape.
    seen = Trace(x=x, h=outputs, tape=None)  # type: ignore[arg-type]
    direct = direct_gradient(config, params, seen)
    delta, log_scale = np.empty(e.shape), np.empty((T, B))
    for b, cache in enumerate(caches):
        delta[:, b], log_scale[:, b] = attend_back(params.W_h, cache, direct.value[:, b])
    log_weights = np.stack([cache[3][-1] for cache in caches], axis=1)
    return AttentionFlow(params, outputs, log_weights, delta, log_scale)


@dataclass(frozen=True, kw_only=True)
class Attention:
    """What the page with several cells needs to know of attention, which is none of them: it
    carries no state, and so has neither step nor vjp. Fields are named as those of `Cell`."""

    label: str
    short: str
    the: str
    formula: str
    source: str
    family: str
    colour: str
    dash: str
    line_width: float
    gates: tuple[str, ...] = ("h",)
    settings: tuple[Any, ...] = ()
    hears: frozenset[str] = frozenset()  # W_q, W_k and W_v are what they are
    helpers: tuple[Callable[..., Any], ...]

    one_hop = True
    kept = None
    direct_path = False

    def __post_init__(self) -> None:
        complete(self)

    def parameters(self, H: int, I: int) -> int:
        """W_q, W_k, W_v and W_x; no biases."""
        return 3 * H * H + H * I

    def multiply_adds(self, H: int, I: int) -> int:
        """Of e, q, k and v, and the division of q."""
        return H * I + 3 * H * H + H

    def multiply_adds_for_each_step(self, H: int) -> int:
        """A score q·k_t, and a_t v_t, of every step that is looked at."""
        return 2 * H

    def seconds(self, H: int, B: int, T: int, losses: int) -> float:
        """About how long a curve takes (measured on one core of 2022)."""
        pairs = T * losses
        return 1e-3 + 1.3e-10 * B * (9 * T * H * H + 60 * pairs + 5 * H * pairs)


ATTENTION = Attention(
    label="attention: one hop",
    short="attention",
    the="attention",
    formula=r"h_T = \sum_t a_t v_t, \quad "
    r"a = \mathrm{softmax}(q_T \cdot k_t / \sqrt H), \quad "
    r"q, k, v = W_q e, W_k e, W_v e, \quad e_t = W_x x_t",
    source="Vaswani et al. 2017",
    family="attention",
    colour="#8c8f94",
    dash="dash",  # tells it from the cells where colours do not
    line_width=2,
    helpers=(attention_parameters, attend, attend_back),
)
