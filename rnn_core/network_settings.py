"""The settings of a network, each declared once, in the order in which links hold them.

`low` and `high` are the slider's ends on the first page, `legal` is what the engine takes. Another
page shows the same setting with `replace(GAIN, high=5.0)`, and what it changes can be seen there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnn_core.cells import CELLS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.network.starts import OURS, STARTS
from rnn_core.settings import CHANGED, NEVER, Choice, Number, Setting, Words


def _gain_reaches(values: Mapping[str, Any]) -> float:
    """As far past 1/max φ' as it is for tanh: a sigmoid, whose slope is 1/4 at most, balances a W_h
    of 4 and more."""
    own = CELLS[values.get("cell", CELL.default)].activation
    phi = ACTIVATIONS[own or values.get("activation", ACTIVATION.default)]
    return min(max(GAIN.high, GAIN.high / phi.max_dphi), GAIN.limits[1])


GAIN = Number(
    name="gain",
    label="W_h scale",
    default=1.0,
    low=0.0,
    high=3.0,
    legal=(0.0, 10.0),  # beyond, nothing new is to be seen
    reaches=_gain_reaches,
    step=0.01,
    digits=2,
    help="W_h = scale × the initial matrix. 1 is the initialisation as it is.",
)
# The forward and backward pass of the largest network, an LSTM of 256 units over 1000 steps and 64
# sequences, take 4 s and 2 GB (a server bounds their product). Doubling H costs four times.
SEQ_LEN = Number(
    name="seq_len",
    label="sequence length",
    default=60,
    low=2,
    high=1000,
    step=1,
    log=True,
    unit="steps",
    help="T: how many steps the network is unrolled.",
)
CELL = Choice(
    name="cell",
    label="cell",
    default="vanilla",
    words=Words(CELLS, lambda cell: cell.label),
    help="; ".join(f"{cell.label}: ${cell.formula}$" for cell in CELLS.values()),
)
ACTIVATION = Choice(
    name="activation",
    label="activation",
    default="tanh",
    words=Words(ACTIVATIONS, lambda activation: activation.label),
    help="The function φ of each unit: "
    + ", ".join(f"{a.label} ${a.formula}$" for a in ACTIVATIONS.values()),
)
INIT = Choice(
    name="init",
    label="initialisation",
    default="orthogonal",
    words=Words(INITIALISATIONS, lambda init: f"{init.label} · {init.formula}"),
    help="How $W_h$ is drawn before it is scaled. Sources: "
    + "; ".join(f"{i.label}: {i.source}" for i in INITIALISATIONS.values()),
)
START = Choice(
    name="start",
    label="start as",
    default=OURS,
    words=Words(STARTS, lambda start: start.label),
    tells=lambda start: f"start as {STARTS[start].label}",
    linked=CHANGED,
    help="How a layer begins as each framework ships it, readout apart. "
    + "; ".join(f"{s.label}: {s.draws}" for s in STARTS.values())
    + ". The W_h scale multiplies what is drawn: 1 leaves it as it is.",
)
HIDDEN_SIZE = Number(
    name="hidden_size",
    label="hidden size",
    brief="H",
    default=64,
    low=1,
    high=256,
    step=1,
    log=True,
    unit="units",
    help="H: the units of the state h.",
)
INPUT = Choice(
    name="input",
    label="input",
    default="noise",
    words=Words(INPUTS, lambda kind: kind.label),
    help="; ".join(f"{i.label}: {i.formula}" for i in INPUTS.values()),
)
INPUT_SCALE = Number(
    name="input_scale",
    label="input scale",
    default=0.3,
    low=0.0,
    high=5.0,
    legal=(0.0, 100.0),
    step=0.05,
    digits=2,
    help="The size of x: how hard the input pushes units towards saturation.",
)
INPUT_SIZE = Number(
    name="input_size",
    label="input size",
    brief="I",
    default=1,
    low=1,
    high=64,
    step=1,
    log=True,
    linked=CHANGED,
    help="I: the numbers of x_t at each step. W_x ~ N(0, 1/I): more of them push no harder, unless "
    "the layer starts as PyTorch’s or Keras’s.",
)
START_SCALE = Number(
    name="start_scale",
    label="h_0 scale",
    default=0.0,
    low=0.0,
    high=3.0,
    legal=(0.0, 100.0),
    step=0.05,
    digits=2,
    linked=CHANGED,
    help="The state before step 1: h_0 ~ N(0, scale²), and so an LSTM's c_0; 0 starts from 0.",
)
BIAS_SCALE = Number(
    name="bias_scale",
    label="bias scale",
    default=0.0,
    low=0.0,
    high=3.0,
    legal=(0.0, 100.0),
    step=0.05,
    digits=2,
    linked=CHANGED,
    help="b_h ~ N(0, scale²), the same at every step; on top of a gate's own bias.",
)
ADDED_BIAS = Number(
    name="added_bias",
    label="gate bias added",
    default=0.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    linked=CHANGED,
    help="Added to the bias of the gate that keeps the state, where a framework’s start decides "
    "it: 0 leaves the layer as it is shipped.",
)
LOSS_AT = Choice(
    name="loss_at",
    label="loss sits at",
    default="last",
    words={"last": "the last step", "every": "every step"},
    help="Where L enters. With a loss at every step the total gradient is their sum, and the "
    "verdict is on what the last one alone sends back.",
)
LOSS_KIND = Choice(
    name="loss_kind",
    label="loss",
    default="direction",
    words={"direction": "unit random direction", "squared_error": "squared error to a target"},
    help="A random unit vector starts the gradient at norm 1; a squared error as its error.",
)
BATCH_SIZE = Number(
    name="batch_size",
    label="sequences",
    default=20,
    low=1,
    high=64,
    step=1,
    help="B: sequences run through the same network. Curves show their median and spread.",
)
SCALE_SETS = Choice(
    name="scale_sets",
    label="scale sets",
    default="gain",
    words={"gain": "gain of W_h", "radius": "exact spectral radius ρ"},
    help="Whether the first slider multiplies the drawn matrix, or sets ρ(W_h) exactly.",
)
# What only some cells know, as each of them declares it; two cells may share a declaration. A link
# holds it where it is not what it starts with.
OF_CELLS: dict[str, Number] = {
    setting.name: replace(setting, linked=CHANGED)
    for cell in CELLS.values()
    for setting in cell.settings
}
SEED = Number(
    name="seed",
    label="seed",
    default=7,
    low=0,
    high=2**32 - 1,  # 32 bits, which every program takes for a seed
    step=1,
    help="Decides every random number: weights, inputs, direction of the loss.",
)
OUTPUT_SIZE = Number(
    name="output_size", label="output size", default=1, low=1, high=64, step=1, linked=NEVER
)

NETWORK_SETTINGS: tuple[Setting, ...] = (
    GAIN,
    SEQ_LEN,
    CELL,
    ACTIVATION,
    INIT,
    START,
    HIDDEN_SIZE,
    INPUT,
    INPUT_SCALE,
    INPUT_SIZE,
    START_SCALE,
    BIAS_SCALE,
    ADDED_BIAS,
    LOSS_AT,
    LOSS_KIND,
    BATCH_SIZE,
    SCALE_SETS,
    *OF_CELLS.values(),
    SEED,
    OUTPUT_SIZE,
)
