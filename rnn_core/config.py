"""RNNConfig: everything that decides an experiment, as frozen scalars and strings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, make_dataclass, replace
from typing import Any

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.network.starts import OURS, STARTS
from rnn_core.network_settings import (
    ACTIVATION,
    BATCH_SIZE,
    BIAS_SCALE,
    CELL,
    GAIN,
    HIDDEN_SIZE,
    INIT,
    INPUT,
    INPUT_SCALE,
    INPUT_SIZE,
    LOSS_AT,
    LOSS_KIND,
    NETWORK_SETTINGS,
    OF_CELLS,
    OUTPUT_SIZE,
    SCALE_SETS,
    SEED,
    SEQ_LEN,
    START,
    START_SCALE,
)
from rnn_core.settings import Choice, Number, validate

# The (lowest, highest) legal value of each number, and the legal names of every choice.
LIMITS: dict[str, tuple[float, float]] = {
    setting.name: setting.limits for setting in NETWORK_SETTINGS if isinstance(setting, Number)
}
CHOICES: dict[str, tuple[str, ...]] = {
    setting.name: setting.choices for setting in NETWORK_SETTINGS if isinstance(setting, Choice)
}


def _fields(settings: Iterable[Number]) -> list[tuple[str, type, Any]]:
    return [(s.name, type(s.default), field(default=s.default)) for s in settings]


# What only some cells know, as fields: a cell's own setting needs no line in any config.
CellSettings: Any = make_dataclass(
    "CellSettings",
    _fields(OF_CELLS.values()),
    kw_only=True,
    frozen=True,
    namespace={"__module__": __name__},
)


@dataclass(frozen=True, kw_only=True)
class _Network:
    """What stands before the cell's own settings, wherever a config is written down."""

    # int(): the default of a whole Number is an int already, which its type does not say.

    cell: str = CELL.default
    hidden_size: int = int(HIDDEN_SIZE.default)
    input_size: int = int(INPUT_SIZE.default)
    output_size: int = int(OUTPUT_SIZE.default)
    seq_len: int = int(SEQ_LEN.default)
    batch_size: int = int(BATCH_SIZE.default)
    activation: str = ACTIVATION.default
    init: str = INIT.default
    start: str = START.default
    gain: float = GAIN.default
    scale_sets: str = SCALE_SETS.default
    input: str = INPUT.default
    input_scale: float = INPUT_SCALE.default
    start_scale: float = START_SCALE.default
    bias_scale: float = BIAS_SCALE.default
    loss_at: str = LOSS_AT.default
    loss_kind: str = LOSS_KIND.default


@dataclass(frozen=True, kw_only=True)
class RNNConfig(CellSettings, _Network):  # type: ignore[misc]  # made at run time
    """One gradient-flow experiment.

    hidden_size, input_size, output_size: units; seq_len: steps; batch_size: sequences.
    gain: "W_h scale": W_h = gain · W_0 with scale_sets="gain", or gain is the exact spectral
    radius of W_h with scale_sets="radius".
    start: how W_x, W_h and all biases begin: "ours", as everything else here says, or as a
    framework ships them, which then decides init and where gates begin; a cell that begins in a
    way of its own takes no notice.
    alpha: step of the residual and the leaky cell. forget_bias: of the LSTM. update_bias: of the
    GRU. lambda_low, lambda_high: the ends of the range of |λ| of the linear recurrent unit. Other
    cells take no notice of them.
    input, input_scale: kind and size of the input sequences.
    start_scale: the state before step 1 (h_0, and an LSTM's c_0) is from N(0, start_scale²).
    bias_scale: b_h has N(0, bias_scale²) added to it; a cell without b_h takes no notice.
    loss_at: "last" step or "every" step. loss_kind: "direction" is L_t = v_t·h_t with a random
    unit vector v_t per sequence, so ‖∂L_t/∂h_t‖ = 1; "squared_error" is L_t = ½‖y_t - target_t‖²
    with y_t = W_y h_t + b_y and targets from N(0, 1). Losses are summed over steps; sequences are
    independent.
    seed: decides every random number.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """

    seed: int = int(SEED.default)

    def __post_init__(self) -> None:
        validate(self, NETWORK_SETTINGS)

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
        """The initialisation's name: the cell's own, where it has one; "" if it has no W_h; then
        that of the start."""
        if self.cell_used.init is not None:
            return self.cell_used.init
        return STARTS[self.start].init or self.init

    @property
    def start_used(self) -> str:
        """The start's name, where the cell takes notice of it."""
        return self.start if "start" in self.cell_used.hears else OURS

    @property
    def decided(self) -> dict[str, Any]:
        """What the start decides, by the settings that then have no say: the initialisation, and
        where the gate begins that keeps the state."""
        start, cell = STARTS[self.start_used], self.cell_used
        found: dict[str, Any] = {}
        if start.init is not None and cell.init is None:
            found["init"] = start.init
        if start.decides and cell.kept is not None and cell.kept.opened_by is not None:
            name = cell.kept.opened_by.name
            found[name] = start.gate_biases.get(name, 0.0)
        return found

    def freed(self, changes: dict[str, Any]) -> dict[str, Any]:
        """`changes` without what the start decides so already, and with our start where it decides
        otherwise; a change may bring a cell of its own, and settings of a training run."""
        own = {name: changes[name] for name in ("cell", "start") if name in changes}
        decided = replace(self, **own).decided
        left = {n: v for n, v in changes.items() if n not in decided or decided[n] != v}
        return left | ({"start": OURS} if left.keys() & decided.keys() else {})
