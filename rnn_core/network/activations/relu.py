"""ReLU."""

from __future__ import annotations

import numpy as np

from rnn_core.network.activations.activation import Activation
from rnn_core.network.activations.moments import two_slopes


def relu(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0.0, out=out)


def d_relu(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 where z > 0, else 0: at z = 0 PyTorch's choice."""
    return np.greater(z, 0.0, out=out)


ACTIVATION = Activation(
    label="ReLU",
    formula=r"\max(0, z)",
    plain="max(0, {0})",
    phi=relu,
    dphi=d_relu,
    max_dphi=1.0,
    homogeneous=True,
    kinked=True,
    exactly_off=True,
    off="off",
    moments=two_slopes(0.0),
    script="torch.relu({z})",
    script_slope="(h > 0).to(h.dtype)",
    torch=lambda torch: torch.relu,
    rnn_cell="relu",
)
