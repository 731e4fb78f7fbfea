"""What φ and φ' are on average, squared, under a normal z: what mean field needs of an activation.

E[φ(√q z)²] and E[φ'(√q z)²]     z ~ N(0, 1)
"""

from __future__ import annotations

import numpy as np

from rnn_core.network.activations.activation import Activation, Moments

REACH = 8.5  # beyond it a normal variable has 2e-17 of its probability
NEAREST, PANELS, NODES = 1e-7, 64, 10


def two_slopes(below: float) -> Moments:
    """Slope 1 above 0 and `below` under it: the mean of the two squares, whatever q."""
    mean = 0.5 * (1.0 + below**2)
    return lambda q: (mean * q, np.full_like(q, mean))


def by_quadrature(activation: Activation) -> Moments:
    """By Gauss–Legendre, on panels that shrink towards z = 0, where φ bends if q is large."""
    edges = np.concatenate([[0.0], np.geomspace(NEAREST, REACH, PANELS)])
    node, weight = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2.0
    z = (edges[:-1, None] + half * (node + 1.0)).ravel()
    density = (half * weight).ravel() * np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    z, density = np.concatenate([-z[::-1], z]), np.concatenate([density[::-1], density])

    def moments(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        at = np.sqrt(q)[..., None] * z
        value = activation.phi(at, np.empty_like(at))
        slope = activation.dphi(at, value, np.empty_like(at))
        return np.square(value) @ density, np.square(slope) @ density

    return moments


def moments_of(activation: Activation) -> Moments:
    """Those it brings, or else by quadrature."""
    return activation.moments or by_quadrature(activation)
