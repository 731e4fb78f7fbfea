"""The log domain is exact at any depth, and invisible where plain float64 suffices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import Direct, Parameters, RNNConfig, gradient_flow, parameters, sweep_back
from rnn_core.cells.additive import unroll
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm, log10_scaled


def scalar(w):
    one = np.ones((1, 1))
    return Parameters(W_h=w * one, W_x=one, b_h=np.zeros(1), W_y=one, b_y=np.zeros(1))


def scalar_power(w, n):
    """log₁₀ |∂h_n/∂h_0| of h_t = w h_{t-1}."""
    sweep = sweep_back(scalar(w), np.ones((n + 1, 1, 1)), Direct(np.ones((1, 1, 1))))
    return log10_norm(sweep.delta, sweep.exponent)[0, 0]


@pytest.mark.parametrize(
    ("w", "n", "printed"),
    [
        (0.9, 10, "0.349"),
        (0.9, 50, "0.00515"),
        (0.9, 100, "2.66e-05"),
        (0.5, 20, "9.54e-07"),
        (0.95, 99, "0.00623"),
        (1.1, 50, "117"),
    ],
)
def test_closed_form_of_one_neuron(w, n, printed):
    assert 10 ** scalar_power(w, n) == pytest.approx(w**n, rel=1e-13)
    assert f"{10 ** scalar_power(w, n):.3g}" == printed


def test_ten_thousand_decades_down():
    assert scalar_power(0.3, 20000) == pytest.approx(-10457.574905606751, abs=5e-12)
    assert scalar_power(1 / 0.3, 20000) == pytest.approx(10457.574905606751, abs=2e-9)


@given(w=st.floats(1e-300, 1e300), n=st.integers(1, 400), negative=st.booleans())
def test_any_factor_to_any_power(w, n, negative):
    exact = n * np.log10(np.longdouble(w))
    assert scalar_power(-w if negative else w, n) == pytest.approx(
        float(exact), rel=1e-13, abs=1e-12
    )


def plain_sweep(params, dphi, direct):
    """The textbook loop in plain float64."""
    T, K = len(dphi), len(direct)
    delta = np.zeros_like(dphi)
    delta[-1] = direct[-1]
    for t in range(T - 1, 0, -1):
        delta[t - 1] = np.dot(delta[t] * dphi[t], params.W_h)
        if t - 1 >= T - K:
            delta[t - 1] += direct[t - 1 - (T - K)]
    return delta


@given(
    gain=st.floats(0.3, 3),
    loss_at=st.sampled_from(["last", "every"]),
    activation=st.sampled_from(list(ACTIVATIONS)),
    seq_len=st.integers(2, 120),
)
@settings(max_examples=60)
def test_bit_identical_where_nothing_underflows(gain, loss_at, activation, seq_len):
    config = RNNConfig(
        gain=gain,
        loss_at=loss_at,
        activation=activation,
        seq_len=seq_len,
        init="gaussian",
        batch_size=5,
        hidden_size=16,
    )
    flow = gradient_flow(config)
    plain = plain_sweep(flow.params, flow.trace.dphi, flow.direct.value)
    ours = np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None])
    nonzero = np.abs(plain[plain != 0])
    if nonzero.size and nonzero.min() < 1e-290:
        return  # plain float64 has lost digits there: nothing to be identical to
    assert np.array_equal(ours, plain)
    usual = np.linalg.norm(plain, axis=-1)
    within = (usual > 1e-140) & (usual < 1e140)
    assert np.allclose(10 ** flow.log10_norms[within], usual[within], rtol=1e-12)


def test_blocks_that_lose_a_thousand_decades_are_done_again():
    # Every step multiplies by 1e-200: sixteen of them leave float64 at once.
    assert scalar_power(1e-200, 64) == pytest.approx(-12800, rel=1e-14)
    # φ' of 1e-150 against W_h of 1e150 cancels exactly, in sight of both limits.
    T = 100
    sweep = sweep_back(scalar(1e150), np.full((T, 1, 1), 1e-150), Direct(np.ones((1, 1, 1))))
    assert np.allclose(log10_norm(sweep.delta, sweep.exponent), 0.0, atol=1e-10)


def test_a_sequence_that_dies_does_not_touch_its_neighbours():
    T = 80
    dphi = np.full((T, 2, 1), 0.5)
    dphi[40, 0] = 0.0
    sweep = sweep_back(scalar(1.0), dphi, Direct(np.ones((1, 2, 1))))
    log10 = log10_norm(sweep.delta, sweep.exponent)
    assert np.isneginf(log10[:40, 0]).all() and np.isfinite(log10[40:, 0]).all()
    assert log10[0, 1] == pytest.approx((T - 1) * np.log10(0.5), rel=1e-13)


def test_a_late_loss_takes_over_from_a_gradient_long_gone():
    T = 60
    direct = np.zeros((T, 1, 1))
    direct[-1] = direct[5] = 1.0
    sweep = sweep_back(scalar(1e-30), np.ones((T, 1, 1)), Direct(direct))
    log10 = log10_norm(sweep.delta, sweep.exponent)[:, 0]
    assert log10[6] == pytest.approx(-30 * 53, rel=1e-12)
    assert log10[5] == 0.0
    assert log10[0] == pytest.approx(-150, rel=1e-12)


def test_norms_of_tiny_and_huge_entries():
    for size in (1e-200, 1e-320, 1e-160, 1.0, 1e160, 1e300):
        v = np.full((1, 4), size)
        assert log10_norm(v)[0] == pytest.approx(np.log10(size) + np.log10(2.0), rel=1e-12)
    assert np.isneginf(log10_norm(np.zeros((1, 3))))[0]
    mixed = np.array([[1e-200, 0.0], [3.0, 4.0], [0.0, 0.0]])
    assert log10_norm(mixed, np.array([0, 10, 0]))[1] == np.log10(5.0 * 1024)


@given(m=st.floats(0.5, 1), e=st.integers(-(10**6), 10**6))
def test_log10_of_a_scaled_number(m, e):
    exact = np.log10(np.longdouble(m)) + e * np.log10(np.longdouble(2))
    assert log10_scaled(np.array([m]), np.array([e]))[0] == pytest.approx(
        float(exact), rel=1e-15, abs=1e-14
    )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "linear"])
@pytest.mark.parametrize("loss_kind", ["direction", "squared_error"])
@pytest.mark.parametrize("loss_at", ["last", "every"])
def test_overflow_is_found_where_plain_float64_overflows(activation, loss_kind, loss_at):
    config = RNNConfig(
        activation=activation,
        init="gaussian",
        gain=3.0,
        seq_len=1000,
        hidden_size=64,
        batch_size=4,
        input_scale=0.1,
        loss_kind=loss_kind,
        loss_at=loss_at,
    )
    flow = gradient_flow(config)
    p = parameters(config)
    phi = ACTIVATIONS[activation]
    h = np.zeros((4, 64))
    first = None
    with np.errstate(all="ignore"):
        for t, x_t in enumerate(flow.trace.x, start=1):
            z = h @ p.W_h.T + x_t @ p.W_x.T
            h = phi.phi(z, np.empty_like(z))
            if not np.isfinite(z).all():
                first = t
                break
    assert flow.overflow.step == first
    assert 308.2 < flow.overflow.log10_value < 311
    assert np.isfinite(flow.log10_norms).all()
    assert flow.float32_overflow < first
    assert not np.isnan(flow.shares).any()
    assert flow.shares.sum() == pytest.approx(1.0)


def test_the_scaled_state_is_the_plain_state_while_both_exist():
    config = RNNConfig(
        activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=4, input_scale=0.1
    )
    flow = gradient_flow(config)
    before = flow.overflow.step - 1
    short = gradient_flow(
        RNNConfig(
            activation="relu",
            init="gaussian",
            gain=3.0,
            seq_len=before,
            batch_size=4,
            input_scale=0.1,
        )
    )
    assert short.overflow is None
    assert np.allclose(flow.hidden[:before], short.hidden, rtol=1e-9)
    assert np.array_equal(flow.trace.dphi[:before], short.trace.dphi)


def test_a_bounded_activation_cannot_overflow():
    flow = gradient_flow(RNNConfig(gain=10.0, input_scale=100.0, seq_len=200))
    assert flow.overflow is None
    assert np.isfinite(flow.hidden).all()
    assert unroll(flow.params, flow.trace.x, ACTIVATIONS["tanh"]).exponent is None


@pytest.mark.parametrize(
    ("activation", "exact"), [("leaky_relu", -532.297), ("relu", -533.542), ("linear", -397.542)]
)
def test_a_state_that_fades_below_float64_keeps_its_signs(activation, exact):
    """After the impulse h is W^k h_1: in plain float64 0 from step 605 on, and with it φ'."""
    config = RNNConfig(
        activation=activation, input="impulse", gain=0.4, seq_len=1000, batch_size=1, hidden_size=8
    )
    flow = gradient_flow(config)
    assert flow.log10_norms[0, 0] == pytest.approx(exact, abs=0.001)
    assert flow.shares[-400:].sum() == pytest.approx(0.4, abs=0.01)
    # The same network in longdouble, whose range is 4932 decades.
    wide = np.longdouble
    W, h = flow.params.W_h.astype(wide), np.zeros(8, dtype=wide)
    slopes = []
    for x_t in flow.trace.x[:, 0].astype(wide):
        z = W @ h + flow.params.W_x.astype(wide) @ x_t
        slope = {"relu": 0.0, "leaky_relu": 0.01, "linear": 1.0}[activation]
        slopes.append(np.where(z > 0, wide(1), wide(slope)))
        h = z * slopes[-1]
    delta = flow.direct.value[0, 0].astype(wide)
    for slope in slopes[:0:-1]:
        delta = (slope * delta) @ W
    log10 = float(np.log10(np.sqrt(delta @ delta)))
    assert flow.log10_norms[0, 0] == pytest.approx(log10, abs=1e-6)


def test_a_fading_tanh_keeps_its_terms():
    flow = gradient_flow(
        RNNConfig(input="impulse", gain=0.4, seq_len=1000, batch_size=2, hidden_size=8)
    )
    assert flow.shares[-5:].sum() == pytest.approx(5 / 999, rel=0.01)


def test_the_scaled_state_comes_back_down_when_the_huge_part_is_gone():
    """Two units: one grows and is cut off by a zero weight path, the other is fed by the input."""
    T = 700
    W_h = np.array([[0.0, 0.0], [0.0, 8.0]])
    W_x = np.array([[1.0, 0.0], [0.0, 1.0]])
    params = Parameters(W_h, W_x, np.zeros(2), np.zeros((1, 2)), np.zeros(1))
    x = np.zeros((T, 1, 2))
    x[:, 0, 0] = 2.0
    x[0, 0, 1] = 1.0
    trace = unroll(params, x, ACTIVATIONS["linear"])
    assert trace.overflow.step == 343  # 8^342 = 2^1026 is the first power beyond float64
    assert trace.exponent[-1, 0] > 2000
    shrinking = Parameters(W_h * np.array([[1.0], [1e-3]]), W_x, np.zeros(2), W_x[:1], np.zeros(1))
    calm = unroll(shrinking, x, ACTIVATIONS["linear"])
    assert np.allclose(calm.hidden[:, 0, 0], 2.0)
    assert (calm.dphi == 1.0).all()


def test_a_check_that_is_off_says_so():
    """The comparison with PyTorch must see a wrong δ and a wrong parameter."""
    pytest.importorskip("torch")
    from dataclasses import replace

    from rnn_core.flow.sweep import Sweep
    from rnn_core.pytorch.reference import compare

    flow = gradient_flow(RNNConfig(seq_len=8, batch_size=2, hidden_size=4))
    assert compare(flow).delta < 1e-13
    delta = flow.sweep.delta.copy()
    delta[3, 1] *= 1.001
    found = compare(replace(flow, sweep=Sweep(delta, flow.sweep.exponent)))
    assert found.delta == pytest.approx(1e-3, rel=1e-3) and found.step == 4
    assert found.gradients["W_h"] > 1e-5
    wrong = replace(flow.params, W_h=flow.params.W_h * 1.001)
    assert compare(replace(flow, params=wrong)).delta > 1e-5


def test_the_check_says_what_it_could_not_compare():
    pytest.importorskip("torch")
    from rnn_core.pytorch.reference import compare

    huge = gradient_flow(
        RNNConfig(
            activation="linear", gain=3.0, seq_len=1000, hidden_size=8, batch_size=2, input="zeros"
        )
    )
    found = compare(huge)
    assert 0 < found.compared < found.total and found.delta < 1e-10
    assert np.isnan(found.gradients["W_x"]) or found.gradients["W_x"] < 1e-10
