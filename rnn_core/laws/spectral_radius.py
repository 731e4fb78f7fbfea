"""The rate of a linear network: ρ(W_h)."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, powers
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said, joined
from rnn_core.start import recurrent_eigenvalues, recurrent_norm, state_eigenvalues


def eigenvalues(config: RNNConfig, params: Parameters) -> np.ndarray:
    """Of the matrix that every step multiplies by where φ' = 1: keep·1 + α W_h, or λ of the lru."""
    own = config.cell_used.eigenvalues
    return own(params) if own is not None else state_eigenvalues(config, params)


def spectral_radius_missing(config: RNNConfig) -> str:
    return config.cell_used.no_spectral_radius


def spectral_radius_caveat(forward: Forward) -> str:
    config, params = forward.config, forward.params
    if spectral_radius_missing(config):
        return ""  # there may be no matrix to look at
    said: list[str] = []
    phi = ACTIVATIONS[config.activation_used]
    if not phi.linear:
        said.append(
            Said(
                f"It leaves φ′ out, and {phi.label} is not linear.",
                plain=f"It leaves the activation out, and {phi.label} is not linear.",
            )
        )
    moduli = np.abs(eigenvalues(config, params))
    if config.cell_used.additive and not _normal(config, params):
        said.append(
            Said(
                "W_h is not normal (σ_max > ρ): the gradient may grow first, and follows ρ^k at "
                "large lags only.",
                plain="It is about the long run: with these weights the gradient may grow first.",
            )
        )
    elif moduli.min() < 0.999 * moduli.max():
        said.append(
            Said(
                "Only the leading eigenvector follows ρ^k at once: |λ| runs from "
                f"{moduli.min():.3g} to {moduli.max():.3g}.",
                plain="It follows the strongest direction only; the others shrink faster.",
            )
        )
    return joined(said)


def _normal(config: RNNConfig, params: Parameters) -> bool:
    """Whether σ_max(W_h) = ρ(W_h), which every normal matrix has and the identity's noise blurs."""
    radius = float(np.abs(recurrent_eigenvalues(config, params)).max())
    return recurrent_norm(config, params) <= 1.02 * radius


def spectral_radius(forward: Forward) -> np.ndarray:
    moduli = np.abs(eigenvalues(forward.config, forward.params))
    return powers(log10(moduli.max()), forward.x)


LAW = Law(
    label="spectral radius",
    formula=r"\|\delta_{T-k}\| \approx \rho(W_h)^k\,\|\delta_T\|",
    conditions="A linear network with normal W_h: never above ρ^k, and equal to it where all "
    "eigenvalues have one modulus. Other linear networks follow it at large lags. A cell that "
    "keeps a share of its state has ρ(keep·1 + α W_h).",
    source="Hochreiter 1991; Pascanu, Mikolov, Bengio 2013",
    upper_bound=False,
    missing=spectral_radius_missing,
    caveat=spectral_radius_caveat,
    predict=spectral_radius,
    colour="guide",
    dash="dash",
    about_slope="It leaves φ′ out: here",
)
