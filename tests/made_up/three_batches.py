"""Three times as many sequences in each update."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.settings import BATCH_SIZE

REMEDY = Remedy(
    label="Three times the batch",
    says=Said(
        "The gradient is a mean over 3·B sequences.",
        plain="Each update sees three times as many sequences.",
    ),
    law=Said(
        "The standard error of a mean falls as 1/√B.",
        plain="A mean over more is nearer to the truth.",
    ),
    source="made up for a test; Smith et al. 2018",
    cost=Said(
        "The products of an update grow in proportion to B.",
        plain="An update takes three times as long.",
    ),
    changes=lambda config: (
        {"batch_size": 3 * config.batch_size} if 3 * config.batch_size <= BATCH_SIZE.high else {}
    ),
    code=lambda before, after: f"BATCH = {after.batch_size}  # sequences per update\n",
)
