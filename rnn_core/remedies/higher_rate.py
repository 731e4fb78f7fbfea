"""Three times the learning rate."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.rates import set_rate, times
from rnn_core.remedies.remedy import NO_UPDATE_COST, Remedy

REMEDY = Remedy(
    label="Learning rate × 3",
    says=Said(
        "Three times the learning rate: the same road in fewer updates, if it holds.",
        plain="Each update goes three times as far.",
    ),
    law=Said(
        "Below the limit of the curvature the way per update is in proportion to η.",
        plain="While steps are short, a longer one gets further.",
    ),
    source="Bottou, Curtis, Nocedal 2018",
    cost=NO_UPDATE_COST,
    changes=times(3.0),
    code=set_rate,
)
