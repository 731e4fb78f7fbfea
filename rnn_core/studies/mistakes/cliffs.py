"""The descent on the cliff that several mistakes are shown on."""

from __future__ import annotations

import math

from rnn_core.studies.cliff import Descent, descend

LIMIT = 0.3
SETTINGS = "cliff_w=6&cliff_b=-1.5&cliff_threshold=0.3"


def descent(clip: str) -> Descent:
    """From the page's own start, unclipped ("none") or clipped by norm at LIMIT ("norm")."""
    return descend(
        6.0,
        -1.5,
        steps=50,
        target=0.7,
        learning_rate=1.0,
        updates=150,
        clip=clip,
        limit=math.inf if clip == "none" else LIMIT,
    )
