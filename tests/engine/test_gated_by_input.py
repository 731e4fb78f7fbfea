"""Cells whose gates see the input alone: the product of what they keep is the whole Jacobian."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.cells.min_gru import KEEP_BIAS

BY_INPUT = [name for name, cell in CELLS.items() if KEEP_BIAS in cell.settings]


def test_there_are_two():
    assert BY_INPUT == ["min_gru", "min_lstm"]


@pytest.mark.parametrize("cell", BY_INPUT)
@settings(deadline=None, max_examples=25)
@given(
    keep=st.floats(*KEEP_BIAS.limits),
    scale=st.floats(0.0, 5.0),
    T=st.integers(2, 120),
    seed=st.integers(0, 99),
)
def test_each_entry_of_the_gradient_is_the_last_one_times_the_product_of_what_is_kept(
    cell, keep, scale, T, seed
):
    """To rounding, at any depth: δ_t = Π_{k>t} kept_k ⊙ δ_T, compared as logarithms. What the
    minGRU keeps is read as 1 - z, which is rounded as a number of size 1 is."""
    flow = gradient_flow(
        RNNConfig(
            cell=cell,
            keep_bias=keep,
            input_scale=scale,
            seq_len=T,
            seed=seed,
            hidden_size=6,
            batch_size=3,
        )
    )
    kept = CELLS[cell].kept.share(flow.gates)
    with np.errstate(divide="ignore"):
        product = np.cumsum(np.log2(kept[::-1]), axis=0)[::-1]  # of steps t … T
        found = np.log2(np.abs(flow.sweep.delta)) + flow.sweep.exponent[..., None]
        rounded = 2.0 * np.finfo(float).eps * np.cumsum(1.0 / kept[::-1] + 1.0, axis=0)[::-1]
    expected = found[-1] + product[1:]
    told = np.isfinite(expected) & np.isfinite(found[:-1])
    off = np.abs(found[:-1] - expected)[told]
    assert np.all(off <= rounded[1:][told] + 1e-12 * np.abs(expected[told]) + 1e-12)


def test_started_as_pytorch_starts_a_linear_layer_the_mingru_keeps_seven_tenths_of_the_gradient():
    """H = 64, I = 1, T = 60, the weights and biases of nn.Linear: U(±1/√I)."""
    kept, reached = [], []
    for seed in range(8):
        config = RNNConfig(cell="min_gru", hidden_size=64, input_size=1, seq_len=60, seed=seed)
        drawn = gradient_flow(config).params
        rng = np.random.default_rng(seed)
        own = {name: rng.uniform(-1.0, 1.0, getattr(drawn, name).shape) for name in ("W_x", "b_h")}
        flow = gradient_flow(config, params=replace(drawn, **own))
        kept.append(flow.factor)
        reached.append(flow.log10_ratio)
    assert np.median(kept) == pytest.approx(0.70, abs=0.05)
    assert np.median(reached) == pytest.approx(-9.1, abs=1.0)
