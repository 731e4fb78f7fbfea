"""Each scene of architectures as a small picture: a curve for each cell, in its colour."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.studies.architectures import compare_cells
from ui.architectures.scenes import SCENES
from ui.look import colours, miniature

_LOW, _HIGH = -10.0, 3.0  # decades


NAMES = tuple(SCENES)


def drawn(name: str) -> str:
    """The picture of a scene, SVG."""
    changes = SCENES[name].changes
    shared = {s.name: changes[s.key] for s in NETWORK_SETTINGS if s.key in changes}
    config = RNNConfig(**shared, batch_size=changes["cell_sequences"])
    found = compare_cells(config, changes["cells"], changes["seeds"], seconds=float("inf"))
    curves = [(cell.spread.median, colours.named(cell.about.colour)) for cell in found.cells]
    return miniature.curves([(curve - curve[-1], ink) for curve, ink in curves], _LOW, _HIGH)
