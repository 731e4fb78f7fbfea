"""The upper bound by the norm of each Jacobian that the sequence had."""

from __future__ import annotations

import numpy as np

from rnn_core.laws.law import Forward, Law, log10, nothing, nothing_to_say, products


def realised_bound(forward: Forward) -> np.ndarray:
    """Π σ_max(J_t), by exact singular values: an estimate from below would not be a bound."""
    norms = [
        np.linalg.norm(forward.jacobians(b)[1:], 2, axis=(1, 2)) for b in range(forward.x.shape[1])
    ]
    return products(log10(np.stack(norms, axis=1)))


LAW = Law(
    label="realised bound",
    formula=r"\left\|\frac{\partial h_T}{\partial h_{T-k}}\right\| \le "
    r"\prod_{t=T-k+1}^{T}\sigma_{\mathrm{max}}(J_t)",
    conditions="Always, as an upper bound, for every cell: the Jacobians are those of the "
    "sequence shown.",
    source="Pascanu, Mikolov, Bengio 2013",
    upper_bound=True,
    missing=nothing,
    caveat=nothing_to_say,
    predict=realised_bound,
    colour="guide",
    dash="dashdot",
    one_sequence=True,
)
