"""Activations: each function φ beside its derivative φ'.

A saturated unit is where gradients die, so φ' must be right exactly there. The familiar shortcut
1 - h² subtracts two nearly equal numbers: its relative error is 2e-4 at z = 15 and 100 % at z = 20.
Wherever that cancellation would cost digits, φ' is computed from z with exp(-|z|) instead.

Every pair has the same two signatures, on arrays of any one shape:

    phi(z, out)       writes φ(z) into `out` (which may be z itself) and returns it
    dphi(z, h, out)   writes φ'(z) into `out` (which may be z), given h = φ(z), and returns it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LEAK = 0.01  # slope of leaky ReLU below zero, PyTorch's default

# Where |h| (for sigmoid: h) is beyond this, the shortcut has lost a digit or two of its sixteen.
LOSSY = 0.975


@dataclass(frozen=True, kw_only=True)
class Activation:
    """φ with its derivative and the facts that the laws and the pages need.

    `max_dphi` bounds |φ'|. `homogeneous` means φ(c·z) = c·φ(z) for c > 0, so a state that leaves
    the range of float64 can be carried with an exponent of its own; `identity_at_zero` means that
    φ(z) = z to the last bit for |z| < 2^-64, which does the same for a state that fades. `off` is
    the word for a unit whose |φ'(z)| < 0.1.
    """

    label: str
    formula: str  # LaTeX
    phi: Callable[[np.ndarray, np.ndarray], np.ndarray]
    dphi: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    max_dphi: float
    homogeneous: bool = False
    identity_at_zero: bool = False
    off: str = "saturated"


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


def relu(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0.0, out=out)


def d_relu(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 where z > 0, else 0: at z = 0 PyTorch's choice."""
    return np.greater(z, 0.0, out=out)


def leaky_relu(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.maximum(z, LEAK * z, out=out)


def d_leaky_relu(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 where z > 0, else the leak."""
    np.greater(z, 0.0, out=out)
    return np.maximum(out, LEAK, out=out)


def linear(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    if out is not z:
        np.copyto(out, z)
    return out


def d_linear(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    out.fill(1.0)
    return out


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(
        label="tanh",
        formula=r"\tanh z",
        phi=tanh,
        dphi=d_tanh,
        max_dphi=1.0,
        identity_at_zero=True,
    ),
    "relu": Activation(
        label="ReLU",
        formula=r"\max(0, z)",
        phi=relu,
        dphi=d_relu,
        max_dphi=1.0,
        homogeneous=True,
        off="off",
    ),
    "leaky_relu": Activation(
        label="leaky ReLU",
        formula=rf"\max({LEAK} z, z)",
        phi=leaky_relu,
        dphi=d_leaky_relu,
        max_dphi=1.0,
        homogeneous=True,
        off="on the leak",
    ),
    "sigmoid": Activation(
        label="sigmoid",
        formula=r"1/(1+e^{-z})",
        phi=sigmoid,
        dphi=d_sigmoid,
        max_dphi=0.25,
    ),
    "linear": Activation(
        label="linear", formula="z", phi=linear, dphi=d_linear, max_dphi=1.0, homogeneous=True
    ),
}
