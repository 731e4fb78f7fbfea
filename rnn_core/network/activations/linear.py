"""The identity: a linear network."""

from __future__ import annotations

import numpy as np

from rnn_core.network.activations.activation import Activation
from rnn_core.network.activations.moments import two_slopes


def linear(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    if out is not z:
        np.copyto(out, z)
    return out


def d_linear(z: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    out.fill(1.0)
    return out


ACTIVATION = Activation(
    label="linear",
    formula="z",
    plain="{0}",
    phi=linear,
    dphi=d_linear,
    max_dphi=1.0,
    homogeneous=True,
    linear=True,
    moments=two_slopes(1.0),
    script="{z}",
    script_slope="torch.ones_like(h)",
    torch=lambda torch: lambda z: z,
)
