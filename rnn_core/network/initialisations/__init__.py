"""The initialisations, by name: one file each.

To add one: a file here that holds INITIALISATION, and its name below, where menus show it.
"""

from __future__ import annotations

from rnn_core.network.initialisations.initialisation import Initialisation
from rnn_core.registry import load

__all__ = ["INITIALISATIONS", "Initialisation"]

INITIALISATIONS: dict[str, Initialisation] = load(
    __name__,
    (
        "gaussian",
        "orthogonal",
        "identity",
        "uniform",
        "glorot",
        "small",
        "sparse",
        "non_normal",
    ),
    "INITIALISATION",
    Initialisation,
)
