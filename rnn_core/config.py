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
    ADDED_BIAS,
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
    added_bias: float = ADDED_BIAS.default
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
    way of its own takes no notice. added_bias: what that gate's bias has on top of it.
    alpha: step of the residual and the leaky cell. forget_bias, input_bias: of the LSTM.
    update_bias: of the GRU. chrono: the T of ln U(1, T-1), the bias that each unit's gate in both
    of them then has; 0 for none. lambda_low, lambda_high: the ends of the range of |λ| of the
    linear recurrent unit. Other cells take no notice of them.
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
    def overruled(self) -> tuple[str, ...]:
        """Settings that another one of the cell's own leaves no say, by name."""
        by = self.cell_used.spread_by
        on = by is not None and getattr(self, by.name) > 0
        return tuple(setting.name for setting in self.cell_used.spread) if on else ()

    @property
    def decided(self) -> dict[str, Any]:
        """What the start decides, by the settings that then have no say: the initialisation, and
        where the gate begins that keeps the state, with what is added to it."""
        start, cell = STARTS[self.start_used], self.cell_used
        found: dict[str, Any] = {}
        if start.init is not None and cell.init is None:
            found["init"] = start.init
        own = cell.kept.opened_by if cell.kept is not None else None
        if start.decides and own is not None and own.name not in self.overruled:
            low, high = own.limits
            bias = start.gate_biases.get(own.name, 0.0) + self.added_bias
            found[own.name] = min(max(bias, low), high)
        return found

    def freed(self, changes: dict[str, Any]) -> dict[str, Any]:
        """`changes` in settings that have a say: without what the start decides so already, a
        gate's bias as what is added to a framework's own, with our start where W_h is to be
        another, and without chrono biases where theirs are to be others. A change may bring a cell
        of its own, and settings of a training run."""
        left = dict(changes)
        brought: dict[str, Any] = {n: changes[n] for n in ("cell", "start") if n in changes}
        after = replace(self, **brought)
        by = after.cell_used.spread_by
        if by is not None and changes.keys() & set(after.overruled):
            left[by.name] = 0
            after = replace(after, **brought | {by.name: 0})
        decided = after.decided
        if "init" in decided.keys() & changes.keys() and decided["init"] != changes["init"]:
            return left | {"start": OURS}
        for name in decided.keys() & changes.keys():
            del left[name]
            if decided[name] != changes[name]:
                left["added_bias"] = after.added_bias + changes[name] - decided[name]
        return left
