"""Leaky ReLU."""

from __future__ import annotations

import numpy as np

from rnn_core.network.activations.activation import Activation
from rnn_core.network.activations.moments import two_slopes

LEAK = 0.01  # slope of leaky ReLU below zero, PyTorch's default


def leaky_relu(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.maximum(z, LEAK * z, out=out)


def d_leaky_relu(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 where z > 0, else the leak."""
    np.greater(z, 0.0, out=out)
    return np.maximum(out, LEAK, out=out)


ACTIVATION = Activation(
    label="leaky ReLU",
    formula=rf"\max({LEAK} z, z)",
    plain=f"max({LEAK} · {{0}}, {{0}})",
    phi=leaky_relu,
    dphi=d_leaky_relu,
    max_dphi=1.0,
    homogeneous=True,
    kinked=True,
    off="on the leak",
    moments=two_slopes(LEAK),
    script=f"nn.functional.leaky_relu({{z}}, {LEAK!r})",
    script_slope=f"torch.where(h > 0, 1.0, {LEAK!r})",
    torch=lambda torch: lambda z: torch.nn.functional.leaky_relu(z, LEAK),
)
