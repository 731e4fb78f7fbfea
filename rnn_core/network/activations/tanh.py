"""tanh."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.network.activations.activation import LOSSY, Activation

NODES = 40
REACH = 7.5  # beyond it a normal variable has 6e-14 of its probability


def tanh(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.tanh(z, out=out)


def d_tanh(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """φ' = 1 - h², and where that cancels 4e/(1+e)² with e = exp(-2|z|)."""
    e = None
    if h.size and (h.max() > LOSSY or h.min() < -LOSSY):
        lossy = (h > LOSSY) | (h < -LOSSY)
        e = np.exp(-2.0 * np.abs(z[lossy]))
    np.multiply(h, h, out=out)
    np.subtract(1.0, out, out=out)
    if e is not None:
        out[lossy] = 4.0 * e / (1.0 + e) ** 2
    return out


def plain_d_tanh(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 - h²."""
    np.multiply(h, h, out=out)
    return np.subtract(1.0, out, out=out)


def tanh_ends(slope: float) -> tuple[float, float]:
    """±√(1 - φ')."""
    high = math.sqrt(1.0 - slope)
    return -high, high


def tanh_moments(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E[tanh²] and E[sech⁴], to better than 1e-9 of their values for q up to 1e5.

    The trapezoidal rule gains digits at a rate set by the nearest pole, here z = ±iπ/(2√q). A
    large q brings it next to the axis, and Gauss–Hermite nodes miss what happens near z = 0. With
    z = d sinh(v), d the distance of the pole, the nodes crowd where they are needed: in v the pole
    is π/2 away whatever q. For a small q the same grid is an even one.
    """
    root = np.sqrt(q)[..., None]
    d = (0.5 * np.pi) / np.maximum(root, 1e-6)
    h = np.arcsinh(REACH / d) / NODES
    v = h * np.arange(NODES + 1)
    z = d * np.sinh(v)
    weight = np.cosh(v) * np.exp(-0.5 * z * z)
    weight *= h * d * (2.0 / np.sqrt(2.0 * np.pi))  # 2: the integrands are even
    weight[..., 0] *= 0.5
    squared = np.tanh(root * z) ** 2
    return np.vecdot(weight, squared), np.vecdot(weight, (1.0 - squared) ** 2)


def stable_tanh(torch: Any) -> Callable[[Any], Any]:
    """Same function; autograd of this form keeps every digit of φ' where 1 - h² cancels."""

    def phi(z: Any) -> Any:
        sign = torch.where(z.detach() < 0, -1.0, 1.0)  # unlike abs(), differentiable at 0
        w = -2.0 * sign * z
        # expm1 is exact for a tiny z; but autograd's derivative of it, expm1(w) + 1, cancels for
        # a large one, and that of exp(w) does not.
        near = w.detach() > -1.0
        nothing = torch.zeros_like(w)
        fall = torch.expm1(torch.where(near, w, nothing))
        e = torch.exp(torch.where(near, nothing, w))
        return sign * torch.where(near, -fall / (2.0 + fall), (1.0 - e) / (1.0 + e))

    return phi


ACTIVATION = Activation(
    label="tanh",
    formula=r"\tanh z",
    plain="tanh({0})",
    phi=tanh,
    dphi=d_tanh,
    plain_dphi=plain_d_tanh,
    slope=("1 − {h}²", "1 − {h}²"),
    max_dphi=1.0,
    identity_at_zero=True,
    ends=tanh_ends,
    moments=tanh_moments,
    script="torch.tanh({z})",
    script_slope="1.0 - h * h",
    torch=lambda torch: torch.tanh,
    torch_stable=stable_tanh,
    rnn_cell="tanh",
)
