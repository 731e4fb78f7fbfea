"""Our own start: the settings say how W_h and the gates begin; every other bias is 0."""

from __future__ import annotations

import numpy as np

from rnn_core.network.starts.start import Start


def normal_weights(
    rng: np.random.Generator, rows: int, I: int, size: int, total: int
) -> np.ndarray:
    return rng.standard_normal((rows, I)) / np.sqrt(I)


START = Start(
    label="ours",
    draws="W_x from N(0, 1/I), W_h by the initialisation chosen, biases 0 but for the gates’ own",
    source="this app",
    input_weights=normal_weights,
    input_variance=lambda I, size, total: 1.0 / I,
    decides=False,
)
