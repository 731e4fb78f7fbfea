"""The upper bound by the norm of W_h: what it can stretch at most in one step."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, nothing_to_say, powers
from rnn_core.laws.spectral_radius import spectral_radius
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.start import recurrent_norm


def norm_bound_missing(config: RNNConfig) -> str:
    return config.cell_used.no_norm_bound


def norm_bound(forward: Forward) -> np.ndarray:
    c, params = forward.config, forward.params
    if c.cell_used.eigenvalues is not None:  # those of a normal J: σ_max = ρ
        return spectral_radius(forward)
    steepest = ACTIVATIONS[c.activation_used].max_dphi
    return powers(
        log10(params.keep + params.alpha * recurrent_norm(c, params) * steepest), forward.x
    )


LAW = Law(
    label="norm bound",
    formula=r"\left\|\frac{\partial h_T}{\partial h_{T-k}}\right\| \le "
    r"\left(\sigma_{\mathrm{max}}(W_h)\,\max\varphi'\right)^k",
    conditions="Always, as an upper bound, where one W_h makes the step. A cell that keeps a "
    "share of its state, h_t = keep·h_{t-1} + α φ(z_t), has (keep + α σ_max max φ′)^k; the "
    "linear recurrent unit has max|λ|^k.",
    source="Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013",
    upper_bound=True,
    missing=norm_bound_missing,
    caveat=nothing_to_say,
    predict=norm_bound,
    colour="guide",
    dash="dot",
    about_slope="It counts φ′ as {most:g}; here",
)
