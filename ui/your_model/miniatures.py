"""Each recording that comes along as a small picture: its top layer's gradient, on its way back in
the last update whose numbers are all finite."""

from __future__ import annotations

import numpy as np

from rnn_core.recording import Recording
from ui.look import miniature
from ui.settings.shelf import EXAMPLES, FOLDER, SUFFIX
from ui.your_model.river import from_the_loss

NAMES = tuple(EXAMPLES)


def drawn(name: str) -> str:
    """The picture of a recording, SVG."""
    with Recording.open(FOLDER / f"{name}{SUFFIX}") as recording:
        for step in reversed(range(len(recording.steps))):
            top = from_the_loss(recording.readings(step))[0]
            median = top.by_step(top.log10_norms).median
            if np.isfinite(median).all():
                return miniature.river(median - median[-1])
    raise ValueError(f"{name} has no update whose numbers are all finite")
