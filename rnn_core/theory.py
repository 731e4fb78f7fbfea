"""Laws: formulas that say how the gradient should decay with lag, beside what it does.

A law sees the settings, the weights and the forward pass, never a gradient: a prediction must not
look at the answer, so nothing here imports `bptt` or `flow`. Each predicts log₁₀ ‖δ_t‖/‖δ_T‖ for
one loss at the last step, with δ_t = ∂L_T/∂s_t and lag k = T - t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.activations import ACTIVATIONS
from rnn_core.cells import eigenvalues_of
from rnn_core.config import RNNConfig
from rnn_core.lyapunov import Chain, spectrum
from rnn_core.mean_field import MOMENTS, step_factors, weight_gain
from rnn_core.weights import (
    INITIALISATIONS,
    Parameters,
    base_eigenvalues,
    parameters,
    recurrent_norm,
    recurrent_scale,
    state_eigenvalues,
)

FEW_UNITS = 32  # below it a mean over the units says little about one network


@dataclass(frozen=True, eq=False)
class Forward:
    """What a law may look at: settings, weights and the forward pass of some sequences."""

    config: RNNConfig
    params: Parameters
    x: np.ndarray  # (T, B, I)
    dphi: np.ndarray | None  # (T, B, H) φ'(z_t), None for gated cells
    forget: np.ndarray | None  # (T, B, H) forget gates f_t of the LSTM, else None
    jacobians: Callable[[int], np.ndarray]  # sequence b -> (T, S, S), J_t = ∂s_t/∂s_{t-1}

    def chain(self, b: int) -> Chain:
        """The Jacobians of sequence b, without forming them where they are diag(φ') W_h."""
        if self.config.cell_used.two_factors:
            return Chain.vanilla(self.dphi[:, b], self.params.W_h)
        return Chain.of(self.jacobians(b))


@dataclass(frozen=True, kw_only=True)
class Law:
    """One law: what it says, when, who found it, and its prediction.

    missing: "" where the law applies, otherwise the reason. caveat: "" or a sentence where it
    applies but is known to drift. predict: log₁₀ ‖δ_t‖/‖δ_T‖ (T, B) for t = 1 … T; the last row
    is 0. upper_bound: it claims that no gradient is larger.
    """

    label: str
    formula: str  # LaTeX
    conditions: str
    source: str
    upper_bound: bool
    missing: Callable[[RNNConfig], str]
    caveat: Callable[[RNNConfig], str]
    predict: Callable[[Forward], np.ndarray]


def nothing(config: RNNConfig) -> str:
    return ""


def powers(log10_rate: float, x: np.ndarray) -> np.ndarray:
    """rate^k at every step of the sequences x: the same (T,) column for each, (T, B)."""
    lag = np.arange(len(x) - 1, -1, -1, dtype=float)
    with np.errstate(invalid="ignore"):  # 0^0 = 1
        column = np.where(lag > 0, lag * log10_rate, 0.0)
    return np.repeat(column[:, None], x.shape[1], axis=1)


def products(log10_factors: np.ndarray) -> np.ndarray:
    """log₁₀ of the product over steps t+1 … T, (T, …), from the factors of steps 2 … T."""
    suffix = np.cumsum(log10_factors[::-1], axis=0)[::-1]
    return np.concatenate([suffix, np.zeros_like(suffix[:1])])


def log10(value: np.ndarray | float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log10(value)


# -- additive cells: h_t = keep·h_{t-1} + α φ(z_t), so J_t = keep·1 + α diag(φ'(z_t)) W_h


def eigenvalues(config: RNNConfig, params: Parameters) -> np.ndarray:
    """Of the matrix that every step multiplies by where φ' = 1: keep·1 + α W_h, or λ of the lru."""
    if config.cell == "lru":
        return eigenvalues_of(params)
    return state_eigenvalues(config, params)


# -- norm bound


def norm_bound_missing(config: RNNConfig) -> str:
    if config.cell_used.additive or config.cell == "lru":
        return ""
    label = config.cell_used.label
    if config.cell == "layer_norm":
        return f"The {label} divides z_t by its own spread, which no norm of W_h limits."
    return f"In the {label} the gates change what a step multiplies by; no single norm limits it."


def norm_bound(forward: Forward) -> np.ndarray:
    c, params = forward.config, forward.params
    if c.cell == "lru":  # its J is normal: σ_max = ρ
        return spectral_radius(forward)
    steepest = ACTIVATIONS[c.activation_used].max_dphi
    return powers(log10(params.keep + params.alpha * recurrent_norm(c) * steepest), forward.x)


# -- realised bound


def realised_bound(forward: Forward) -> np.ndarray:
    """Π σ_max(J_t), by exact singular values: an estimate from below would not be a bound."""
    norms = [
        np.linalg.norm(forward.jacobians(b)[1:], 2, axis=(1, 2)) for b in range(forward.x.shape[1])
    ]
    return products(log10(np.stack(norms, axis=1)))


# -- spectral radius


def spectral_radius_missing(config: RNNConfig) -> str:
    if config.cell_used.additive or config.cell == "lru":
        return ""
    label = config.cell_used.label
    if config.cell == "layer_norm":
        return f"The {label} divides z_t by its own spread at every step: ρ of W_h sets no rate."
    return f"In the {label} the gates change the matrix at every step: there is no single ρ."


def spectral_radius_caveat(config: RNNConfig) -> str:
    said = []
    if config.activation_used != "linear":
        label = ACTIVATIONS[config.activation_used].label
        said.append(f"It leaves φ′ out, and {label} is not linear.")
    moduli = np.abs(eigenvalues(config, parameters(config)))
    if config.cell_used.additive and not _normal(config):
        said.append(
            "W_h is not normal (σ_max > ρ): the gradient may grow first, and follows ρ^k at large "
            "lags only."
        )
    elif moduli.min() < 0.999 * moduli.max():
        said.append(
            "Only the leading eigenvector follows ρ^k at once: |λ| runs from "
            f"{moduli.min():.3g} to {moduli.max():.3g}."
        )
    return " ".join(said)


def _normal(config: RNNConfig) -> bool:
    """Whether σ_max(W_h) = ρ(W_h), which every normal matrix has and the identity's noise blurs."""
    radius = abs(base_eigenvalues(config.init_used, config.hidden_size, config.seed)[0])
    return recurrent_norm(config) <= 1.02 * recurrent_scale(config) * radius


def spectral_radius(forward: Forward) -> np.ndarray:
    moduli = np.abs(eigenvalues(forward.config, forward.params))
    return powers(log10(moduli.max()), forward.x)


# -- mean field


def mean_field_missing(config: RNNConfig) -> str:
    if not config.cell_used.two_factors:
        return f"Derived for the vanilla RNN; the {config.cell_used.label} is another recurrence."
    if weight_gain(config) is not None:
        return ""
    needs = "It needs a W_h of many independent entries, or a random rotation; "
    match config.init_used:
        case "identity":
            return needs + "the identity start is close to neither."
        case "sparse":
            return needs + "the sparse start has 15 per unit, and the rest are 0."
        case "non_normal":
            return needs + "the non-normal start is not random at all."
    return needs + f"the {INITIALISATIONS[config.init_used].label} start is neither."


def mean_field_caveat(config: RNNConfig) -> str:
    said = []
    if config.init != "orthogonal":
        said.append(
            "The same W_h acts at each step, which the law counts as a new one: it drifts once k "
            f"passes √H ≈ {config.hidden_size**0.5:.0f}."
        )
    if config.activation in ("relu", "leaky_relu"):
        said.append(
            f"The same units tend to be {ACTIVATIONS[config.activation].off} at every step, which "
            "the law draws anew each time."
        )
    if config.input == "constant":
        said.append("A constant input makes every J_t alike, and one draw of W_h departs from the "
                    "mean.")  # fmt: skip
    if config.hidden_size < FEW_UNITS:
        said.append(
            f"It is an average over many units: a network of {config.hidden_size} scatters around "
            "it."
        )
    return " ".join(said)


def mean_field(forward: Forward) -> np.ndarray:
    c = forward.config
    chi = step_factors(weight_gain(c), MOMENTS[c.activation], forward.x)
    return products(0.5 * log10(chi[1:]))


# -- Lyapunov


def lyapunov_caveat(config: RNNConfig) -> str:
    return f"λ_max is a long-run rate; {config.seq_len} steps know it only roughly."


def lyapunov(forward: Forward) -> np.ndarray:
    """exp(λ_max k), with λ_max from the Jacobians of each sequence."""
    columns = [
        powers(spectrum(forward.chain(b)).decades_per_step, forward.x[:, b : b + 1])
        for b in range(forward.x.shape[1])
    ]
    return np.concatenate(columns, axis=1)


# -- LSTM shortcut


def lstm_shortcut_missing(config: RNNConfig) -> str:
    if config.cell == "lstm":
        return ""
    return f"Only an LSTM has a cell path with forget gates; this is the {config.cell_used.label}."


def lstm_shortcut_caveat(config: RNNConfig) -> str:
    return "It leaves out what comes back through the gates and h."


def lstm_shortcut(forward: Forward) -> np.ndarray:
    """Root mean square over units of Π f: its norm ratio for a random direction."""
    squared = products(2.0 * log10(forward.forget[1:]))  # log₁₀ (Π f)², (T, B, H)
    top = squared.max(axis=2, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    mean = np.mean(10.0 ** (squared - shift), axis=2)
    return 0.5 * (log10(mean) + shift[..., 0])


LAWS: dict[str, Law] = {
    "norm_bound": Law(
        label="norm bound",
        formula=r"\left\|\frac{\partial h_T}{\partial h_{T-k}}\right\| \le "
        r"\left(\sigma_{\max}(W_h)\,\max\varphi'\right)^k",
        conditions="Always, as an upper bound, where one W_h makes the step. A cell that keeps a "
        "share of its state, h_t = keep·h_{t-1} + α φ(z_t), has (keep + α σ_max max φ′)^k; the "
        "linear recurrent unit has max|λ|^k.",
        source="Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013",
        upper_bound=True,
        missing=norm_bound_missing,
        caveat=nothing,
        predict=norm_bound,
    ),
    "realised_bound": Law(
        label="realised bound",
        formula=r"\left\|\frac{\partial h_T}{\partial h_{T-k}}\right\| \le "
        r"\prod_{t=T-k+1}^{T}\sigma_{\max}(J_t)",
        conditions="Always, as an upper bound, for every cell: the Jacobians are those of the "
        "sequence shown.",
        source="Pascanu, Mikolov, Bengio 2013",
        upper_bound=True,
        missing=nothing,
        caveat=nothing,
        predict=realised_bound,
    ),
    "spectral_radius": Law(
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
    ),
    "mean_field": Law(
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
    ),
    "lyapunov": Law(
        label="Lyapunov exponent",
        formula=r"\|\delta_{T-k}\| \approx e^{\lambda_{\max} k}\,\|\delta_T\|",
        conditions="Long sequences: the mean growth per step of a vector that the same Jacobians "
        "carry forward, after a warm-up.",
        source="Benettin et al. 1980; Engelken, Wolf, Abbott 2023",
        upper_bound=False,
        missing=nothing,
        caveat=lyapunov_caveat,
        predict=lyapunov,
    ),
    "lstm_shortcut": Law(
        label="LSTM shortcut",
        formula=r"\frac{\partial c_T}{\partial c_{T-k}} \approx "
        r"\prod_{t=T-k+1}^{T} \operatorname{diag}(f_t)",
        conditions="The direct path through the cell state alone; drawn as the root mean square "
        "over units.",
        source="Hochreiter and Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000",
        upper_bound=False,
        missing=lstm_shortcut_missing,
        caveat=lstm_shortcut_caveat,
        predict=lstm_shortcut,
    ),
}
