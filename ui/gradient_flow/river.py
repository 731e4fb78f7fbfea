"""The unrolled network with the gradient flowing back, and what other figures share with it."""

from __future__ import annotations

import numpy as np

from rnn_core.flow.flow import GradientFlow
from ui.gradient_flow import words
from ui.look.unrolled import unrolled


def log10_or_gone(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log10(values)


def share_top(share: np.ndarray) -> float:
    largest = 105 * float(share.max(initial=0.0))
    return next(top for top in (5, 10, 20, 30, 50, 75, 110) if largest <= top)


def river(flow: GradientFlow, selected: int | None) -> dict:
    """The picture of the network on screen."""
    return unrolled(flow, selected, words.summary(flow))
