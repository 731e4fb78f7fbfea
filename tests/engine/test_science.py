"""Figures from the literature and from our own notes, measured again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import CHOICES, Direct, Parameters, RNNConfig, gradient_flow, sweep_back
from rnn_core.cells.additive import unroll
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm


def test_the_decay_experiment_gives_three_in_a_thousand():
    """A widely read lesson prints 3.2e-09 for this experiment; it gives 3.2e-03."""
    rng = np.random.RandomState(7)  # the experiment is defined with it
    norms = []
    for _ in range(20):
        W_h = rng.randn(64, 64) * 0.9 / 8
        W_x = rng.randn(64, 1) * 0.1
        x = rng.randn(80).reshape(80, 1, 1)
        params = Parameters(W_h, W_x, np.zeros(64), np.zeros((1, 64)), np.zeros(1))
        trace = unroll(params, x, ACTIVATIONS["tanh"])
        sweep = sweep_back(params, trace.dphi, Direct(np.full((1, 1, 64), 1 / 8)))
        norms.append(10 ** log10_norm(sweep.delta, sweep.exponent)[:, 0])
    norms = np.array(norms)
    mean = norms.mean(axis=0)
    assert mean[-1] == pytest.approx(1.0)
    # "Recorded before each step back": entry k of the lesson's list is k + 1 steps from the end.
    assert mean[0] == pytest.approx(3.22e-3, rel=0.01)
    assert [f"{mean[t]:.3g}" for t in (60, 40, 20)] == ["0.0654", "0.0144", "0.00587"]
    ratio = norms[:, 0] / norms[:, -1]
    assert ratio.min() == pytest.approx(1.7e-6, rel=0.05)
    assert ratio.max() == pytest.approx(4.9e-2, rel=0.05)
    assert np.median(ratio) == pytest.approx(8.0e-5, rel=0.05)


configs = st.builds(
    RNNConfig,
    hidden_size=st.integers(1, 20),
    seq_len=st.integers(2, 60),
    batch_size=st.integers(1, 4),
    activation=st.sampled_from(CHOICES["activation"]),
    init=st.sampled_from(CHOICES["init"]),
    gain=st.floats(0.01, 5),
    input=st.sampled_from(CHOICES["input"]),
    input_scale=st.floats(0, 5),
    seed=st.integers(0, 10_000),
)


@given(config=configs)
@settings(max_examples=100)
def test_the_norm_bound_bounds_every_sequence_at_every_lag(config):
    flow = gradient_flow(config)
    lag = np.arange(config.seq_len - 1, -1, -1)[:, None]
    rate = np.log10(flow.spectral_norm * ACTIVATIONS[config.activation].max_dphi)
    assert (flow.log10_norms <= flow.log10_norms[-1] + lag * rate + 1e-9).all()


def test_the_bound_is_reached_by_an_orthogonal_linear_network():
    flow = gradient_flow(RNNConfig(init="orthogonal", activation="linear", gain=0.8, seq_len=200))
    lag = np.arange(199, -1, -1)[:, None]
    assert np.allclose(flow.log10_norms, lag * np.log10(0.8), atol=1e-9)
    assert flow.factor == pytest.approx(0.8)
    assert flow.half_life == pytest.approx(np.log(2) / -np.log(0.8))
    assert flow.horizon == 31  # 0.8^31 = 9.9e-4 is the first power below 1e-3


def test_tanh_with_a_radius_far_above_one_can_still_shrink_the_jacobian():
    """Claim 2: |w| > 1 does not explode by itself."""
    flow = gradient_flow(RNNConfig(init="identity", gain=3.0, seq_len=40, hidden_size=32))
    assert flow.spectral_radius > 2.9
    assert flow.verdict == "vanishing" and flow.cause == "activation"
    assert flow.spread.median[0] < -30


def test_relu_loses_a_factor_of_071_per_step_at_gain_one():
    """Claim 5: half of the units are off, so the mean square factor is 1/2."""
    factors = [
        gradient_flow(
            RNNConfig(
                activation="relu",
                init="gaussian",
                hidden_size=256,
                seq_len=12,
                batch_size=8,
                input_scale=1.0,
                seed=seed,
            )
        ).factor
        for seed in range(6)
    ]
    assert np.median(factors) == pytest.approx(np.sqrt(0.5), abs=0.06)


def test_orthogonal_at_gain_one_still_loses_sixteen_decades():
    """Claim 4: ln of the final norm is -37.9 at H = 512, input scale 1, T = 100."""
    flow = gradient_flow(
        RNNConfig(init="orthogonal", hidden_size=256, seq_len=100, input_scale=1.0, batch_size=8)
    )
    assert flow.spread.median[0] * np.log(10) == pytest.approx(-37.9, abs=2.0)
