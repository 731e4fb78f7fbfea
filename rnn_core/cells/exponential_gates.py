"""What the cells of xLSTM share: exponential gates, and the stabiliser that keeps them in range.

c and n collect exp(·) of every step, and leave float64 where the sum of the exponents passes 709.
The stabiliser m is that sum's maximum so far: c e^(-m) and n e^(-m) are kept in their place, and h,
which is their quotient, is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import value_and_slope
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.settings import Number

# 709, of exp in float64: what a gate is shown as at most.
LARGEST = 700.0

XLSTM_BIAS = Number(
    name="xlstm_bias",
    label="xLSTM forget bias",
    brief="forget bias",
    default=3.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Bias of the forget gates of mLSTM and sLSTM at the start; the paper takes 3 to 6 over "
    "the heads of an mLSTM. σ(3) = 0.95, exp(3) = 20.",
)
EXP_FORGET = Number(
    name="exp_forget",
    label="forget by exp",
    brief="forget by",
    default=0,
    low=0,
    high=1,
    step=1,
    tells=lambda on: f"forget gate {'exp' if on else 'σ'}",
    help="Of mLSTM and sLSTM: 0 is a forget gate of σ, 1 one of exp. The paper allows both; exp "
    "may be more than 1.",
)
STABILISER = Number(
    name="stabiliser",
    label="stabiliser",
    default=1,
    low=0,
    high=1,
    step=1,
    tells=lambda on: "stabiliser" if on else "no stabiliser",
    help="Of mLSTM and sLSTM: 1 keeps the state in units of e^m, as the paper does; 0 leaves it as "
    "it is, and large exponents overflow.",
)
SETTINGS = (XLSTM_BIAS, EXP_FORGET, STABILISER)
IN_RANGE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Try the stabiliser: it keeps the state in units in which it fits.",
        "Stabiliser",
        {STABILISER.name: 1},
    ),
)


def told(config: Any) -> str:
    """The settings in words."""
    said = [f"forget bias {config.xlstm_bias:g}".replace("-", "−")]
    said += ["f = exp"] if config.exp_forget else []
    return ", ".join(said if config.stabiliser else [*said, "no stabiliser"])


def log_forget(z: np.ndarray, exponential: float) -> tuple[np.ndarray, np.ndarray]:
    """ln f and its derivative: f is exp(z), or σ(z)."""
    if exponential:
        return z, np.ones_like(z)
    return -np.logaddexp(0.0, -z), value_and_slope(SIGMOID, -z)[0]


def gated(
    log_f: np.ndarray, log_i: np.ndarray, m: np.ndarray, stabilised: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """m_next = max(ln f + m, ln i); f and i in its units; and where it is the first of the two.

    Without the stabiliser m is 0, and f and i are as they are.
    """
    if not stabilised:
        with np.errstate(over="ignore"):
            return np.zeros_like(log_i), np.exp(log_f), np.exp(log_i), np.ones(log_i.shape, bool)
    old = log_f + m
    first = old >= log_i
    m_next = np.where(first, old, log_i)
    return m_next, np.exp(old - m_next), np.exp(log_i - m_next), first


def gated_back(
    by_f: np.ndarray, by_i: np.ndarray, dm: np.ndarray, first: np.ndarray, stabilised: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """∂L by ln f, ln i and m, from f ∂L/∂f, i ∂L/∂i and ∂L/∂m_next."""
    if not stabilised:
        return by_f, by_i, np.zeros_like(by_f)
    # The larger of the two is 1 in units of e^m_next, whatever it is.
    by_old, by_new = np.where(first, dm - by_i, by_f), np.where(first, by_i, dm - by_f)
    return by_old, by_new, by_old


def gated_torch(
    torch: Any, log_f: Any, log_i: Any, m: Any, stabilised: float
) -> tuple[Any, Any, Any]:
    """`gated` on tensors, without the last."""
    if not stabilised:
        return torch.zeros_like(log_i), torch.exp(log_f), torch.exp(log_i)
    old = log_f + m
    m_next = torch.where(old >= log_i, old, log_i)
    return m_next, torch.exp(old - m_next), torch.exp(log_i - m_next)


def forget(log_f: np.ndarray) -> np.ndarray:
    """f itself, for the eye."""
    return np.exp(np.minimum(log_f, LARGEST))
