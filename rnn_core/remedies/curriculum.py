"""Short sequences first."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.trainer import CURRICULUM_GROWTH, CURRICULUM_START

REMEDY = Remedy(
    label="Short sequences first",
    says=Said(
        f"It starts at 1/{CURRICULUM_START} of the length, and goes on to the next whenever the "
        "validation set is solved: a gradient has a short way at first.",
        plain="It starts with short sequences, where the gradient has a short way, and goes on to "
        "longer ones whenever these are solved.",
    ),
    law=Said(
        "What arrives over k steps falls as factorᵏ: over a short k something arrives.",
        plain="Over a short way something arrives, even where little does over a long one.",
    ),
    source="Elman 1993; Bengio et al. 2009; Zaremba and Sutskever 2014",
    cost=Said(
        "None: the updates of short sequences are cheaper.",
        plain="None: short sequences take less.",
    ),
    changes=lambda config: {} if config.curriculum else {"curriculum": True},
    code=lambda before, after: (
        f"length = max(1, len(x) // {CURRICULUM_START})\n"
        "if solved:  # by the validation set of this length\n"
        f"    length = min(len(x), max(length + 1, int({CURRICULUM_GROWTH} * length)))\n"
        "x = x[-length:]\n"
    ),
)
