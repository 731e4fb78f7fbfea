"""The critical gain: at which scale of W_h a cell at rest begins to grow.

Linearised at the zero state without input (see `at_rest.py`), the GRU is z + (1-z) r W_n and the
LSTM, read as a recurrence of c, f + i·o W_g, where each gate stands at σ of its bias. So with b = 0
but for the forget gate

    GRU:   g_c = 1/σ(b_r) = 2, whatever the update bias
    LSTM:  g_c = (1 - σ(b_f))/(σ(b_i) σ(b_o)) = 4 (1 - σ(b_f))

Below it the gradient at rest shrinks, above it grows; the keeping gates set how fast, and in the
GRU not at which gain. Source: Krishnamurthy, Can, Schwab 2022 (arXiv 2007.14823); the same
criterion for many gated cells: Fioratti, Marcaccioli, Casola 2026 (arXiv 2605.10650).
"""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.laws.at_rest import Rest, candidate, rest_at_start, rest_of_given
from rnn_core.laws.law import Forward, Law
from rnn_core.laws.mean_field import weight_gain
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.starts import STARTS
from rnn_core.numbers.said import Said, joined
from rnn_core.numbers.spoken import factor, kept, plain
from rnn_core.start import drawn_as_one


def critical_gain_missing(config: RNNConfig) -> str:
    cell = config.cell_used
    H = config.hidden_size
    if not config.init_used or any(rows != H for rows in cell.rows(H)):
        return Said(
            f"The {cell.label} has no W_h of many random entries, whose scale could be critical.",
            plain=f"The {cell.label} has no matrix of random recurrent weights, whose scale could "
            "be critical.",
        )
    phi = ACTIVATIONS[config.activation_used]
    if phi.kinked:
        return f"At rest every unit stands at 0, and there {phi.label} has two slopes."
    if config.overruled:
        return "It needs gates whose bias all units share; with chrono each unit draws its own."
    if rest_at_start(config) is None:
        return Said(
            "It needs a cell that rests at 0, with biases that its units share, where its Jacobian "
            f"is what it keeps and W_h times a factor; the {cell.label} with {phi.label} begins "
            "otherwise here.",
            plain="It needs a cell whose units are alike while it rests at 0, and that passes on "
            f"what the recurrent weights make of it; the {cell.label} with {phi.label} begins "
            "otherwise here.",
        )
    if weight_gain(config, candidate(cell)) is None:
        init = INITIALISATIONS[config.init_used]
        return Said(
            "It needs a W_h of many independent entries, or a random rotation; ",
            plain="It needs many independent recurrent weights, or a random rotation; ",
        ) + (init.unlike or f"the {init.label} start is neither.")
    return ""


def rest_and_gain(forward: Forward) -> tuple[Rest, float] | None:
    """The cell at rest, and the gain of its candidate's block; None where it does not rest at 0."""
    config, params = forward.config, forward.params
    block = candidate(config.cell_used)
    if forward.drawn:
        rest, gain = rest_at_start(config), weight_gain(config, block)
        return None if rest is None or gain is None else (rest, gain)
    rest = rest_of_given(config, params)
    W = np.split(params.W_h, len(config.cell_used.gates))[block]
    return None if rest is None else (rest, float(np.sqrt(np.square(W).sum() / len(W))))


def critical_gain_number(forward: Forward) -> Said:
    """g_c beside the gain of the run."""
    found = rest_and_gain(forward)
    if found is None:
        return Said("", plain="")
    rest, gain = found
    rate = rest.rate(gain)
    if not 0.0 < rest.critical < np.inf:
        return Said(
            f"No scale of W_h is critical here: at rest ρ(J) is {plain(rate, 3)}.",
            plain="No scale of the recurrent weights is critical here.",
        )
    return Said(
        f"Critical gain {plain(rest.critical, 3)}, here {plain(gain, 3)}: at rest a step "
        f"multiplies what lasts best by {factor(rate)}.",
        plain=f"At rest the scale from which on it grows is {plain(rest.critical, 3)}; here it is "
        f"{plain(gain, 3)}, and a step {kept(rate, 'what lasts best')}.",
    )


def critical_gain_caveat(forward: Forward) -> str:
    said: list[str] = []
    config = forward.config
    if critical_gain_missing(config):
        return ""
    linear = config.cell_used.additive and ACTIVATIONS[config.activation_used].linear
    biases = STARTS[config.start_used].biases
    moved = [
        name
        for name, there in (
            ("the input", forward.x.any()),
            ("h_0", forward.start is not None and forward.start.any()),
            ("the bias", config.bias_scale > 0 or biases is not None or not forward.drawn),
        )
        if there
    ]
    if moved and not linear:
        who = " and ".join([", ".join(moved[:-1]), moved[-1]]) if len(moved) > 1 else moved[0]
        verb = "moves" if len(moved) == 1 else "move"
        said.append(
            Said(
                f"It is of the cell at rest, h = 0, and here {who} {verb} the state, and with it "
                "the gates and φ′.",
                plain=f"It is of a cell at rest, and here {who.replace('h_0', 'the first state')} "
                f"{verb} it.",
            )
        )
    rotation = INITIALISATIONS[config.init_used].rotation and drawn_as_one(config) == 1
    if not (forward.drawn and rotation):
        said.append(
            Said(
                "The same W_h acts at each step, and one draw of it departs from the wide limit: "
                f"more so once k passes √H ≈ {config.hidden_size**0.5:.0f}.",
                plain="It is about very many units, and one draw of the weights departs from it.",
            )
        )
    return joined(said)


def critical_gain(forward: Forward) -> np.ndarray:
    found = rest_and_gain(forward)
    T, B = forward.x.shape[:2]
    if found is None:
        raise ValueError("the zero state is no fixed point of these weights")
    rest, gain = found
    return np.repeat(rest.log10_norms(gain, T - 1)[::-1, None], B, axis=1)


LAW = Law(
    label="critical gain, at rest",
    formula=r"\|\delta_{T-k}\| \approx \|(J_*^{\top})^k v\|,\quad "
    r"J_* = K \otimes 1 + V \otimes W,\quad g_c = 1/\rho\big((1-K)^{-1} V\big)",
    conditions="The cell at rest: no input, h_0 = 0, biases that all units share and none in the "
    "candidate; W_h with independent entries of variance g²/H or a random rotation times g; many "
    "units. J is the Jacobian there, K what it keeps and V what goes through W_h: z and (1−z) r in "
    "the GRU, so g_c = 1/σ(b_r) = 2; f and i·o in the LSTM, so g_c = 4(1−σ(b_f)). An input breaks "
    "it.",
    source="Krishnamurthy, Can, Schwab 2022; Can, Krishnamurthy, Schwab 2020; Fioratti, "
    "Marcaccioli, Casola 2026",
    upper_bound=False,
    missing=critical_gain_missing,
    caveat=critical_gain_caveat,
    predict=critical_gain,
    number=critical_gain_number,
    colour="#a16207",
    dash="dashdot",
    rank=1,
)
