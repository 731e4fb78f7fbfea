"""What the result says about itself: factor, horizon, verdict, cause, shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig, gradient_flow
from rnn_core.flow import measure
from rnn_core.flow.verdict import VERDICTS
from rnn_core.pytorch.reference import autograd


@pytest.mark.parametrize(
    ("settings_", "kind", "cause"),
    [
        ({"gain": 0.7, "input_scale": 0.1}, "vanishing", "recurrence"),
        ({"gain": 1.0, "input_scale": 0.05}, "flowing", "balance"),
        ({"gain": 3.0, "init": "gaussian"}, "exploding", "recurrence"),
        ({"gain": 3.0, "init": "identity"}, "vanishing", "activation"),
        ({"gain": 1.0, "activation": "sigmoid"}, "vanishing", "activation"),
        ({"activation": "relu", "input": "zeros"}, "vanishing", "zero"),
        ({"gain": 0.0}, "vanishing", "zero"),
    ],
)
def test_verdicts_and_causes(settings_, kind, cause):
    flow = gradient_flow(RNNConfig(**settings_))
    assert (flow.verdict, flow.cause) == (kind, cause)


configs = st.builds(
    RNNConfig,
    hidden_size=st.integers(1, 20),
    seq_len=st.integers(2, 80),
    batch_size=st.integers(1, 6),
    activation=st.sampled_from(CHOICES["activation"]),
    init=st.sampled_from(CHOICES["init"]),
    gain=st.floats(0, 10),
    scale_sets=st.sampled_from(CHOICES["scale_sets"]),
    input=st.sampled_from(CHOICES["input"]),
    input_scale=st.floats(0, 100),
    start_scale=st.floats(0, 100),
    bias_scale=st.floats(0, 100),
    loss_at=st.sampled_from(CHOICES["loss_at"]),
    loss_kind=st.sampled_from(CHOICES["loss_kind"]),
    seed=st.integers(0, 10_000),
)


@given(config=configs)
@settings(max_examples=150)
def test_nothing_in_a_result_is_nan_that_a_page_would_show(config):
    flow = gradient_flow(config)
    assert not np.isnan(flow.log10_norms).any()
    assert not np.isnan(flow.spread.median).any()
    assert flow.verdict in VERDICTS
    assert ((flow.saturated >= 0) & (flow.saturated <= 1)).all()
    assert not np.isnan(flow.shares).any()
    assert flow.shares.sum() == pytest.approx(1.0) or not flow.shares.any()
    assert 0 <= flow.typical_sequence < config.batch_size
    upper = np.triu_indices(config.seq_len, 1)
    if len(flow.teaching.steps) == config.seq_len:
        assert np.isnan(flow.teaching.log10[::1][upper]).all()
    own = flow.teaching.log10[np.arange(len(flow.teaching.steps)), flow.teaching.steps - 1]
    assert (own[np.isfinite(own)] == 0).all()  # relative to itself; NaN where a loss has none


@given(config=configs)
@settings(max_examples=80)
def test_one_step_back_is_the_product_of_its_two_factors(config):
    flow = gradient_flow(config)
    if config.loss_at == "every":
        return  # there the direct term of the step is added afterwards
    step = flow.log10_norms[:-1] - np.where(
        np.isfinite(flow.log10_norms[1:]), flow.log10_norms[1:], np.nan
    )
    product = flow.log10_activation[1:] + flow.log10_recurrence[1:]
    both = np.isfinite(step) & np.isfinite(product)
    assert np.allclose(step[both], product[both], atol=1e-9)


def test_shares_are_those_of_the_terms_that_autograd_adds_up():
    config = RNNConfig(batch_size=1, seq_len=15, hidden_size=9, gain=0.8)
    flow = gradient_flow(config)
    found = autograd(flow)
    g = found.delta[:, 0] * flow.trace.dphi[:, 0]
    before = np.vstack([np.zeros(9), found.hidden[:-1, 0]])
    terms = np.array([np.linalg.norm(np.outer(a, b)) for a, b in zip(g, before, strict=True)])
    assert np.allclose(flow.shares, terms / terms.sum(), atol=1e-12)
    total = sum(np.outer(a, b) for a, b in zip(g, before, strict=True))
    assert np.allclose(flow.gradients["W_h"], total, atol=1e-13)


def test_a_healthy_parameter_norm_hides_a_vanished_past():
    """Claim 9: ‖∂L/∂W_h‖ looks healthy while the t = 2 term is 1e-16 of it."""
    flow = gradient_flow(RNNConfig(gain=0.5, seq_len=50, scale_sets="radius", init="gaussian"))
    assert np.linalg.norm(flow.gradients["W_h"]) > 0.1
    assert flow.shares[1] < 1e-14
    assert flow.shares[-5:].sum() > 0.9


def test_horizon_counts_steps_into_the_past():
    curve = np.array([-5.0, -3.5, -3.0, -1.0, 0.0])
    assert measure.horizon(curve) == 3
    assert measure.horizon(curve, -0.5) == 1
    assert measure.horizon(np.zeros(4)) is None
    assert measure.horizon(np.array([-np.inf, -np.inf, 2.0])) == 1


def test_slope_is_the_least_squares_slope_of_the_finite_points():
    rng = np.random.default_rng(1)
    curve = -0.3 * np.arange(30)[::-1] + rng.standard_normal(30)
    fit = np.polyfit(np.arange(30)[::-1], curve, 1)[0]
    assert measure.log10_slope(curve) == pytest.approx(fit)
    cut = curve.copy()
    cut[:10] = -np.inf
    assert measure.log10_slope(cut) == pytest.approx(
        np.polyfit(np.arange(20)[::-1], curve[10:], 1)[0]
    )
    assert np.isnan(measure.log10_slope(np.full(5, -np.inf)))
    assert measure.half_life(0.0) == float("inf")
    assert measure.half_life(-np.log10(2)) == pytest.approx(1.0)


def test_the_spread_is_numpys_quantile():
    values = np.random.default_rng(0).standard_normal((40, 17))
    spread = measure.spread(values)
    low, median, high = np.quantile(values, [0.1, 0.5, 0.9], axis=1)
    assert np.allclose(spread.low, low)
    assert np.allclose(spread.median, median)
    assert np.allclose(spread.high, high)
    values[:, :9] = -np.inf
    assert not np.isnan(measure.spread(values).median).any()


def test_saturation_is_counted_where_dphi_is_small():
    flow = gradient_flow(RNNConfig(init="identity", gain=3.0))
    by_state = (np.abs(flow.hidden) > np.sqrt(0.9)).mean(axis=(1, 2))
    assert np.allclose(flow.saturated, by_state)
    assert flow.saturated[-1] > 0.9


def test_the_spectrum_is_that_of_the_matrix_in_use():
    for scale_sets in ("gain", "radius"):
        flow = gradient_flow(RNNConfig(init="gaussian", gain=0.7, scale_sets=scale_sets))
        exact = np.linalg.eigvals(flow.params.W_h)
        assert np.allclose(sorted(abs(flow.eigenvalues)), sorted(abs(exact)))
        assert flow.spectral_norm == pytest.approx(np.linalg.norm(flow.params.W_h, 2))


def test_changing_the_length_or_the_loss_leaves_weights_and_inputs_alone():
    short = gradient_flow(RNNConfig(seq_len=20))
    long = gradient_flow(RNNConfig(seq_len=90, loss_at="every"))
    assert np.array_equal(short.params.W_h, long.params.W_h)
    assert np.allclose(short.hidden, long.hidden[:20])


def test_exactly_zero_means_from_there_back_to_the_first_step():
    cut = gradient_flow(RNNConfig(activation="relu", input="zeros", seq_len=9))
    assert cut.zero_until == 8
    # One unit, directions ±1: the losses of two steps may cancel and a later one take over again.
    gap = gradient_flow(
        RNNConfig(
            hidden_size=1,
            seq_len=5,
            batch_size=2,
            activation="linear",
            input="zeros",
            loss_at="every",
            seed=20,
        )
    )
    assert gap.zero_until is None or np.isneginf(gap.spread.median[: gap.zero_until]).all()
    assert gradient_flow(RNNConfig()).zero_until is None


@pytest.mark.parametrize("cell", ["vanilla", "lstm"])
def test_the_teaching_matrix_is_the_same_however_many_rows_are_swept_at_once(cell, monkeypatch):
    config = RNNConfig(cell=cell, seq_len=40, hidden_size=6, gain=1.4)
    at_once = gradient_flow(config).teaching.log10
    monkeypatch.setattr("rnn_core.flow.flow.TEACHING_NUMBERS", 7 * 40 * config.cell_used.states * 6)
    in_parts = gradient_flow(config).teaching.log10
    assert np.isfinite(at_once[-1]).all()
    np.testing.assert_allclose(in_parts, at_once, rtol=0, atol=1e-12)
