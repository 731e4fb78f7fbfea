"""The laws, by name: what theory says of the gradient, without looking at it."""

from __future__ import annotations

from rnn_core.laws.bounds import norm_bound, norm_bound_missing, realised_bound
from rnn_core.laws.law import Law, nothing
from rnn_core.laws.lstm_shortcut import lstm_shortcut, lstm_shortcut_caveat, lstm_shortcut_missing
from rnn_core.laws.mean_field import mean_field, mean_field_caveat, mean_field_missing
from rnn_core.laws.spectral import (
    lyapunov,
    lyapunov_caveat,
    spectral_radius,
    spectral_radius_caveat,
    spectral_radius_missing,
)

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
