"""|w| < 1 vanishes, |w| > 1 explodes."""

from __future__ import annotations

import math
from typing import Any

from rnn_core.claims.claim import DEPENDS, Claim, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.settings import Number


def _run(gain: float, input_scale: float) -> Found:
    network: dict[str, Any] = {
        "init": "gaussian",
        "gain": gain,
        "input_scale": input_scale,
        "hidden_size": 32,
        "seq_len": 40,
        "activation": "tanh",
    }
    flow = gradient_flow(RNNConfig(**network))
    rho, ratio = flow.spectral_radius, flow.log10_ratio
    grows = rho > 1
    holds = (ratio > 0) == grows
    does = "grows" if ratio > 0 else "shrinks"
    return Found(
        holds=holds,
        says=f"ρ is {spoken.plain(rho, 2)}, so the gradient should "
        f"{'grow' if grows else 'shrink'}; over 39 steps back it {does}: {times(ratio)}.",
        numbers=(
            ("per step back", times(math.log10(rho)), times(flow.slope)),
            ("over 39 steps", times(39 * math.log10(rho)), times(ratio)),
        ),
        curves=(steady(math.log10(rho), 40, "ρ^k"), measured(flow)),
        network=network,
    )


CLAIM = Claim(
    label="Above 1 it explodes",
    statement="If the recurrent weight is below 1 the gradient vanishes, and if it is above 1 the "
    "gradient explodes; for a matrix its spectral radius ρ takes the weight’s place.",
    source="nearly every introduction",
    answer=DEPENDS,
    controls=(
        Number(
            name="gain",
            label="W_h scale",
            low=0.3,
            high=3.0,
            step=0.01,
            default=1.5,
            digits=2,
            help="Of a Gaussian W_h; ρ is about as large.",
        ),
        Number(
            name="input_scale",
            label="input scale",
            low=0.0,
            high=3.0,
            step=0.05,
            default=1.0,
            digits=2,
            help="A strong input holds units where tanh is flat.",
        ),
    ),
    run=_run,
    why="It is true of a linear unit. In a network each step also multiplies by φ′, which is below "
    "1 wherever a unit is busy, and a matrix does not stretch every vector by ρ.",
    y_title="gradient relative to the last step’s",
)
