"""The settings of a training run, as they stand in a link: `train_` and the TrainConfig's field.

Ranges are the page's, inside the engine's limits; the length's own ones are its task's.
"""

from __future__ import annotations

from rnn_core.cells import CELLS
from rnn_core.limits import TEXT_LIMITS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.settings import Choice, Flag, Number, Setting, Text
from rnn_core.tasks import TASKS
from rnn_core.training.config import TRAIN_LIMITS, TrainConfig

PREFIX = "train_"
DEFAULT = TrainConfig()
SPEEDS = {"max": None, "300": 300.0, "100": 100.0, "30": 30.0, "10": 10.0, "2": 2.0}
MOST_TEXT = TEXT_LIMITS[1]
# How far a compared run may be told in a link: fields and values, never free text.
_CHANGE = r"[a-z_]{1,20}:[a-zA-Z0-9_.+-]{1,24}"


def _number(field: str, label: str, step: float, digits: int = 0, **more) -> Number:
    low, high = TRAIN_LIMITS[field]
    default = getattr(DEFAULT, field)
    if isinstance(default, int):
        low, high = int(low), int(high)
    given = {"low": low, "high": high, "default": default} | more
    return Number(label=label, step=step, digits=digits, **given)


FIELDS: dict[str, Setting] = {
    "task": Choice(
        label="task",
        words={name: task.label for name, task in TASKS.items()},
        default=DEFAULT.task,
        help="What the network is to learn.",
    ),
    "length": Number(
        label="length",
        low=min(task.lengths[0] for task in TASKS.values()),
        high=max(task.lengths[1] for task in TASKS.values()),
        step=1,
        default=DEFAULT.length,
        log=True,
        help="How far back in time the answer lies: the difficulty of the task.",
    ),
    "text": Text(
        label="your text",
        pattern=rf"(?s).{{0,{MOST_TEXT}}}",
        rule=f"at most {MOST_TEXT:,} characters long",
        default="",
    ),
    "cell": Choice(
        label="cell",
        words={name: cell.label for name, cell in CELLS.items()},
        default=DEFAULT.cell,
        help="; ".join(f"{cell.label}: ${cell.formula}$" for cell in CELLS.values()),
    ),
    "activation": Choice(
        label="activation",
        words={name: a.label for name, a in ACTIVATIONS.items()},
        default=DEFAULT.activation,
        help="The function φ of each unit.",
    ),
    "init": Choice(
        label="initialisation",
        words={name: f"{i.label} · {i.formula}" for name, i in INITIALISATIONS.items()},
        default=DEFAULT.init,
        help="How $W_h$ is drawn before it is scaled.",
    ),
    "gain": _number(
        "gain",
        "W_h scale",
        0.01,
        2,
        high=5.0,
        help="W_h = scale × the initial matrix. 1 is the initialisation as it is.",
    ),
    "input_gain": _number(
        "input_gain",
        "W_x scale",
        0.01,
        2,
        high=5.0,
        help="How hard the input pushes the units: W_x = scale × N(0, 1/I).",
    ),
    "scale_sets": Choice(
        label="scale sets",
        words={"gain": "gain of W_h", "radius": "exact spectral radius ρ"},
        default=DEFAULT.scale_sets,
        help="Whether the scale multiplies the drawn matrix, or sets ρ(W_h) exactly.",
    ),
    "alpha": _number(
        "alpha", "α", 0.01, 2, help="How far one step moves the state of a residual or leaky cell."
    ),
    "forget_bias": _number(
        "forget_bias",
        "forget bias",
        0.1,
        1,
        low=-4.0,
        high=8.0,
        help="Bias of the LSTM's forget gates at the start: σ(1) = 0.73, σ(4) = 0.98.",
    ),
    "lambda_low": _number(
        "lambda_low",
        "|λ| from",
        0.001,
        3,
        low=0.5,
        high=0.999,
        help="One end of the range from which |λ| of the linear recurrent unit is drawn.",
    ),
    "lambda_high": _number(
        "lambda_high",
        "|λ| to",
        0.001,
        3,
        low=0.5,
        high=0.999,
        help="The other end of the range of |λ|.",
    ),
    "hidden_size": _number(
        "hidden_size", "hidden size", 1, log=True, unit="units", help="H: the units of the state h."
    ),
    "batch_size": _number(
        "batch_size", "batch size", 1, help="B: sequences in each update, drawn anew every time."
    ),
    "optimizer": Choice(
        label="optimiser",
        words={"sgd": "SGD", "momentum": "momentum 0.9", "adam": "Adam"},
        default=DEFAULT.optimizer,
        help="Adam divides by the recent size of each gradient, SGD takes it as it is.",
    ),
    "learning_rate": _number(
        "learning_rate",
        "learning rate",
        1e-6,
        1,
        low=1e-5,
        high=10.0,
        log=True,
        help="Acts on the running run at once.",
    ),
    "clip": Choice(
        label="clip",
        words={"none": "none", "norm": "by norm", "value": "by value"},
        default=DEFAULT.clip,
        help="By norm shortens the whole gradient, as clip_grad_norm_ does; by value cuts each "
        "entry, which turns it. Acts on the running run at once.",
    ),
    "max_norm": _number(
        "max_norm",
        "clip threshold",
        1e-4,
        1,
        low=0.001,
        high=1000.0,
        log=True,
        help="The longest gradient that passes unchanged. Acts on the running run at once.",
    ),
    "clip_value": _number(
        "clip_value",
        "clip threshold",
        1e-6,
        1,
        low=1e-5,
        high=10.0,
        log=True,
        help="The largest entry that passes unchanged. Acts on the running run at once.",
    ),
    "truncation": _number(
        "truncation",
        "truncation k",
        1,
        help="The gradient is cut every k steps, counted from the end; the state is carried on. "
        "0: never.",
    ),
    "curriculum": Flag(
        label="curriculum",
        default=DEFAULT.curriculum,
        help="Start with short sequences, and lengthen them whenever validation says solved.",
    ),
    "omega": _number(
        "omega",
        "Ω weight",
        0.01,
        2,
        high=20.0,
        help="Pascanu's regulariser, which asks each step back to keep the gradient's norm; "
        "0: off. For cells with J = diag(φ′) W_h.",
    ),
    "steps": _number(
        "steps",
        "updates",
        1,
        low=10,
        high=100_000,
        log=True,
        help="The budget: how many updates the run makes. More can be given while it runs.",
    ),
    "precision": Choice(
        label="precision",
        words={"float64": "float64", "float32": "float32"},
        default=DEFAULT.precision,
        help="Of every number. float32 overflows at 3.4·10³⁸.",
    ),
    "engine": Choice(
        label="engine",
        words={"numpy": "ours (NumPy)", "torch": "PyTorch"},
        default=DEFAULT.engine,
        help="Both make the same updates from the same seed; PyTorch by autograd, torch.optim and "
        "clip_grad_norm_. Its first use takes a second or two to load.",
    ),
    "seed": Number(
        label="seed",
        low=int(TRAIN_LIMITS["seed"][0]),
        high=int(TRAIN_LIMITS["seed"][1]),
        step=1,
        default=DEFAULT.seed,
        help="Decides every random number: weights, batches, validation set.",
    ),
}

# How the page shows and paces runs; no part of a run itself.
OWN: dict[str, Setting] = {
    "speed": Choice(
        label="speed",
        words={
            name: "as fast as it goes" if n is None else f"{n:g}/s" for name, n in SPEEDS.items()
        },
        default="300",
        help="Updates per second, where the server is fast enough. Slow, each one can be watched.",
    ),
    "versus": Text(
        label="compared with",
        pattern=rf"none|{_CHANGE}(,{_CHANGE}){{0,9}}",
        rule="none, or fields and values such as clip:none",
        default="none",
    ),
}

SETTINGS: dict[str, Setting] = {PREFIX + name: setting for name, setting in (FIELDS | OWN).items()}
