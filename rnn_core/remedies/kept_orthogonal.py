"""W_h stays a rotation or a reflection."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.kept_matrix import after_each_update, changes_to
from rnn_core.remedies.remedy import Remedy

_LIBRARY = (
    "torch.nn.utils.parametrizations.orthogonal keeps a whole weight so, by another road: it "
    "learns what the orthogonal matrix is computed from."
)

REMEDY = Remedy(
    label="W_h kept orthogonal",
    says=Said(
        "After each update every block of W_h goes back to the nearest orthogonal matrix: W_h may "
        "turn the gradient otherwise, and can neither shorten nor lengthen it.",
        plain="After each update the recurrent weights go back to the nearest matrix that keeps "
        "every length.",
    ),
    law=Said(
        "With W = U diag(s) Vᵀ it is UVᵀ, and ‖(UVᵀ)ᵀδ‖ = ‖δ‖; φ′ and the gates still act.",
        plain="What keeps every length cannot make a gradient vanish or explode by itself.",
    ),
    source="Arjovsky et al. 2016, Vorontsov et al. 2017",
    cost=Said(
        "A singular value decomposition of each H × H block.",
        plain="A decomposition of the recurrent weights.",
    ),
    changes=changes_to("orthogonal"),
    code=lambda before, after: after_each_update("W.copy_(U @ Vh)", _LIBRARY),
)
