"""The settings of a network: labels, ranges, defaults."""

from __future__ import annotations

from rnn_core.cells import CELLS
from rnn_core.config import LIMITS, RNNConfig
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.settings import Choice, Number

DEFAULT = RNNConfig()


def _whole(field: str) -> tuple[int, int]:
    return tuple(int(limit) for limit in LIMITS[field])


NUMBERS: dict[str, Number] = {
    "gain": Number(
        default=DEFAULT.gain,
        label="W_h scale",
        low=0.0,
        high=3.0,
        step=0.01,
        digits=2,
        help="W_h = scale × the initial matrix. 1 is the initialisation as it is.",
    ),
    "seq_len": Number(
        default=DEFAULT.seq_len,
        label="sequence length",
        low=_whole("seq_len")[0],
        high=_whole("seq_len")[1],
        step=1,
        log=True,
        unit="steps",
        help="T: how many steps the network is unrolled.",
    ),
    "hidden_size": Number(
        default=DEFAULT.hidden_size,
        label="hidden size",
        low=_whole("hidden_size")[0],
        high=_whole("hidden_size")[1],
        step=1,
        log=True,
        unit="units",
        help="H: the units of the state h.",
    ),
    "input_scale": Number(
        default=DEFAULT.input_scale,
        label="input scale",
        low=0.0,
        high=5.0,
        step=0.05,
        digits=2,
        help="The size of x: how hard the input pushes units towards saturation.",
    ),
    "batch_size": Number(
        default=DEFAULT.batch_size,
        label="sequences",
        low=_whole("batch_size")[0],
        high=_whole("batch_size")[1],
        step=1,
        help="B: sequences run through the same network. Curves show their median and spread.",
    ),
}

NUMBERS |= {setting.name: setting for cell in CELLS.values() for setting in cell.settings}
CHOICE_FIELDS: dict[str, Choice] = {
    "cell": Choice(
        default=DEFAULT.cell,
        label="cell",
        words={name: cell.label for name, cell in CELLS.items()},
        help="; ".join(f"{cell.label}: ${cell.formula}$" for cell in CELLS.values()),
    ),
    "activation": Choice(
        default=DEFAULT.activation,
        label="activation",
        words={name: a.label for name, a in ACTIVATIONS.items()},
        help="The function φ of each unit: "
        + ", ".join(f"{a.label} ${a.formula}$" for a in ACTIVATIONS.values()),
    ),
    "init": Choice(
        default=DEFAULT.init,
        label="initialisation",
        words={name: f"{i.label} · {i.formula}" for name, i in INITIALISATIONS.items()},
        help="How $W_h$ is drawn before it is scaled. Sources: "
        + "; ".join(f"{i.label}: {i.source}" for i in INITIALISATIONS.values()),
    ),
    "input": Choice(
        default=DEFAULT.input,
        label="input",
        words={name: i.label for name, i in INPUTS.items()},
        help="; ".join(f"{i.label}: {i.formula}" for i in INPUTS.values()),
    ),
    "loss_at": Choice(
        default=DEFAULT.loss_at,
        label="loss sits at",
        words={"last": "the last step", "every": "every step"},
        help="Where L enters. With a loss at every step the total gradient is their sum.",
    ),
    "loss_kind": Choice(
        default=DEFAULT.loss_kind,
        label="loss",
        words={"direction": "unit random direction", "squared_error": "squared error to a target"},
        help="A random unit vector starts the gradient at norm 1; a squared error as its error.",
    ),
    "scale_sets": Choice(
        default=DEFAULT.scale_sets,
        label="scale sets",
        words={"gain": "gain of W_h", "radius": "exact spectral radius ρ"},
        help="Whether the first slider multiplies the drawn matrix, or sets ρ(W_h) exactly.",
    ),
}

SEED = Number(
    label="seed",
    low=LIMITS["seed"][0],
    high=LIMITS["seed"][1],
    step=1,
    default=DEFAULT.seed,
    help="Decides every random number: weights, inputs, direction of the loss.",
)

LINKED = (
    "gain",
    "seq_len",
    "cell",
    "activation",
    "init",
    "hidden_size",
    "input",
    "input_scale",
    "loss_at",
    "loss_kind",
    "batch_size",
    "scale_sets",
    "alpha",
    "forget_bias",
    "lambda_low",
    "lambda_high",
    "seed",
)

# These matter to some cells only: a link holds them where they are not what they start with.
OWN = {setting.name for cell in CELLS.values() for setting in cell.settings}

# Names in a link that are not a network's setting: the page's own view and Streamlit's.
OTHER_NAMES = ("step", "sequences", "embed", "embed_options")
