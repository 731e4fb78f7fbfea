"""Each scene of gradient flow as a small picture: its river."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from ui.gradient_flow.scenes import SCENES
from ui.look import miniature

NAMES = tuple(SCENES)


def drawn(name: str) -> str:
    """The picture of a scene, SVG."""
    median = gradient_flow(RNNConfig(**SCENES[name].changes)).last_alone.spread.median
    return miniature.river(median - median[-1])
