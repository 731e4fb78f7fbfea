"""The laws, by name: what theory says of the gradient, without looking at it. One file each.

To add one: a file here that holds LAW, and its name below, where menus show it.
"""

from __future__ import annotations

from rnn_core.laws.law import Law
from rnn_core.registry import load

LAWS: dict[str, Law] = load(
    __name__,
    (
        "norm_bound",
        "realised_bound",
        "spectral_radius",
        "mean_field",
        "lyapunov",
        "lstm_shortcut",
        "own_factors",
        "critical_gain",
    ),
    "LAW",
    Law,
)
