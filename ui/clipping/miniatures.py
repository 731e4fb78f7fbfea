"""Each start on the cliff as a small picture: the loss over the updates, unclipped and clipped."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.studies.cliff import CLIPS, descend
from ui.clipping.scenes import CLIFF_SCENES
from ui.look import colours, miniature

_INKS = {"none": colours.SECOND, "norm": colours.LINE, "value": colours.THIRD}
_HIGHEST = 0.5  # no loss of such a unit is above it: (h − 0.7)² ≤ 0.49


NAMES = tuple(CLIFF_SCENES)


def drawn(name: str) -> str:
    """The picture of a start, SVG. A descent that has left is drawn to where it left."""
    values = CLIFF_SCENES[name].changes
    kinds = CLIPS if values["cliff_value"] else CLIPS[:2]
    losses = {
        kind: descend(
            values["cliff_w"],
            values["cliff_b"],
            steps=values["cliff_steps"],
            target=values["cliff_target"],
            learning_rate=values["cliff_rate"],
            updates=values["cliff_updates"],
            clip=kind,
            limit=math.inf if kind == "none" else values["cliff_threshold"],
        ).loss
        for kind in kinds
    }
    longest = max(len(loss) for loss in losses.values())
    held = {k: np.pad(loss, (0, longest - len(loss)), mode="edge") for k, loss in losses.items()}
    return miniature.curves([(held[kind], _INKS[kind]) for kind in kinds], 0.0, _HIGHEST)
