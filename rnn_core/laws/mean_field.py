"""Mean field: what a step does to the gradient on average over all units of a wide network.

With many units z_t is Gaussian with variance q_t, whatever the single weights are:

    q_t = σ_w² E[φ(√q_{t-1} z)²] + σ_x² ‖x_t‖²        z ~ N(0, 1), h_0 = 0
    χ_t = σ_w² E[φ'(√q_t z)²]                         ‖δ_{t-1}‖² ≈ χ_t ‖δ_t‖²

Here q_t is driven by the input that the sequence really had, not by its variance. W_x has entries
N(0, 1/I), so σ_x² = 1/I, and the bias starts at 0. Source: Schoenholz et al. 2017; Chen,
Pennington, Schoenholz 2018.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, log10, products
from rnn_core.network.activations import ACTIVATIONS, LEAK
from rnn_core.network.initialisations import INITIALISATIONS, SMALL_STD
from rnn_core.start import recurrent_scale

FEW_UNITS = 32  # below it a mean over the units says little about one network

NODES = 40
REACH = 7.5  # beyond it a normal variable has 6e-14 of its probability

# E[φ(√q z)²] and E[φ'(√q z)²] for variances q of any shape.
Moments = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


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


def sigmoid_moments(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From tanh: σ(z) = (1 + tanh(z/2))/2, and the odd part of its square averages to 0."""
    squared, derivative = tanh_moments(0.25 * q)
    return 0.25 * (1.0 + squared), derivative / 16.0


def two_slopes(below: float) -> Moments:
    """Slope 1 above 0 and `below` under it: the mean of the two squares, whatever q."""
    mean = 0.5 * (1.0 + below**2)
    return lambda q: (mean * q, np.full_like(q, mean))


MOMENTS: dict[str, Moments] = {
    "tanh": tanh_moments,
    "sigmoid": sigmoid_moments,
    "relu": two_slopes(0.0),
    "leaky_relu": two_slopes(LEAK),
    "linear": two_slopes(1.0),
}

# σ_w of W_0: √H times the standard deviation of an entry.
_BASE_GAINS: dict[str, Callable[[int], float]] = {
    "gaussian": lambda H: 1.0,
    "orthogonal": lambda H: 1.0,
    "glorot": lambda H: 1.0,
    "uniform": lambda H: 1.0 / np.sqrt(3.0),
    "small": lambda H: SMALL_STD * np.sqrt(H),
}


def weight_gain(config: RNNConfig) -> float | None:
    """σ_w: √H times the standard deviation of an entry of W_h, or None.

    None where the entries of W_h are neither independent nor those of a random rotation.
    """
    base = _BASE_GAINS.get(config.init_used)
    return None if base is None else recurrent_scale(config) * base(config.hidden_size)


def step_factors(gain: float, moments: Moments, x: np.ndarray) -> np.ndarray:
    """χ_t (T, B): the factor of ‖δ‖² on the way from step t to t-1, for inputs x (T, B, I).

    gain: σ_w, see `weight_gain`. moments: those of φ, from MOMENTS.
    """
    drive = np.square(x).mean(axis=2)
    chi = np.empty_like(drive)
    state = np.zeros(drive.shape[1])  # E[h_{t-1}²]
    with np.errstate(over="ignore"):  # a linear q may leave float64; its χ does not depend on it
        for t, drive_t in enumerate(drive):
            state, chi[t] = moments(gain**2 * state + drive_t)
    return gain**2 * chi


def mean_field_missing(config: RNNConfig) -> str:
    if not config.cell_used.two_factors:
        return f"Derived for the vanilla RNN; the {config.cell_used.label} is another recurrence."
    if weight_gain(config) is not None:
        return ""
    needs = "It needs a W_h of many independent entries, or a random rotation; "
    match config.init_used:
        case "identity":
            return needs + "the identity start is close to neither."
        case "sparse":
            return needs + "the sparse start has 15 per unit, and the rest are 0."
        case "non_normal":
            return needs + "the non-normal start is not random at all."
    return needs + f"the {INITIALISATIONS[config.init_used].label} start is neither."


def mean_field_caveat(config: RNNConfig) -> str:
    said = []
    if config.init != "orthogonal":
        said.append(
            "The same W_h acts at each step, which the law counts as a new one: it drifts once k "
            f"passes √H ≈ {config.hidden_size**0.5:.0f}."
        )
    if config.activation in ("relu", "leaky_relu"):
        said.append(
            f"The same units tend to be {ACTIVATIONS[config.activation].off} at every step, which "
            "the law draws anew each time."
        )
    if config.input == "constant":
        said.append(
            "A constant input makes every J_t alike, and one draw of W_h departs from the mean."
        )
    if config.hidden_size < FEW_UNITS:
        said.append(
            f"It is an average over many units: a network of {config.hidden_size} scatters around "
            "it."
        )
    return " ".join(said)


def mean_field(forward: Forward) -> np.ndarray:
    c = forward.config
    chi = step_factors(weight_gain(c), MOMENTS[c.activation], forward.x)
    return products(0.5 * log10(chi[1:]))
