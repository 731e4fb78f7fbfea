"""The gradient of each unit is bounded by its weights."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

_CODE = """\
loss.backward()
for parameter in network.parameters():
    W, g = (t if t.ndim > 1 else t[None] for t in (parameter.detach(), parameter.grad))
    most = {limit!r} * W.norm(dim=1, keepdim=True).clamp(min=1e-3)
    g *= (most / g.norm(dim=1, keepdim=True).clamp(min=1e-6)).clamp(max=1.0)
optimizer.step()
"""

REMEDY = Remedy(
    label="Clip each unit (adaptive)",
    says=Said(
        "The gradient of each unit's weights is shortened to a tenth of their norm: no update is "
        "large against what it changes.",
        plain="The gradient of each unit is shortened to a tenth of the size of its weights.",
    ),
    law=Said(
        "What counts is ‖g_i‖/‖W_i‖, by which a step of SGD changes W_i relative to itself.",
        plain="What counts is how large a step is against the weights that it changes.",
    ),
    source="Brock et al. 2021",
    cost=Said("One pass over the gradient.", plain="One look at the gradient of each weight."),
    changes=lambda config: {} if config.clip == "unit" else {"clip": "unit", "clip_value": 0.1},
    code=lambda before, after: _CODE.format(limit=after.clip_value),
)
