"""Scenes of gradient flow: a network that shows one thing, with what to look at."""

from __future__ import annotations

from dataclasses import asdict

from rnn_core.config import RNNConfig
from ui.settings.scene import Scene


def _network(**settings: object) -> dict:
    return asdict(RNNConfig(**settings))


SCENES: dict[str, Scene] = {
    "vanishing": Scene(
        label="Vanishing",
        changes=_network(init="gaussian", gain=0.6, input_scale=0.1),
        look="W_h shrinks every vector it meets. Raise the scale: at which value does the stream "
        "reach step 1?",
    ),
    "flowing": Scene(
        label="Flowing",
        changes=_network(init="orthogonal", gain=1.0, input_scale=0.05),
        look="W_h only turns vectors, and the small input keeps φ′ near 1. Raise the input scale "
        "(under More), and φ′ takes the gradient away.",
    ),
    "exploding": Scene(
        label="Exploding",
        changes=_network(init="gaussian", gain=2.5, input_scale=0.1),
        look="W_h stretches more than φ′ takes back. Compare the curve with the bound and with "
        "ρ^k: saturation holds it below both.",
    ),
    "saturation": Scene(
        label="ρ > 1, yet it vanishes",
        changes=_network(init="gaussian", gain=1.5, input_scale=2.0),
        look="ρ says growth. Look at φ′ in the heat map below: a strong input holds many units "
        "where φ is flat.",
        surprise=True,
    ),
    "non_normal": Scene(
        label="ρ < 1, yet it grows",
        changes=_network(
            init="non_normal", activation="linear", gain=1.0, hidden_size=32, seq_len=100
        ),
        look="Every λ is 0.8, but σ_max is above 1: vectors grow first. Lengthen the sequence to "
        "400, and the curve turns back.",
        surprise=True,
    ),
    "overflow": Scene(
        label="Overflow (ReLU)",
        changes=_network(init="gaussian", activation="relu", gain=3.0, seq_len=1000, batch_size=6),
        look="Nothing holds a ReLU back: the state itself leaves float64. Find the marked step, "
        "and see how much earlier float32 gives up.",
        surprise=True,
    ),
    "lstm": Scene(
        label="LSTM: a road for it",
        changes=_network(cell="lstm", forget_bias=4.0, input_scale=1.0, seq_len=200),
        look="The cell state c hands the gradient on through the forget gates, here nearly open. "
        "Lower the forget bias to 0 and see the road close; the map below shows each gate.",
        surprise=True,
    ),
}
