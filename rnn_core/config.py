"""RNNConfig: everything that decides an experiment, as frozen scalars and strings."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.limits import LIMITS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS

# The legal names of every choice.
CHOICES: dict[str, tuple[str, ...]] = {
    "cell": tuple(CELLS),
    "activation": tuple(ACTIVATIONS),
    "init": tuple(INITIALISATIONS),
    "scale_sets": ("gain", "radius"),
    "input": tuple(INPUTS),
    "loss_at": ("last", "every"),
    "loss_kind": ("direction", "squared_error"),
}
_WHOLE = ("hidden_size", "input_size", "output_size", "seq_len", "batch_size", "seed")


def validate(
    config: object,
    limits: dict[str, tuple[float, float]],
    choices: dict[str, tuple[str, ...]],
    whole: tuple[str, ...],
) -> None:
    """Check every field of a frozen config that has a limit or a list of choices.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """
    for field, (low, high) in limits.items():
        value = getattr(config, field)
        kind = numbers.Integral if field in whole else numbers.Real
        if not isinstance(value, kind) or isinstance(value, bool):
            wanted = "a whole number" if field in whole else "a number"
            raise TypeError(f"{field} must be {wanted}, got {value!r}")
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{field} must be from {low:g} to {high:g}, got {value!r}")
        # A NumPy scalar would make two equal configs print, hash to disk and export apart.
        object.__setattr__(config, field, int(value) if field in whole else float(value))
    for field, names in choices.items():
        value = getattr(config, field)
        if value not in names:
            raise ValueError(f"{field} must be one of {', '.join(map(str, names))}, got {value!r}")


@dataclass(frozen=True, kw_only=True)
class RNNConfig:
    """One gradient-flow experiment.

    hidden_size, input_size, output_size: units; seq_len: steps; batch_size: sequences.
    gain: "W_h scale": W_h = gain · W_0 with scale_sets="gain", or gain is the exact spectral
    radius of W_h with scale_sets="radius".
    alpha: step of the residual and the leaky cell. forget_bias: of the LSTM. lambda_low,
    lambda_high: the ends of the range of |λ| of the linear recurrent unit. Other cells take no
    notice of them.
    input, input_scale: kind and size of the input sequences.
    loss_at: "last" step or "every" step. loss_kind: "direction" is L_t = v_t·h_t with a random
    unit vector v_t per sequence, so ‖∂L_t/∂h_t‖ = 1; "squared_error" is L_t = ½‖y_t - target_t‖²
    with y_t = W_y h_t + b_y and targets from N(0, 1). Losses are summed over steps; sequences are
    independent.
    seed: decides every random number.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """

    cell: str = "vanilla"
    hidden_size: int = 64
    input_size: int = 1
    output_size: int = 1
    seq_len: int = 60
    batch_size: int = 20
    activation: str = "tanh"
    init: str = "orthogonal"
    gain: float = 1.0
    scale_sets: str = "gain"
    input: str = "noise"
    input_scale: float = 0.3
    loss_at: str = "last"
    loss_kind: str = "direction"
    alpha: float = 0.1
    forget_bias: float = 1.0
    lambda_low: float = 0.9
    lambda_high: float = 0.999
    seed: int = 7

    def __post_init__(self) -> None:
        validate(self, LIMITS, CHOICES, _WHOLE)

    @property
    def cell_used(self) -> Cell:
        """The entry of CELLS."""
        return CELLS[self.cell]

    @property
    def activation_used(self) -> str:
        """The activation's name: the cell's own, where it has one."""
        return self.cell_used.activation or self.activation

    @property
    def init_used(self) -> str:
        """The initialisation's name: the cell's own, where it has one; "" if it has no W_h."""
        return self.init if self.cell_used.init is None else self.cell_used.init
