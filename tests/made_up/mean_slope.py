"""The rate of a rotated network: the scale of W_h times the root mean square of φ'."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, products
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.start import recurrent_norm


def mean_slope_missing(config: RNNConfig) -> str:
    if not config.cell_used.two_factors:
        return f"Derived for the vanilla RNN; the {config.cell_used.label} is another recurrence."
    if not INITIALISATIONS[config.init_used].rotation:
        return "It needs a W_h that turns every vector and stretches all of them alike."
    return ""


def mean_slope_caveat(forward: Forward) -> str:
    return "It counts every unit alike, and the gradient has its own favourites."


def mean_slope(forward: Forward) -> np.ndarray:
    """Π_t s·√(mean φ'(z_t)²), s the scale of the rotation."""
    squares = np.square(forward.dphi[1:]).mean(axis=2)
    return products(log10(recurrent_norm(forward.config, forward.params)) + 0.5 * log10(squares))


LAW = Law(
    label="mean slope",
    formula=r"\|\delta_{T-k}\| \approx \prod_{t=T-k+1}^{T} s\,\sqrt{\langle\varphi'(z_t)^2\rangle}"
    r"\,\|\delta_T\|",
    conditions="W_h = s·Q with a rotation Q, and many units.",
    source="made up for a test; Saxe, McClelland, Ganguli 2013",
    upper_bound=False,
    missing=mean_slope_missing,
    caveat=mean_slope_caveat,
    predict=mean_slope,
    colour="#0369a1",
    dash="longdash",
)
