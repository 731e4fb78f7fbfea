"""Scenes of initialisation and activation: what all panels share, with what to look at."""

from __future__ import annotations

from dataclasses import asdict

from rnn_core.config import RNNConfig
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from ui.settings.scene import Scene

# What a panel decides, or this page has a setting of its own for.
_OWN = ("cell", "init", "activation", "batch_size")


def _panels(**shared: object) -> dict:
    network = {
        name: value for name, value in asdict(RNNConfig(**shared)).items() if name not in _OWN
    }
    return network | {
        "inits": tuple(INITIALISATIONS),
        "activations": tuple(ACTIVATIONS),
        "panel_sequences": 8,
        "whole_range": False,
        "shown_init": "orthogonal",
        "shown_activation": "tanh",
    }


SCENES: dict[str, Scene] = {
    "start": Scene(
        label="Side by side",
        changes=_panels(),
        look="Down a column only the start of W_h changes, along a row only φ. Which φ loses the "
        "gradient whatever W_h starts as?",
    ),
    "half": Scene(
        label="Half the scale",
        changes=_panels(gain=0.5),
        look="At half its scale no W_h carries the gradient to step 1, under no φ. Raise the "
        "scale: which panels come back first?",
    ),
    "large": Scene(
        label="A large scale",
        changes=_panels(gain=2.5),
        look="Many panels explode now, and others still vanish: the scale alone decides neither.",
    ),
    "quiet": Scene(
        label="A quiet input",
        changes=_panels(input_scale=0.05),
        look="A small input leaves tanh near 0, where it is nearly linear: compare the two "
        "columns. Then raise the input scale (under More).",
    ),
    "loud": Scene(
        label="A loud input",
        changes=_panels(input_scale=2.0),
        look="The same W_h as side by side: only the input is larger, and holds tanh where it is "
        "flat. The linear column has not moved.",
        surprise=True,
    ),
    "radius": Scene(
        label="One ρ, another fate",
        changes=_panels(scale_sets="radius", input_scale=0.05),
        look="Every W_h here has ρ = 1 exactly. Follow the linear column down to non-normal: the "
        "eigenvalues do not tell it all.",
        surprise=True,
    ),
}
