"""The LSTM keeps the gradient where the GRU loses it."""

from __future__ import annotations

from dataclasses import replace

from rnn_core.claims.claim import DEPENDS, OTHER, Claim, Found
from rnn_core.claims.curves import measured, steady, times
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow, gradient_flow
from rnn_core.settings import Number

H, T, SEEDS = 64, 100, 3


def as_shipped(cell: str, bias: float, seed: int) -> GradientFlow:
    """A layer as PyTorch ships it; the gate that keeps, forget or update, has `bias` added."""
    config = RNNConfig(
        cell=cell,
        start="pytorch",
        added_bias=bias,
        hidden_size=H,
        input_size=1,
        seq_len=T,
        batch_size=4,
        seed=seed,
    )
    return gradient_flow(config)


def _typical(cell: str, bias: float) -> GradientFlow:
    flows = [as_shipped(cell, bias, seed) for seed in range(SEEDS)]
    return sorted(flows, key=lambda flow: flow.log10_ratio)[SEEDS // 2]


def _run(forget_bias: float, update_bias: float) -> Found:
    lstm, gru = _typical("lstm", forget_bias), _typical("gru", update_bias)
    ahead = lstm.log10_ratio - gru.log10_ratio
    holds = ahead > 3
    return Found(
        holds=holds,
        says=f"Over {T - 1} steps back the LSTM keeps {times(lstm.log10_ratio)} and the GRU "
        f"{times(gru.log10_ratio)}: "
        + (
            f"the LSTM keeps {times(ahead)[1:]} times as much."
            if holds
            else "the LSTM is not a thousandfold ahead."
        ),
        numbers=(
            ("LSTM", "keeps it", times(lstm.log10_ratio)),
            ("GRU", "loses it", times(gru.log10_ratio)),
            ("LSTM / GRU", "large", times(ahead)),
        ),
        curves=(
            steady(0.0, T, "LSTM as the claim has it"),
            replace(measured(gru, "GRU"), whose=OTHER),
            measured(lstm, "LSTM"),
        ),
        network={
            "cell": "lstm",
            "start": "pytorch",
            "added_bias": forget_bias,
            "hidden_size": H,
            "seq_len": T,
        },
    )


CLAIM = Claim(
    label="LSTM keeps, GRU loses",
    statement="The LSTM keeps a gradient over long sequences where the GRU loses it.",
    source="course notes, of layers as a framework ships them",
    answer=DEPENDS,
    controls=(
        Number(
            name="forget_bias",
            label="forget bias added",
            low=0.0,
            high=5.0,
            step=0.1,
            default=0.0,
            digits=1,
            help="PyTorch adds none: its forget gates begin at about σ(0) = 0.5.",
        ),
        Number(
            name="update_bias",
            label="update bias added",
            low=0.0,
            high=5.0,
            step=0.1,
            default=0.0,
            digits=1,
            help="Of the gate that says how much of h the GRU keeps.",
        ),
    ),
    run=_run,
    why="What decides is how open the gate is that keeps the state, and that is a bias. As PyTorch "
    "ships them both begin half shut, and both lose about half in each step.",
    y_title="gradient relative to the last step’s",
    cost=8e7,
)
