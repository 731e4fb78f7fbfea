"""The logistic sigmoid."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.network.activations.activation import LOSSY, Activation
from rnn_core.network.activations.tanh import tanh_moments


def sigmoid(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    # exp(-z) may overflow to inf for z < -709; 1/(1+inf) = 0 is then the right answer.
    with np.errstate(over="ignore"):
        np.negative(z, out=out)
        np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    return np.reciprocal(out, out=out)


def d_sigmoid(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """φ' = h(1 - h), and where 1 - h cancels e/(1+e)² with e = exp(-z)."""
    lossy = h > LOSSY
    e = np.exp(-z[lossy]) if lossy.any() else None
    np.subtract(1.0, h, out=out)
    np.multiply(out, h, out=out)
    if e is not None:
        out[lossy] = e / (1.0 + e) ** 2
    return out


def plain_d_sigmoid(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """h(1 - h)."""
    np.subtract(1.0, h, out=out)
    return np.multiply(out, h, out=out)


def sigmoid_ends(slope: float) -> tuple[float, float]:
    """(1 ± √(1 - 4φ'))/2."""
    high = (1.0 + math.sqrt(1.0 - 4.0 * slope)) / 2.0
    return 1.0 - high, high


def sigmoid_moments(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From tanh: σ(z) = (1 + tanh(z/2))/2, and the odd part of its square averages to 0."""
    squared, derivative = tanh_moments(0.25 * q)
    return 0.25 * (1.0 + squared), derivative / 16.0


def stable_sigmoid(torch: Any) -> Callable[[Any], Any]:
    """Same function; autograd of this form keeps every digit of φ' where 1 - h cancels."""

    def phi(z: Any) -> Any:
        sign = torch.where(z.detach() < 0, -1.0, 1.0)
        e = torch.exp(-sign * z)
        return torch.where(sign > 0, 1.0 / (1.0 + e), e / (1.0 + e))

    return phi


ACTIVATION = Activation(
    label="sigmoid",
    formula=r"1/(1+e^{-z})",
    plain="1 / (1 + exp(−{0}))",
    phi=sigmoid,
    dphi=d_sigmoid,
    plain_dphi=plain_d_sigmoid,
    slope=("{h} (1 − {h})", "{h} × (1 − {h})"),
    max_dphi=0.25,
    ends=sigmoid_ends,
    moments=sigmoid_moments,
    script="torch.sigmoid({z})",
    script_slope="h * (1.0 - h)",
    torch=lambda torch: torch.sigmoid,
    torch_stable=stable_sigmoid,
)
