"""What an initialisation is: how W_0, the recurrent matrix at scale 1, is drawn.

The network uses W_h = scale · W_0: moving the scale never changes the drawing, and spectra of W_0
serve every scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.registry import complete


@dataclass(frozen=True, kw_only=True)
class Initialisation:
    """How W_0 (H, H) is drawn.

    label, formula: as menus show it. source: who proposed it. draw(rng, H): W_0; exported programs
    copy its source, which uses NumPy as np and constants of its file whose names are capital
    letters, four or more.
    sigma: of H, √H times the standard deviation of an entry; None where the entries are neither
    independent nor those of a random rotation, so that mean field says nothing. unlike: then, how
    it differs, after "It needs many independent entries, or a random rotation; ".
    rotation: whether W_0 is a random rotation. as_one: draw(rng, H, G) draws G blocks as one matrix
    (G·H, H).
    """

    label: str
    formula: str
    draw: Callable[..., np.ndarray]
    source: str
    sigma: Callable[[int], float] | None = None
    unlike: str = ""
    rotation: bool = False
    as_one: bool = False

    def __post_init__(self) -> None:
        complete(self)
