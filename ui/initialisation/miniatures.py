"""Each scene of initialisation and activation as a small picture: what of the gradient is left at
step 1 in each panel, as a colour."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.studies.grid import gradient_grid
from ui.initialisation.scenes import SCENES
from ui.look import miniature

NAMES = tuple(SCENES)


def drawn(name: str) -> str:
    """The picture of a scene, SVG."""
    changes = SCENES[name].changes
    shared = {s.name: changes[s.key] for s in NETWORK_SETTINGS if s.key in changes}
    config = RNNConfig(**shared, batch_size=changes["panel_sequences"])
    grid = gradient_grid(config, changes["inits"], changes["activations"])
    return miniature.grid([[panel.log10_ratio for panel in grid.row(i)] for i in grid.inits])
