"""Mean field: what a step does to the gradient on average over all units of a wide network.

With many units z_t is Gaussian with variance q_t, whatever the single weights are:

    q_t = σ_w² E[φ(√q_{t-1} z)²] + σ_x² ‖x_t‖²        z ~ N(0, 1), h_0 = 0
    χ_t = σ_w² E[φ'(√q_t z)²]                         ‖δ_{t-1}‖² ≈ χ_t ‖δ_t‖²

Here q_t is driven by the input that the sequence really had, not by its variance. W_x has entries
N(0, 1/I), so σ_x² = 1/I, and the bias starts at 0. Source: Schoenholz et al. 2017; Chen,
Pennington, Schoenholz 2018.
"""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, products
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.activations.activation import Moments
from rnn_core.network.activations.moments import moments_of
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.start import recurrent_scale

FEW_UNITS = 32  # below it a mean over the units says little about one network


def weight_gain(config: RNNConfig) -> float | None:
    """σ_w: √H times the standard deviation of an entry of W_h, or None.

    None where the entries of W_h are neither independent nor those of a random rotation.
    """
    init = INITIALISATIONS.get(config.init_used)
    if init is None or init.sigma is None:
        return None
    return recurrent_scale(config) * init.sigma(config.hidden_size)


def step_factors(gain: float, moments: Moments, x: np.ndarray) -> np.ndarray:
    """χ_t (T, B): the factor of ‖δ‖² on the way from step t to t-1, for inputs x (T, B, I).

    gain: σ_w, see `weight_gain`. moments: those of φ, see `moments_of`.
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
    init = INITIALISATIONS[config.init_used]
    return needs + (init.unlike or f"the {init.label} start is neither.")


def mean_field_caveat(config: RNNConfig) -> str:
    said = []
    if not INITIALISATIONS[config.init].rotation:
        said.append(
            "The same W_h acts at each step, which the law counts as a new one: it drifts once k "
            f"passes √H ≈ {config.hidden_size**0.5:.0f}."
        )
    phi = ACTIVATIONS[config.activation]
    if phi.kinked:
        said.append(
            f"The same units tend to be {phi.off} at every step, which "
            "the law draws anew each time."
        )
    if INPUTS[config.input].constant:
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
    gain = weight_gain(c)
    assert gain is not None  # or the law is missing
    chi = step_factors(gain, moments_of(ACTIVATIONS[c.activation]), forward.x)
    return products(0.5 * log10(chi[1:]))


LAW = Law(
    label="mean field, given the input",
    formula=r"\|\delta_{T-k}\|^2 \approx \prod_t \chi_t\,\|\delta_T\|^2,\quad "
    r"\chi_t = \sigma_w^2\,\mathbb{E}\big[\varphi'(\sqrt{q_t}\,z)^2\big],\quad "
    r"q_t = \sigma_w^2\,\mathbb{E}\big[\varphi(\sqrt{q_{t-1}}\,z)^2\big] "
    r"+ \tfrac{1}{I}\|x_t\|^2",
    conditions="Many units, W_h with independent entries of variance σ_w²/H or a random "
    "rotation times σ_w, W_x from N(0, 1/I), no bias.",
    source="Schoenholz et al. 2017; Chen, Pennington, Schoenholz 2018",
    upper_bound=False,
    missing=mean_field_missing,
    caveat=mean_field_caveat,
    predict=mean_field,
    colour="fourth",
    dash="dash",
)
