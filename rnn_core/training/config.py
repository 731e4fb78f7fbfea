"""TrainConfig: everything that decides a training run, as frozen scalars and strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.config import CHOICES, RNNConfig, validate
from rnn_core.limits import LIMITS, MOST_UNIT_STEPS, OF_TRAINING
from rnn_core.tasks import TASKS, Problem, Task, problem

_NUMBERS = ("hidden_size", "gain", "alpha", "forget_bias", "lambda_low", "lambda_high", "seed")
_NAMES = ("cell", "activation", "init", "scale_sets")
_OF_NETWORK = (*_NUMBERS, *_NAMES, "batch_size")  # the fields that RNNConfig has too

TRAIN_LIMITS: dict[str, tuple[float, float]] = {
    **{name: LIMITS[name] for name in _NUMBERS},
    "batch_size": LIMITS["batch_size"],
    **OF_TRAINING,
}
TRAIN_CHOICES: dict[str, tuple] = {
    "task": tuple(TASKS),
    **{name: CHOICES[name] for name in _NAMES},
    "optimizer": ("sgd", "momentum", "adam"),
    "clip": ("none", "norm", "value"),
    "precision": ("float64", "float32"),
    "engine": ("numpy", "torch"),
    "curriculum": (False, True),
}
_WHOLE = ("hidden_size", "batch_size", "seed", "truncation", "steps")

# What may change while a run goes on; everything else needs a new run.
LIVE = ("learning_rate", "clip", "max_norm", "clip_value", "steps")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run.

    task, length, text: what is learned, how hard it is (its unit is the task's: bits, delay,
    steps), and the text of the task "pasted".
    cell … lambda_high: as in RNNConfig. input_gain: W_x starts as input_gain · N(0, 1/I).
    batch_size: sequences per update. optimizer: "sgd", "momentum" (SGD with `momentum`) or "adam"
    (PyTorch's defaults otherwise).
    clip: "none", "norm" (of the whole gradient, to max_norm) or "value" (of each entry).
    truncation: the window k of truncated backpropagation: the state is carried on, the gradient is
    cut every k steps, counted back from the end of the sequence; 0 for none.
    curriculum: start with short sequences, and lengthen them whenever validation says solved.
    omega: weight of Pascanu's regulariser Ω; 0 for none. Only for cells with J = diag(φ') W_h.
    steps: the budget of updates. precision: of every number. engine: "numpy" or "torch".
    seed: decides every random number: weights, training batches, validation set.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """

    task: str = "adding"
    length: int = 30
    text: str = field(default="", repr=False)
    cell: str = "vanilla"
    hidden_size: int = 32
    activation: str = "tanh"
    init: str = "orthogonal"
    gain: float = 1.0
    scale_sets: str = "gain"
    input_gain: float = 1.0
    alpha: float = 0.1
    forget_bias: float = 1.0
    lambda_low: float = 0.9
    lambda_high: float = 0.999
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 0.003
    momentum: float = 0.9
    clip: str = "norm"
    max_norm: float = 1.0
    clip_value: float = 0.1
    truncation: int = 0
    curriculum: bool = False
    omega: float = 0.0
    steps: int = 2000
    precision: str = "float64"
    engine: str = "numpy"
    seed: int = 7

    def __post_init__(self) -> None:
        validate(self, TRAIN_LIMITS, TRAIN_CHOICES, _WHOLE)
        # Names the length's own limits, which are the task's, and those of a pasted text.
        object.__setattr__(self, "length", self.problem.length)
        T, gates = self.problem.seq_len, len(self.cell_used.gates)
        if self.hidden_size > (most := MOST_UNIT_STEPS // (T * gates)):
            raise ValueError(
                f"hidden_size must be at most {most} for cell={self.cell!r} over {T} steps, "
                f"got {self.hidden_size!r}"
            )
        if self.omega and not self.cell_used.two_factors:
            raise ValueError(
                "omega must be 0 for a cell whose Jacobian is not diag(φ') W_h, "
                f"got omega={self.omega!r} with cell={self.cell!r}"
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
