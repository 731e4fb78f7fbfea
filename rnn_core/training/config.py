"""TrainConfig: everything that decides a training run, as frozen scalars and strings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.config import CellSettings, RNNConfig
from rnn_core.limits import MOST_UNIT_STEPS
from rnn_core.settings import Choice, Flag, Number, validate
from rnn_core.tasks import TASKS, Problem, Task, problem
from rnn_core.training import settings
from rnn_core.training.kept import FREE, can_keep
from rnn_core.training.settings import LIVE, RUN_SETTINGS

__all__ = ["LIVE", "TRAIN_CHOICES", "TRAIN_LIMITS", "TrainConfig"]

# Length and text are checked by the task that they belong to.
_CHECKED = [s for s in RUN_SETTINGS if s not in (settings.LENGTH, settings.TEXT)]

TRAIN_LIMITS: dict[str, tuple[float, float]] = {
    setting.name: setting.limits for setting in _CHECKED if isinstance(setting, Number)
}
TRAIN_CHOICES: dict[str, tuple[Any, ...]] = {
    setting.name: setting.choices for setting in _CHECKED if isinstance(setting, Choice | Flag)
}


@dataclass(frozen=True, kw_only=True)
class _Learner:
    """What stands before the cell's own settings, wherever a config is written down."""

    task: str = settings.TASK.default
    length: int = int(settings.LENGTH.default)
    text: str = field(default=settings.TEXT.default, repr=False)
    cell: str = settings.CELL.default
    hidden_size: int = int(settings.HIDDEN_SIZE.default)
    activation: str = settings.ACTIVATION.default
    init: str = settings.INIT.default
    start: str = settings.START.default
    gain: float = settings.GAIN.default
    scale_sets: str = settings.SCALE_SETS.default
    input_gain: float = settings.INPUT_GAIN.default
    added_bias: float = settings.ADDED_BIAS.default


@dataclass(frozen=True, kw_only=True)
class TrainConfig(CellSettings, _Learner):  # type: ignore[misc]  # made at run time
    """One training run.

    task, length, text: what is learned, how hard it is (its unit is the task's: bits, delay,
    steps), and the text of the task "pasted".
    cell … lambda_high: as in RNNConfig. input_gain: W_x starts as input_gain · what
    `start` draws, N(0, 1/I) for ours.
    batch_size: sequences per update. optimizer: "sgd", "momentum" (SGD with `momentum`),
    "rmsprop" or "adam" (PyTorch's defaults otherwise).
    clip: "none", "norm" (of the whole gradient, to max_norm), "value" (of each entry), "tensor" (of
    each parameter, to max_norm) or "unit" (of each unit's weights, to clip_value of their norm).
    truncation: the window k of truncated backpropagation: the state is carried on, the gradient is
    cut every k steps, counted back from the end of the sequence; 0 for none.
    curriculum: start with short sequences, and lengthen them whenever validation says solved.
    omega: weight of Pascanu's regulariser Ω; 0 for none. Only for cells with J = diag(φ') W_h.
    keep_matrix: what each block of W_h is brought back to after an update: "free" (left alone),
    "orthogonal" or "norm1" (spectral norm at most 1). Only for cells that learn a W_h.
    steps: the budget of updates. precision: of every number. engine: "numpy" or "torch".
    seed: decides every random number: weights, training batches, validation set.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """

    batch_size: int = int(settings.BATCH_SIZE.default)
    optimizer: str = settings.OPTIMIZER.default
    learning_rate: float = settings.LEARNING_RATE.default
    momentum: float = settings.MOMENTUM.default
    clip: str = settings.CLIP.default
    max_norm: float = settings.MAX_NORM.default
    clip_value: float = settings.CLIP_VALUE.default
    truncation: int = int(settings.TRUNCATION.default)
    curriculum: bool = settings.CURRICULUM.default
    omega: float = settings.OMEGA.default
    keep_matrix: str = settings.KEEP_MATRIX.default
    steps: int = int(settings.STEPS.default)
    precision: str = settings.PRECISION.default
    engine: str = settings.ENGINE.default
    seed: int = int(settings.SEED.default)

    def __post_init__(self) -> None:
        validate(self, _CHECKED)
        # Names the length's own limits, which are the task's, and those of a pasted text.
        object.__setattr__(self, "length", self.problem.length)
        T, gates = self.problem.seq_len, len(self.cell_used.gates)
        # The bound is for 64 sequences.
        wide = max(1.0, self.batch_size / 64)
        if self.hidden_size > (most := int(MOST_UNIT_STEPS / wide) // (T * gates)):
            of = f" and {self.batch_size} sequences" if wide > 1 else ""
            raise ValueError(
                f"hidden_size must be at most {most} for cell={self.cell!r} over {T} steps{of}, "
                f"got {self.hidden_size!r}"
            )
        if self.omega and not self.cell_used.two_factors:
            raise ValueError(
                "omega must be 0 for a cell whose Jacobian is not diag(φ') W_h, "
                f"got omega={self.omega!r} with cell={self.cell!r}"
            )
        if self.keep_matrix != FREE and not can_keep(self.cell_used):
            raise ValueError(
                f"keep_matrix must be {FREE!r} for a cell that learns no W_h, "
                f"got keep_matrix={self.keep_matrix!r} with cell={self.cell!r}"
            )
        self.network()

    @property
    def cell_used(self) -> Cell:
        """The entry of CELLS."""
        return CELLS[self.cell]

    @property
    def task_used(self) -> Task:
        """The entry of TASKS."""
        return TASKS[self.task]

    @cached_property
    def problem(self) -> Problem:
        """The task at its full length."""
        return problem(self.task, self.length, self.text)

    @property
    def begun(self) -> SimpleNamespace:
        """Its fields, with what the start decides: how its cell's weights really begin."""
        return SimpleNamespace(**(vars(self) | self.network().decided))

    def network(self) -> RNNConfig:
        """The network of this run, for sequences of the task."""
        of = self.problem
        return RNNConfig(
            input_size=of.input_size,
            output_size=of.output_size,
            seq_len=of.seq_len,
            input_scale=1.0,
            **{name: getattr(self, name) for name in _OF_NETWORK},
        )


def of_cell(cell: Cell) -> dict[str, Any]:
    """What a run with this cell must have, by field: what needs more than it has is off."""
    off = {} if cell.two_factors else {"omega": 0.0}
    return off | ({} if can_keep(cell) else {"keep_matrix": FREE})


# The fields of a network that a run has, too; its batches are its own, and may be larger.
_OF_NETWORK = tuple(
    field.name
    for field in fields(RNNConfig)
    if field.name in TrainConfig.__dataclass_fields__ and field.name != "batch_size"
)
