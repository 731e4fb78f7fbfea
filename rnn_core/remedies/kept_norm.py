"""The spectral norm of W_h stays at most 1."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.kept_matrix import after_each_update, changes_to
from rnn_core.remedies.remedy import Remedy

_LIBRARY = (
    "torch.nn.utils.parametrizations.spectral_norm divides the whole weight by its largest "
    "singular value instead, which shortens (or lengthens) every direction."
)

REMEDY = Remedy(
    label="Spectral norm of W_h at most 1",
    says=Said(
        "After each update the singular values of every block of W_h that are above 1 are set "
        "to 1: no block lengthens any gradient.",
        plain="After each update the recurrent weights lose what would lengthen a gradient.",
    ),
    law=Said(
        "‖Wᵀδ‖ ≤ ‖W‖₂ ‖δ‖ ≤ ‖δ‖: this guards against exploding, not against vanishing.",
        plain="It guards against exploding, not against vanishing.",
    ),
    source="Miyato et al. 2018, who divide by the norm",
    cost=Said(
        "A singular value decomposition of each H × H block.",
        plain="A decomposition of the recurrent weights.",
    ),
    changes=changes_to("norm1"),
    code=lambda before, after: after_each_update("W.copy_(U * s.clamp(max=1.0) @ Vh)", _LIBRARY),
)
