"""Mean field: what a step does to the gradient on average over all units of a wide network.

With many units z_t is Gaussian with variance q_t, whatever the single weights are:

    q_1 = σ_w² ‖h_0‖²/H + σ_x² ‖x_1‖² + σ_b²          z ~ N(0, 1)
    q_t = σ_w² E[φ(√q_{t-1} z)²] + σ_x² ‖x_t‖² + σ_b²
    χ_t = σ_w² E[φ'(√q_t z)²]                         ‖δ_{t-1}‖² ≈ χ_t ‖δ_t‖²

Here q_t is driven by the input and the first state that the sequence really had, not by their
variances. σ_x² is the variance of an entry of W_x, σ_b² that of a bias, or of the sum of two, as
the network starts: W_x from N(0, 1/I) and b_h from N(0, bias_scale²), or what a framework draws.
Source: Schoenholz et al. 2017; Chen, Pennington, Schoenholz 2018.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.law import Forward, Law, log10, products
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.activations.activation import Moments
from rnn_core.network.activations.moments import moments_of
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.network.parameters import Parameters
from rnn_core.network.starts import STARTS
from rnn_core.numbers.said import Said, joined
from rnn_core.start import drawn_as_one, recurrent_scale

FEW_UNITS = 32  # below it a mean over the units says little about one network
# H·P(|z| < 1) below it: measured, the law is about 0.3/(H·P) decades a step too high (H from 16 to
# 256, W_h scale to 10, input scale to 100).
FEW_AWAKE = 20.0


def measured(params: Parameters) -> tuple[float, float, float]:
    """σ_w, σ_x²·I and σ_b² of weights that came from elsewhere: their root mean squares."""
    bias = params.b_h if params.b_x is None else params.b_h + params.b_x
    sigma_w = float(np.sqrt(np.square(params.W_h).mean() * len(params.W_h)))
    width = params.W_x.shape[1]
    return sigma_w, float(np.square(params.W_x).mean() * width), float(np.square(bias).mean())


def _scales(forward: Forward) -> tuple[float, float, float]:
    """σ_w, σ_x²·I and σ_b²: as drawn, or else as found in the weights."""
    if not forward.drawn:
        return measured(forward.params)
    config = forward.config
    gain = weight_gain(config)
    assert gain is not None  # or the law is missing
    start, H, I = STARTS[config.start_used], config.hidden_size, config.input_size
    biases = 2.0 * start.bias_variance(H)  # b_h and b_x add up
    return gain, I * start.input_variance(I, H, H), config.bias_scale**2 + biases


def awake(forward: Forward) -> float:
    """P(|z| < 1) at the median q_t: the share of units that are not saturated."""
    moments = moments_of(ACTIVATIONS[forward.config.activation_used])
    gain, input_gain, bias = _scales(forward)
    found, _ = _through(gain, moments, forward.x, input_gain, bias, forward.start)
    q = float(np.median(found))
    return math.erf(1.0 / math.sqrt(2.0 * q)) if q > 0 else 1.0


def _bias_leads(forward: Forward) -> bool:
    """Whether b_h adds more to q_t than the input does, in the mean."""
    _, input_gain, bias = _scales(forward)
    return bias > input_gain * float(np.square(forward.x).mean())


def weight_gain(config: RNNConfig, gate: int = 0) -> float | None:
    """σ_w: √H times the standard deviation of an entry of one gate's block of W_h, or None.

    None where the entries of W_h are neither independent nor those of a random rotation.
    """
    init = INITIALISATIONS.get(config.init_used)
    if init is None or init.sigma is None:
        return None
    # Of G blocks drawn as one matrix each holds the G-th part of its squares.
    share = 1.0 / math.sqrt(drawn_as_one(config))
    return recurrent_scale(config, gate) * share * init.sigma(config.hidden_size)


def step_factors(
    gain: float,
    moments: Moments,
    x: np.ndarray,
    input_gain: float = 1.0,
    bias: float = 0.0,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """χ_t (T, B): the factor of ‖δ‖² on the way from step t to t-1, for inputs x (T, B, I).

    gain: σ_w, see `weight_gain`. moments: those of φ, see `moments_of`. input_gain: σ_x²·I; bias:
    σ_b². start: h_0 (B, H), None for 0.
    """
    return gain**2 * _through(gain, moments, x, input_gain, bias, start)[1]


def _through(
    gain: float,
    moments: Moments,
    x: np.ndarray,
    input_gain: float,
    bias: float,
    start: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """q_t and E[φ'(√q_t z)²] (T, B)."""
    q = input_gain * np.square(x).mean(axis=2) + bias
    slope = np.empty_like(q)
    # E[h_{t-1}²]
    state = np.zeros(q.shape[1]) if start is None else np.square(start).mean(axis=1)
    with np.errstate(over="ignore"):  # a linear q may leave float64; its χ does not depend on it
        for t, q_t in enumerate(q):
            q_t += gain**2 * state
            state, slope[t] = moments(q_t)
    return q, slope


def mean_field_missing(config: RNNConfig) -> str:
    if not config.cell_used.two_factors:
        return f"Derived for the vanilla RNN; the {config.cell_used.label} is another recurrence."
    if weight_gain(config) is not None:
        return ""
    init = INITIALISATIONS[config.init_used]
    return Said(
        "It needs a W_h of many independent entries, or a random rotation; ",
        plain="It needs many independent recurrent weights, or a random rotation; ",
    ) + (init.unlike or f"the {init.label} start is neither.")


def mean_field_caveat(forward: Forward) -> str:
    config = forward.config
    said: list[str] = []
    if mean_field_missing(config):
        return ""
    if not (forward.drawn and INITIALISATIONS[config.init_used].rotation):
        said.append(
            Said(
                "The same W_h acts at each step, which the law counts as a new one: it drifts once "
                f"k passes √H ≈ {config.hidden_size**0.5:.0f}.",
                plain="It takes new weights for each step, where really the same ones act again: "
                f"after about {config.hidden_size**0.5:.0f} steps it drifts.",
            )
        )
    phi = ACTIVATIONS[config.activation_used]
    if phi.kinked:
        said.append(
            f"The same units tend to be {phi.off} at every step, which "
            "the law draws anew each time."
        )
    if INPUTS[config.input].constant:
        said.append(
            Said(
                "A constant input makes every J_t alike, and one draw of W_h departs from the "
                "mean.",
                plain="A constant input makes the steps alike, and one draw of the weights departs "
                "from the average.",
            )
        )
    elif _bias_leads(forward):
        said.append(
            Said(
                "b_h, the same at every step, gives z_t more than the input does: it makes the J_t "
                "alike, and one draw of W_h departs from the mean.",
                plain="The bias outweighs the input: it makes the steps alike, and one draw of the "
                "weights departs from the average.",
            )
        )
    share = 1.0 if phi.homogeneous else awake(forward)  # φ' of those does not depend on |z|
    count = share * config.hidden_size
    if share < 0.5 and count < FEW_AWAKE:
        said.append(
            Said(
                "It averages φ′² over the units, and here that hangs on the few with |z| < 1: "
                f"about H·P(|z| < 1) = {count:.2g}, which should be far above 1. Of so few the "
                "typical step has less than the average one, so the law is biased: it promises too "
                "much.",
                plain="It averages over the units, and here that hangs on the few that are not "
                f"flat, about {count:.2g} of them: it promises too much.",
            )
        )
    elif config.hidden_size < FEW_UNITS:
        said.append(
            f"It is an average over many units: a network of {config.hidden_size} scatters around "
            "it."
        )
    return joined(said)


def mean_field(forward: Forward) -> np.ndarray:
    moments = moments_of(ACTIVATIONS[forward.config.activation_used])
    gain, input_gain, bias = _scales(forward)
    chi = step_factors(gain, moments, forward.x, input_gain, bias, forward.start)
    return products(0.5 * log10(chi[1:]))


LAW = Law(
    label="mean field, given the input",
    formula=r"\|\delta_{T-k}\|^2 \approx \prod_t \chi_t\,\|\delta_T\|^2,\quad "
    r"\chi_t = \sigma_w^2\,\mathbb{E}\big[\varphi'(\sqrt{q_t}\,z)^2\big],\quad "
    r"q_t = \sigma_w^2\,\mathbb{E}\big[\varphi(\sqrt{q_{t-1}}\,z)^2\big] "
    r"+ \sigma_x^2\|x_t\|^2 + \sigma_b^2",
    conditions="Many units, W_h with independent entries of variance σ_w²/H or a random "
    "rotation times σ_w, W_x with entries of variance σ_x² (ours has 1/I), biases with σ_b², h_0 "
    "counted as it is; where φ saturates, H·P(|z_t| < 1) far above 1.",
    source="Schoenholz et al. 2017; Chen, Pennington, Schoenholz 2018",
    upper_bound=False,
    missing=mean_field_missing,
    caveat=mean_field_caveat,
    predict=mean_field,
    colour="fourth",
    dash="dash",
    rank=2,
)
