"""Cells whose units hear themselves alone: the product of what they keep is the whole Jacobian."""

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


def test_a_selective_ssm_remembers_from_half_a_step_to_seven_hundred():
    """A from -1 to -16 and Δ from 0.001 to 0.1, as Mamba starts: half-lives ln 2/(Δ·|A|)."""
    ends = []
    for delta in (0.001, 0.1):
        config = RNNConfig(
            cell="selective_ssm",
            hidden_size=256,
            seq_len=3,
            input="zeros",
            delta_low=delta,
            delta_high=delta,
        )
        kept = gradient_flow(config).trace.factors
        ends += [np.log(0.5) / np.log(kept.max()), np.log(0.5) / np.log(kept.min())]
    assert max(ends) == pytest.approx(693.147, abs=1e-3)
    assert min(ends) == pytest.approx(0.43322, abs=1e-5)


@given(T=st.integers(2, 300), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=20)
def test_an_indrnn_of_relus_at_most_doubles_the_gradient_under_its_own_limit(T, seed):
    """u up to 2^(1/T), which Li et al. 2018 start with."""
    config = RNNConfig(
        cell="indrnn",
        activation="relu",
        hidden_size=8,
        batch_size=3,
        seq_len=T,
        u_high=min(2.0 ** (1.0 / T), 1.1),
        seed=seed,
    )
    assert (gradient_flow(config).log10_norms <= np.log10(2.0) + 1e-12).all()


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_an_antisymmetric_rnn_only_turns_where_its_activation_is_a_line(scale):
    """|1 + ε(iω - γ)|² = (1 - εγ)² + ε²ω² for every eigenvalue iω of A - Aᵀ."""
    config = RNNConfig(
        cell="antisymmetric", activation="linear", hidden_size=9, seq_len=5, gain=scale
    )
    flow = gradient_flow(config)
    turns = np.abs(np.linalg.eigvals(flow.params.W_h - flow.params.W_h.T).imag)
    step, damping = config.euler_step, config.diffusion
    sizes = np.hypot(1.0 - step * damping, step * turns)
    assert np.allclose(np.sort(np.abs(flow.eigenvalues)), np.sort(sizes))
