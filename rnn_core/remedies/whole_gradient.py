"""The gradient goes back to the first step."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import NO_UPDATE_COST, Remedy

REMEDY = Remedy(
    label="No truncation",
    says=Said(
        "The gradient is no longer cut every k steps: what lies further back can teach.",
        plain="The gradient is no longer cut on its way: what lies further back can teach.",
    ),
    law=Said(
        "A window of k steps gives exactly 0 to everything before it.",
        plain="Nothing at all arrives before the cut.",
    ),
    source="Williams and Peng 1990",
    cost=NO_UPDATE_COST,
    changes=lambda config: {"truncation": 0} if config.truncation else {},
    code=lambda before, after: "# leave out: state = state.detach()\n",
)
