"""The network: its state, its weights and its units."""

from __future__ import annotations

from rnn_core.numbers.spoken import percent, plain
from ui.look.terms.term import Term

_ELMAN = "Elman 1990"
_LSTM = "Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000"


def _slope(flow) -> str:
    return (
        "no one value in a gated cell"
        if flow.dphi is None
        else (f"{plain(float(flow.mean_dphi.mean()), 3)} on average")
    )


def _saturated(flow) -> str:
    if flow.saturated is None:
        return "no one value in a gated cell"
    return f"{percent(float(flow.saturated.mean()))} of units"


TERMS = (
    Term(
        name="state",
        title="state, h_t or s_t",
        signs=("h", "s", "state", "states"),
        meaning="What the network carries from one step to the next: all that it still knows.",
        formula="h_t = φ(W_h h_{t−1} + W_x x_t + b_h)",
        source=_ELMAN,
    ),
    Term(
        name="input",
        title="input, x_t",
        signs=("x",),
        meaning="What the network reads at step t.",
        formula="x_t, I numbers",
        source=_ELMAN,
    ),
    Term(
        name="preactivation",
        title="z_t, before the activation",
        signs=("z",),
        meaning="What goes into each unit at step t, before the activation bends it. In a GRU z "
        "is the update gate.",
        formula="z_t = W_h h_{t−1} + W_x x_t + b_h",
        source=_ELMAN,
    ),
    Term(
        name="recurrent_weights",
        title="recurrent weights, W_h",
        signs=("W_h", "W_hᵀ", "W", "recurrent weights", "recurrent weight"),
        meaning="How each unit’s last state goes into every unit at the next step. The same ones "
        "act at each step, so what they do to a gradient they do again and again.",
        formula="the matrix W_h of h_t = φ(W_h h_{t−1} + …)",
        source=_ELMAN,
        now=lambda flow: (
            f"{flow.config.hidden_size} × {flow.config.hidden_size} in each gate, "
            f"scale {flow.config.gain:g}"
        ),
    ),
    Term(
        name="weight",
        title="w, a single weight",
        signs=("w", "w_h", "w_in", "w_out"),
        meaning="One number that says how much of something goes on: w_in of the input, w_h of the "
        "unit’s own last state, w_out of the state into the answer.",
        formula="h_t = φ(w_in x_t + w_h h_{t−1})",
        source=_ELMAN,
    ),
    Term(
        name="input_weights",
        title="input weights, W_x",
        signs=("W_x",),
        meaning="How the input goes into the units.",
        formula="the matrix W_x of h_t = φ(… + W_x x_t)",
        source=_ELMAN,
    ),
    Term(
        name="output_weights",
        title="output weights, W_y",
        signs=("W_y", "y"),
        meaning="How the answer y is read off the state.",
        formula="y = W_y h_T + b_y",
        source=_ELMAN,
    ),
    Term(
        name="bias",
        title="bias, b",
        signs=("b", "bias", "biases"),
        meaning="What goes into a unit although nothing comes in: where it rests.",
        formula="the b_h of h_t = φ(… + b_h)",
        source=_ELMAN,
    ),
    Term(
        name="activation",
        title="activation, φ",
        signs=("φ", "activation"),
        meaning="The curve that bends what goes into a unit. Where it is flat, nothing gets "
        "through on the way back.",
        formula="h_t = φ(z_t)",
        source=_ELMAN,
        now=lambda flow: flow.config.activation_used,
    ),
    Term(
        name="slope",
        title="slope of the activation, φ′",
        signs=("φ′", "mean slope", "slope"),
        meaning="How steep the activation is where a unit stands: on its way back the gradient is "
        "multiplied by it, unit by unit.",
        formula="φ′(z_t); for tanh 1 − h_t²",
        source="Hochreiter 1991",
        now=_slope,
    ),
    Term(
        name="saturated",
        title="saturated, off",
        signs=("saturated", "saturates", "saturation"),
        meaning="A unit on a flat part of its activation: whatever comes back ends there.",
        formula="|φ′(z)| < 0.1; for tanh |h| > 0.95",
        source="Glorot, Bengio 2010",
        now=_saturated,
    ),
    Term(
        name="gate",
        title="gate",
        signs=(
            "forget gate",
            "forget gates",
            "update gate",
            "update gates",
            "gates",
            "gate",
            "f",
            "f′",
            "i",
            "o",
            "r",
        ),
        meaning="A number from 0 to 1 for each unit, computed anew at each step, that says how "
        "much passes: f and z keep the state, i lets new in, o lets out, r looks back.",
        formula="c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t",
        source=_LSTM,
    ),
    Term(
        name="memory_cell",
        title="memory cell, c_t",
        signs=("c",),
        meaning="The LSTM’s second state: a road from step to step on which only gates act.",
        formula="c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t",
        source=_LSTM,
    ),
    Term(
        name="candidate",
        title="new value, n or g",
        signs=("n", "g"),
        meaning="What a gated cell would put into its state, before the gates decide how much.",
        formula="h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}",
        source="Cho et al. 2014",
    ),
    Term(
        name="share_new",
        title="share of the new, α",
        signs=("α",),
        meaning="How much of each step is new; the rest of the state is kept as it is.",
        formula="h_t = (1 − α) h_{t−1} + α φ(z_t), or h_{t−1} + α φ(z_t)",
        source="Jaeger et al. 2007; He et al. 2016",
        now=lambda flow: f"{flow.config.alpha:g}",
    ),
    Term(
        name="input_gain",
        title="γ",
        signs=("γ", "ν", "θ"),
        meaning="Numbers of the linear recurrent unit: ν and θ say how much a unit keeps and how "
        "fast it turns, γ how much of the input it takes.",
        formula="λ = exp(−exp(ν) + iθ), γ = √(1 − |λ|²)",
        source="Orvieto et al. 2023",
    ),
    Term(
        name="layer_norm",
        title="layer norm",
        signs=("layer norm",),
        meaning="Divides what goes into the units by its own spread over them, so that its size "
        "no longer counts.",
        formula="(z − mean z) / spread of z",
        source="Ba, Kiros, Hinton 2016",
    ),
    Term(
        name="elementwise",
        title="⊙, unit by unit",
        signs=("⊙",),
        meaning="Multiplied entry by entry, each unit for itself.",
        formula="(a ⊙ b)_i = a_i b_i",
        source="Hadamard’s product",
    ),
)
