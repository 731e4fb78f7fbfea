"""Each parameter has its gradient shortened by itself."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

_CODE = """\
loss.backward()
for parameter in network.parameters():
    nn.utils.clip_grad_norm_([parameter], {limit!r})
optimizer.step()
"""

REMEDY = Remedy(
    label="Clip each tensor at 1",
    says=Said(
        "The gradient of each parameter is shortened to 1 by itself: where one explodes, the "
        "others keep their size.",
        plain="Each matrix has its gradient shortened by itself: where one explodes, the others "
        "keep their size.",
    ),
    law=Said(
        "For k tensors ‖g‖ ≤ √k; the directions between them change.",
        plain="An update stays bounded, however one of them grew.",
    ),
    source="Keras, clipnorm",
    cost=Said("One pass over the gradient.", plain="One look at the gradient of each weight."),
    changes=lambda config: {} if config.clip == "tensor" else {"clip": "tensor", "max_norm": 1.0},
    code=lambda before, after: _CODE.format(limit=after.max_norm),
)
