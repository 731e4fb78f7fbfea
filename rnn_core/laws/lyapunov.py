"""The long-run rate of the Jacobians themselves: the largest Lyapunov exponent."""

from __future__ import annotations

import numpy as np

from rnn_core.jacobians.lyapunov import spectrum
from rnn_core.laws.law import Forward, Law, nothing, powers
from rnn_core.numbers.said import Said


def lyapunov_caveat(forward: Forward) -> str:
    long = len(forward.x)
    return Said(
        f"λ_max is a long-run rate; {long} steps know it only roughly.",
        plain=f"It is a rate of the long run; {long} steps know it only roughly.",
    )


def lyapunov(forward: Forward) -> np.ndarray:
    """exp(λ_max k), with λ_max from the Jacobians J_2 … J_T of each sequence.

    J_1 leads to the start, and is not on the way from step T to step 1.
    """
    columns = [
        powers(spectrum(forward.chain(b)[1:]).decades_per_step, forward.x[:, b : b + 1])
        for b in range(forward.x.shape[1])
    ]
    return np.concatenate(columns, axis=1)


LAW = Law(
    label="Lyapunov exponent",
    formula=r"\|\delta_{T-k}\| \approx e^{\lambda_{\mathrm{max}} k}\,\|\delta_T\|",
    conditions="Long sequences: the mean growth per step of a vector that the same Jacobians "
    "carry forward, after a warm-up.",
    source="Benettin et al. 1980; Engelken, Wolf, Abbott 2023",
    upper_bound=False,
    missing=nothing,
    caveat=lyapunov_caveat,
    predict=lyapunov,
    colour="fourth",
    dash="dashdot",
    one_sequence=True,
    exponent=True,
)
