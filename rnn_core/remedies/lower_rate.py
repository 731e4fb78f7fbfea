"""A third of the learning rate."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.rates import set_rate, times
from rnn_core.remedies.remedy import NO_UPDATE_COST, Remedy

REMEDY = Remedy(
    label="Learning rate ÷ 3",
    says=Said(
        "A third of the learning rate: each update goes a third as far.",
        plain="Each update goes a third as far.",
    ),
    law=Said(
        "A step along the gradient lowers the loss only while η is below 2 over its curvature, "
        "which is large where gradients explode.",
        plain="A step helps only while it is short against the curves of the loss.",
    ),
    source="Bengio, Simard, Frasconi 1994",
    cost=NO_UPDATE_COST,
    changes=times(1 / 3),
    code=set_rate,
)
