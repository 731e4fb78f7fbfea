"""A GRU has about twice the parameters of a vanilla RNN."""

from __future__ import annotations

import numpy as np

from rnn_core.cells.gru import CELL as GRU
from rnn_core.cells.vanilla import CELL as VANILLA
from rnn_core.claims.claim import FALSE, SAID, SEEN, Claim, Curve, Found
from rnn_core.numbers import spoken
from rnn_core.settings import Number

SIZES = np.array([4, 8, 16, 32, 64, 128, 256])


def _run(hidden_size: int, input_size: int) -> Found:
    H, I = hidden_size, input_size
    plain, gated = VANILLA.parameters(H, I), GRU.parameters(H, I)
    ratio = gated / plain
    own = [VANILLA.parameters(int(h), I) for h in SIZES]
    of_gru = [GRU.parameters(int(h), I) for h in SIZES]
    return Found(
        holds=ratio < 2.5,
        says=f"With {H} units and {spoken.count(I, 'input')} the vanilla RNN has {plain:,} and "
        f"the GRU {gated:,}: {spoken.plain(ratio, 2)} times as many.",
        numbers=(
            ("parameters of the GRU", f"{2 * plain:,}", f"{gated:,}"),
            ("beside the vanilla RNN", "×2", f"×{spoken.plain(ratio, 2)}"),
        ),
        curves=(
            Curve("twice the vanilla RNN", SIZES, np.log10(2.0 * np.array(own)), SAID),
            Curve("GRU", SIZES, np.log10(np.array(of_gru, float)), SEEN),
        ),
        network={"cell": "gru", "hidden_size": H},
    )


CLAIM = Claim(
    label="A GRU is twice as large",
    statement="A GRU has about twice the parameters of a vanilla RNN of the same size.",
    source="comparison tables",
    answer=FALSE,
    controls=(
        Number(
            name="hidden_size",
            label="hidden units",
            low=4,
            high=256,
            step=1,
            default=64,
            help="H.",
        ),
        Number(
            name="input_size",
            label="inputs",
            low=1,
            high=64,
            step=1,
            default=10,
            help="I.",
        ),
    ),
    run=_run,
    why="It has two gates and a new value, each with a W_h, a W_x and a bias of the vanilla RNN’s "
    "size: three times, at every size.",
    x_title="hidden units H",
    y_title="parameters",
    cost=1e3,
)
