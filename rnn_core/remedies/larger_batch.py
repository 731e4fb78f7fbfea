"""128 sequences in each update."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

_BATCH = 128

REMEDY = Remedy(
    label=f"Batch of {_BATCH}",
    says=Said(
        f"The gradient is a mean over {_BATCH} sequences: less chance in it, the same size.",
        plain=f"Each update sees {_BATCH} sequences: there is less chance in its gradient.",
    ),
    law=Said(
        "The standard error of a mean falls as 1/√B. What has vanished has vanished in each "
        "sequence.",
        plain="A mean over more is nearer to the truth; it is not larger.",
    ),
    source="Smith et al. 2018",
    cost=Said(
        "The products of an update grow in proportion to B.",
        plain="An update takes as many times longer as it has more sequences.",
    ),
    changes=lambda config: {"batch_size": _BATCH} if config.batch_size < _BATCH else {},
    code=lambda before, after: f"BATCH = {after.batch_size}  # sequences per update\n",
)
