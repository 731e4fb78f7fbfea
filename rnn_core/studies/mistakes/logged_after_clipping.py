"""Norms logged after clipping: the log shows the threshold."""

from __future__ import annotations

import numpy as np

from rnn_core.numbers import spoken
from rnn_core.studies.mistakes.cliffs import LIMIT, SETTINGS, descent
from rnn_core.studies.mistakes.mistake import Measured, Mistake


def run(mistaken: bool) -> tuple[Measured, ...]:
    """What a log of a clipped descent holds."""
    path = descent("norm")
    logged = np.minimum(path.norm, LIMIT) if mistaken else path.norm
    largest, above = float(logged.max()), int((logged > LIMIT * (1 + 1e-9)).sum())
    return (
        Measured("largest norm in the log", largest, spoken.number(largest)),
        Measured("updates above the threshold, by the log", above, str(above)),
        Measured("updates", path.updates, str(path.updates)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"The log says {wrong[0].said} at most, and that nothing was clipped. Before clipping the "
        f"largest was {right[0].said}, and {right[1].said} of {right[2].said} updates were above "
        "the threshold."
    )


MISTAKE = Mistake(
    label="Norms logged after clipping",
    story="The norm is computed from .grad once more, after clip_grad_norm_ has been there. The "
    "curve is calm by construction, and an explosion cannot be seen in it.",
    wrong="clip_grad_norm_(params, 0.3); log(norm_of(params))",
    right="log(clip_grad_norm_(params, 0.3))  # it returns the norm before",
    run=run,
    cost=cost,
    page="clipping",
    settings=SETTINGS,
)
