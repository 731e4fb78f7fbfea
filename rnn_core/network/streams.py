"""Random streams: independent ones for each purpose, from one seed."""

from __future__ import annotations

import numpy as np

# Independent random streams of one seed, so that a longer sequence or another batch never
# changes the weights.
(
    STREAM_WEIGHTS,
    STREAM_INPUT,
    STREAM_LOSS,
    STREAM_READOUT,
    STREAM_STARTS,  # of `memory.py`: initial states and directions
    STREAM_TRAIN,
    STREAM_VALIDATION,
    STREAM_BIAS,
    STREAM_STATE,  # before step 1
    STREAM_OWN_BIAS,  # a framework's, before any is added
    STREAM_CHRONO,
) = range(11)


def stream(seed: int, name: int) -> np.random.Generator:
    """The random generator of one stream (STREAM_…) of a seed."""
    return np.random.default_rng([seed, name])
