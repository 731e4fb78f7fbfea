"""Some of many, evenly spaced: the steps, values or records that a picture has room for."""

from __future__ import annotations

import numpy as np


def evenly(total: int, most: int) -> np.ndarray:
    """At most `most` of the numbers 0 … total-1, evenly spaced, first and last among them."""
    return np.unique(np.linspace(0, total - 1, min(total, most)).round().astype(int))
