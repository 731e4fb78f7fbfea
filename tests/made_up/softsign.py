"""Softsign."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.network.activations.activation import Activation


def softsign(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.divide(z, 1.0 + np.abs(z), out=out)


def d_softsign(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """φ' = 1/(1 + |z|)²."""
    np.abs(z, out=out)
    np.add(out, 1.0, out=out)
    np.reciprocal(out, out=out)
    return np.multiply(out, out, out=out)


def softsign_ends(slope: float) -> tuple[float, float]:
    """±(1 - √φ')."""
    high = 1.0 - math.sqrt(slope)
    return -high, high


ACTIVATION = Activation(
    label="softsign",
    formula=r"z/(1+|z|)",
    plain="{0} / (1 + abs({0}))",
    phi=softsign,
    dphi=d_softsign,
    max_dphi=1.0,
    identity_at_zero=True,
    ends=softsign_ends,
    script="nn.functional.softsign({z})",
    script_slope="(1.0 - h.abs()) ** 2",
    torch=lambda torch: torch.nn.functional.softsign,
)
