"""The two upper bounds: by the norm of W_h, and by the norm of each Jacobian."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, log10, powers, products
from rnn_core.laws.spectral import spectral_radius
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.start import recurrent_norm


def norm_bound_missing(config: RNNConfig) -> str:
    return config.cell_used.no_norm_bound


def norm_bound(forward: Forward) -> np.ndarray:
    c, params = forward.config, forward.params
    if c.cell_used.eigenvalues is not None:  # those of a normal J: σ_max = ρ
        return spectral_radius(forward)
    steepest = ACTIVATIONS[c.activation_used].max_dphi
    return powers(log10(params.keep + params.alpha * recurrent_norm(c) * steepest), forward.x)


def realised_bound(forward: Forward) -> np.ndarray:
    """Π σ_max(J_t), by exact singular values: an estimate from below would not be a bound."""
    norms = [
        np.linalg.norm(forward.jacobians(b)[1:], 2, axis=(1, 2)) for b in range(forward.x.shape[1])
    ]
    return products(log10(np.stack(norms, axis=1)))
