"""What a start is: how W_x, W_h and all biases of a recurrent layer are drawn.

The readout is the same under every start. W_h is drawn at scale 1: the setting "W_h scale"
multiplies it, and at 1 the layer is as the framework ships it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.registry import complete


@dataclass(frozen=True, kw_only=True)
class Start:
    """How the weights of a recurrent layer, or of a linear one, begin.

    label: as menus show it. draws: what it draws, in a line. source: where that is written down.

    I is the number of inputs. `size` is H, or I in a linear layer, which sees the input alone.
    `total` is how many rows are drawn as one matrix: those of all gates, or, in a linear layer, of
    one. The functions that draw are copied into exported programs; they use NumPy as np.
    input_weights(rng, rows, I, size, total): a block of W_x (rows, I). input_variance(I, size,
    total): that of an entry.
    biases(rng, rows, size): one bias (rows,), of which a layer may have two that add up; None for
    0. bias_variance(size): that of an entry of one.
    init: the initialisation of W_h, a name of INITIALISATIONS; None leaves it to the setting.
    as_one: the blocks of W_h are drawn as one matrix (G·H, H).
    decides: whether it has a say in where gates begin, or else the cell's own settings do.
    gate_biases: then, by the setting that it stands for, what is not 0.
    """

    label: str
    draws: str
    source: str
    input_weights: Callable[[np.random.Generator, int, int, int, int], np.ndarray]
    input_variance: Callable[[int, int, int], float]
    biases: Callable[[np.random.Generator, int, int], np.ndarray] | None = None
    bias_variance: Callable[[int], float] = lambda size: 0.0
    init: str | None = None
    as_one: bool = False
    decides: bool = True
    gate_biases: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        complete(self)
        if self.init is not None and self.init not in INITIALISATIONS:
            names = ", ".join(INITIALISATIONS)
            raise ValueError(f"init of {self.label} must be one of {names}, got {self.init!r}")
        if self.as_one and not (self.init and INITIALISATIONS[self.init].as_one):
            raise ValueError(
                f"as_one of {self.label} needs an init that draws several blocks at once, "
                f"got init={self.init!r}"
            )
