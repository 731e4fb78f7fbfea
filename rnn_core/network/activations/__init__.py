"""The activations, by name: one file each.

To add one: a file here that holds ACTIVATION, and its name below, where menus show it.
"""

from __future__ import annotations

from rnn_core.network.activations.activation import LOSSY, Activation
from rnn_core.network.activations.leaky_relu import LEAK
from rnn_core.network.activations.tanh import d_tanh
from rnn_core.registry import load

__all__ = ["ACTIVATIONS", "LEAK", "LOSSY", "Activation", "d_tanh"]

ACTIVATIONS: dict[str, Activation] = load(
    __name__, ("tanh", "relu", "leaky_relu", "sigmoid", "linear"), "ACTIVATION", Activation
)
