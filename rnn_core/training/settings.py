"""The settings of a training run, each declared once, in the order in which links hold them.

Those that a network has too are the network's own declarations; what differs stands here. Links
know every one of them by a name of its own, since a link may hold a network and a run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from rnn_core import network_settings as network
from rnn_core.cells import CELLS
from rnn_core.limits import TEXT_LIMITS
from rnn_core.numbers.spoken import count
from rnn_core.settings import (
    ALWAYS,
    CHANGED,
    NEVER,
    RUN,
    Choice,
    Flag,
    Number,
    Setting,
    Text,
    Words,
)
from rnn_core.tasks import TASKS
from rnn_core.training.kept import FREE, KEPT

Kind = TypeVar("Kind", bound=Setting)


def _of_network(setting: Kind, key: str, **different: Any) -> Kind:
    """A network's setting as a run has it."""
    return replace(setting, owner=RUN, key=key, **different)


def _plainly(name: str) -> str:
    return name.replace("_", " ")


CLIPPED = {
    "none": "no clipping",
    "norm": "clipped by norm",
    "value": "clipped by value",
    "tensor": "clipped by tensor",
    "unit": "clipped by unit",
}
# The setting that says where each ends.
CLIPPED_AT = {"norm": "max_norm", "tensor": "max_norm", "value": "clip_value", "unit": "clip_value"}

TASK = Choice(
    owner=RUN,
    name="task",
    key="train_task",
    label="task",
    tells=lambda task: TASKS[task].label,
    default="adding",
    words=Words(TASKS, lambda task: task.label),
    help="What the network is to learn.",
)
# Its limits are those of its task: these are the widest.
LENGTH = Number(
    owner=RUN,
    name="length",
    key="train_length",
    label="length",
    default=30,
    low=min(task.lengths[0] for task in TASKS.values()),
    high=max(task.lengths[1] for task in TASKS.values()),
    step=1,
    log=True,
    help="How far back in time the answer lies: the difficulty of the task.",
)
# What else a text must be, the task says.
TEXT = Text(
    owner=RUN,
    name="text",
    key="train_text",
    label="your text",
    brief="text",
    tells=lambda text: "another text",
    pattern=rf"(?s).{{0,{TEXT_LIMITS[1]}}}",
    rule=f"at most {TEXT_LIMITS[1]:,} characters long",
)
CELL = _of_network(network.CELL, "train_cell", tells=lambda cell: CELLS[cell].label)
ACTIVATION = _of_network(
    network.ACTIVATION,
    "train_activation",
    help="The function φ of each unit.",
    tells=_plainly,
)
INIT = _of_network(
    network.INIT,
    "train_init",
    help="How $W_h$ is drawn before it is scaled.",
    tells=_plainly,
)
START = _of_network(network.START, "train_start")
GAIN = _of_network(network.GAIN, "train_gain", high=5.0, reaches=None)
INPUT_GAIN = Number(
    owner=RUN,
    name="input_gain",
    key="train_input_gain",
    label="W_x scale",
    default=1.0,
    low=0.0,
    high=5.0,
    legal=(0.0, 10.0),
    step=0.01,
    digits=2,
    help="How hard the input pushes the units: W_x = scale × N(0, 1/I), or × what the start draws.",
)
ADDED_BIAS = _of_network(network.ADDED_BIAS, "train_added_bias")
SCALE_SETS = _of_network(
    network.SCALE_SETS,
    "train_scale_sets",
    brief="what the scale sets",
    tells=lambda sets: "exact ρ" if sets == "radius" else "gain",
    help="Whether the scale multiplies the drawn matrix, or sets ρ(W_h) exactly.",
)
OF_CELLS: dict[str, Number] = {
    name: _of_network(
        setting,
        f"train_{name}",
        linked=CHANGED if setting.aside else ALWAYS,
        high=setting.high if setting.high_of_run is None else setting.high_of_run,
    )
    for name, setting in network.OF_CELLS.items()
}
HIDDEN_SIZE = _of_network(network.HIDDEN_SIZE, "train_hidden_size", default=32)
BATCH_SIZE = _of_network(
    network.BATCH_SIZE,
    "train_batch_size",
    label="batch size",
    default=32,
    high=128,
    help="B: sequences in each update, drawn anew every time.",
)
OPTIMIZER = Choice(
    owner=RUN,
    name="optimizer",
    key="train_optimizer",
    label="optimiser",
    tells={
        "sgd": "SGD",
        "momentum": "momentum",
        "rmsprop": "RMSprop",
        "adam": "Adam",
    }.__getitem__,
    default="adam",
    words={"sgd": "SGD", "momentum": "momentum 0.9", "rmsprop": "RMSprop", "adam": "Adam"},
    help="Adam and RMSprop divide by the recent size of each gradient, SGD takes it as it is.",
)
LEARNING_RATE = Number(
    owner=RUN,
    name="learning_rate",
    key="train_learning_rate",
    label="learning rate",
    tells=lambda rate: f"rate {rate:g}",
    default=0.003,
    low=1e-5,
    high=10.0,
    legal=(1e-6, 100.0),  # far past where anything learns: seeing it fail is a lesson
    step=1e-6,
    digits=1,
    log=True,
    help="Acts on the running run at once.",
)
CLIP = Choice(
    owner=RUN,
    name="clip",
    key="train_clip",
    label="clip",
    brief="clipping",
    tells=CLIPPED.__getitem__,
    default="norm",
    words={
        "none": "none",
        "norm": "by norm",
        "value": "by value",
        "tensor": "by tensor",
        "unit": "by unit",
    },
    help="By norm shortens the whole gradient, as clip_grad_norm_ does; by value cuts each "
    "entry, by tensor shortens each parameter alone (Keras’s clipnorm), by unit that of each unit "
    "to "
    "a part of its weights’ norm (adaptive): these three turn it. Acts on the running run at once.",
)
MAX_NORM = Number(
    owner=RUN,
    name="max_norm",
    key="train_max_norm",
    label="clip threshold",
    default=1.0,
    low=0.001,
    high=1000.0,
    legal=(1e-4, 1e4),
    step=1e-4,
    digits=1,
    log=True,
    help="The longest gradient that passes unchanged. Acts on the running run at once.",
)
CLIP_VALUE = Number(
    owner=RUN,
    name="clip_value",
    key="train_clip_value",
    label="clip threshold",
    default=0.1,
    low=1e-5,
    high=10.0,
    legal=(1e-6, 1e3),
    step=1e-6,
    digits=1,
    log=True,
    help="By value: the largest entry that passes unchanged; by unit: the longest gradient, "
    "as a part of the weights’ norm. Acts on the running run at once.",
)
TRUNCATION = Number(
    owner=RUN,
    name="truncation",
    key="train_truncation",
    label="truncation k",
    tells=lambda window: f"truncated at {window}" if window else "full BPTT",
    default=0,
    low=0,
    high=1000,  # steps, the longest sequence
    step=1,
    help="The gradient is cut every k steps, counted from the end; the state is carried on. "
    "0: never.",
)
CURRICULUM = Flag(
    owner=RUN,
    name="curriculum",
    key="train_curriculum",
    label="curriculum",
    tells=lambda on: "curriculum" if on else "no curriculum",
    help="Start with short sequences, and lengthen them whenever validation says solved.",
)
OMEGA = Number(
    owner=RUN,
    name="omega",
    key="train_omega",
    label="Ω weight",
    brief="Ω",
    tells=lambda omega: f"Ω {omega:g}" if omega else "no Ω",
    default=0.0,
    low=0.0,
    high=20.0,
    legal=(0.0, 100.0),
    step=0.01,
    digits=2,
    help="Pascanu's regulariser, which asks each step back to keep the gradient's norm; "
    "0: off. For cells with J = diag(φ′) W_h.",
)
KEEP_MATRIX = Choice(
    owner=RUN,
    name="keep_matrix",
    key="train_keep_matrix",
    label="W_h after each update",
    brief="W_h",
    tells=lambda name: KEPT[name].said if name in KEPT else "W_h free",
    default=FREE,
    words={FREE: "free", **{name: kept.label for name, kept in KEPT.items()}},
    help="Orthogonal: each gate's H × H block of W_h is brought back to the nearest orthogonal "
    "matrix; spectral norm at most 1: its singular values above 1 are set to 1. The gradient "
    "stays as it is. For cells that learn a W_h.",
    linked=CHANGED,
)
STEPS = Number(
    owner=RUN,
    name="steps",
    key="train_steps",
    label="updates",
    tells=lambda steps: count(steps, "update"),
    default=2000,
    low=10,
    high=100_000,
    legal=(1, 100_000),  # minutes of the smallest network, hours of the largest
    step=1,
    log=True,
    help="The budget: how many updates the run makes. More can be given while it runs.",
)
PRECISION = Choice(
    owner=RUN,
    name="precision",
    key="train_precision",
    label="precision",
    tells=str,
    default="float64",
    words={"float64": "float64", "float32": "float32"},
    help="Of every number. float32 overflows at 3.4·10³⁸.",
)
ENGINE = Choice(
    owner=RUN,
    name="engine",
    key="train_engine",
    label="engine",
    tells=lambda engine: "PyTorch" if engine == "torch" else "our engine",
    default="numpy",
    words={"numpy": "ours (NumPy)", "torch": "PyTorch"},
    help="Both make the same updates from the same seed; PyTorch by autograd, torch.optim and "
    "clip_grad_norm_. Its first use takes a second or two to load.",
)
SEED = _of_network(
    network.SEED,
    "train_seed",
    help="Decides every random number: weights, batches, validation set.",
)
# Of SGD with momentum; PyTorch's usual one, which no page moves.
MOMENTUM = Number(
    owner=RUN,
    name="momentum",
    key="train_momentum",
    label="momentum",
    default=0.9,
    low=0.0,
    high=0.999,
    step=0.001,
    digits=3,
    linked=NEVER,
)

RUN_SETTINGS: tuple[Setting, ...] = (
    TASK,
    LENGTH,
    TEXT,
    CELL,
    ACTIVATION,
    INIT,
    START,
    GAIN,
    INPUT_GAIN,
    SCALE_SETS,
    ADDED_BIAS,
    *OF_CELLS.values(),
    HIDDEN_SIZE,
    BATCH_SIZE,
    OPTIMIZER,
    LEARNING_RATE,
    CLIP,
    MAX_NORM,
    CLIP_VALUE,
    TRUNCATION,
    CURRICULUM,
    OMEGA,
    KEEP_MATRIX,
    STEPS,
    PRECISION,
    ENGINE,
    SEED,
    MOMENTUM,
)

# What may change while a run goes on; everything else needs a new run.
LIVE = tuple(setting.name for setting in (LEARNING_RATE, CLIP, MAX_NORM, CLIP_VALUE, STEPS))
