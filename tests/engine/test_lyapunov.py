"""Lyapunov exponents and singular values of long products, against closed forms and mpmath."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.jacobians.lyapunov import Chain, spectrum
from rnn_core.jacobians.singular import singular_values
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS


def chain_of(**settings):
    """The Jacobians of the typical sequence of a network."""
    flow = gradient_flow(RNNConfig(**{"batch_size": 3, **settings}))
    return Chain.vanilla(flow.dphi[:, flow.typical_sequence], flow.params.W_h)


def orthonormal(rng, n):
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def textbook(jacobians, warm_up, start):
    """QR after every step, nothing else."""
    logs, Q = [], start
    for J in jacobians:
        Q, R = np.linalg.qr(J @ Q)
        logs.append(np.log(np.abs(np.diag(R))))
    return -np.sort(-np.mean(logs[warm_up:], axis=0))


# -- exponents

NETS = {
    "init": st.sampled_from([name for name in INITIALISATIONS if name != "non_normal"]),
    "gain": st.floats(0.3, 3),
    "activation": st.sampled_from(["tanh", "sigmoid", "linear", "leaky_relu"]),
    "input_scale": st.sampled_from([0.0, 0.3, 1.0]),
    "seed": st.integers(0, 1000),
    "seq_len": st.integers(2, 300),
    "hidden_size": st.sampled_from([1, 2, 5, 16, 24, 40]),
}


@given(**NETS)
@settings(max_examples=40)
def test_the_automatic_interval_equals_qr_at_each_step(**net):
    chain = chain_of(**net)
    each, auto = spectrum(chain, interval=1), spectrum(chain)
    assert np.abs(auto.exponents - each.exponents).max() < 1e-9
    assert (each.intervals == 1).all()
    assert auto.intervals.sum() == auto.steps == chain.steps - auto.warm_up


@given(**NETS)
@settings(max_examples=40)
def test_the_exponents_add_up_to_the_determinant(**net):
    found = spectrum(chain_of(**net))
    assert found.exponents.sum() == pytest.approx(found.log_abs_det, abs=1e-9, rel=1e-11)
    assert (np.diff(found.exponents) <= 0).all()


@pytest.mark.parametrize("init", ["orthogonal", "gaussian"])
def test_equals_the_textbook_loop(init):
    flow = gradient_flow(RNNConfig(init=init, seq_len=400, batch_size=1))
    chain = Chain.vanilla(flow.dphi[:, 0], flow.params.W_h)
    start = orthonormal(np.random.default_rng(3), 64)
    jacobians = [flow.jacobian(t, 0) for t in range(1, 401)]
    found = spectrum(chain, start=start, warm_up=40)
    assert np.abs(found.exponents - textbook(jacobians, 40, start)).max() < 1e-9
    assert found.interval > 3
    assert (found.split is not None) == (init == "gaussian")


def test_a_constant_diagonal_matrix_gives_the_logarithms_of_its_entries():
    entries = np.array([0.5, -2.0, 1e-6, 0.9])
    found = spectrum(Chain.of(np.tile(np.diag(entries), (50, 1, 1))), start=np.eye(4))
    assert np.allclose(found.exponents, -np.sort(-np.log(np.abs(entries))), rtol=0, atol=1e-14)
    assert found.largest == pytest.approx(np.log(2))
    assert found.decades_per_step == pytest.approx(np.log10(2))
    assert found.drift.max() < 1e-13


def test_a_constant_normal_matrix_gives_the_logarithms_of_its_eigenvalues():
    rng = np.random.default_rng(0)
    V, moduli = orthonormal(rng, 6), np.array([1.5, 1.5, 0.7, 0.7, 0.2, 0.01])
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    blocks = np.diag(moduli)
    blocks[:2, :2] = 1.5 * turn
    blocks[2:4, 2:4] = 0.7 * turn
    found = spectrum(Chain.of(np.tile(V @ blocks @ V.T, (2000, 1, 1))), warm_up=200)
    assert np.allclose(found.exponents, np.log(moduli), rtol=0, atol=1e-12)


def test_the_largest_exponent_is_the_slope_of_the_backward_norm():
    flow = gradient_flow(RNNConfig(seq_len=1000, init="gaussian", gain=1.2, batch_size=1))
    found = spectrum(Chain.vanilla(flow.dphi[:, 0], flow.params.W_h))
    curve = flow.log10_norms[:, 0]
    slope = (curve[-1] - curve[100]) / 899  # backwards: what one step further back adds
    assert -slope == pytest.approx(found.decades_per_step, abs=0.005)


@given(seed=st.integers(0, 10**6), n=st.integers(2, 20))
@settings(max_examples=25)
def test_rotated_or_renumbered_units_have_the_same_exponents(seed, n):
    rng = np.random.default_rng(seed)
    js = rng.standard_normal((60, n, n)) / np.sqrt(n)
    V, start, P = orthonormal(rng, n), orthonormal(rng, n), rng.permutation(n)
    plain = spectrum(Chain.of(js), start=start).exponents
    turned = spectrum(Chain.of(V @ js @ V.T), start=V @ start).exponents
    renumbered = spectrum(Chain.of(js[:, P][:, :, P]), start=start[P]).exponents
    assert np.allclose(plain, turned, rtol=0, atol=1e-9)
    assert np.allclose(plain, renumbered, rtol=0, atol=1e-9)


@given(factor=st.sampled_from([1e-200, 1e-20, 0.3, 7.0, 1e150]))
def test_a_factor_shifts_every_exponent_by_its_logarithm(factor):
    js = np.random.default_rng(1).standard_normal((100, 5, 5))
    plain, scaled = spectrum(Chain.of(js)), spectrum(Chain.of(factor * js))
    shift = np.log(factor)
    assert np.allclose(scaled.exponents, plain.exponents + shift, rtol=0, atol=1e-9)
    assert scaled.log_abs_det == pytest.approx(plain.log_abs_det + 5 * shift, abs=1e-9)


def test_both_constructors_say_the_same():
    rng = np.random.default_rng(2)
    dphi, W = rng.uniform(0.1, 1, (200, 20)), rng.standard_normal((20, 20)) / np.sqrt(20)
    one, two = Chain.vanilla(dphi, W), Chain.of(dphi[:, :, None] * W)
    assert np.allclose(one.log_abs_det, two.log_abs_det, atol=1e-10)
    assert np.allclose(spectrum(one).exponents, spectrum(two).exponents, rtol=0, atol=1e-9)
    Q = rng.standard_normal((20, 3))
    assert np.allclose(one.apply(7, Q), two.apply(7, Q))
    assert np.allclose(one.apply_transposed(7, Q), two.apply_transposed(7, Q))
    assert np.allclose(one[5:9].apply(2, Q), two.apply(7, Q))


def test_saturated_units_keep_their_digits():
    """φ' of 1e-30 beside 1: QR of the rows as they come would find rounding errors there."""
    rng = np.random.default_rng(4)
    dphi = 10.0 ** -rng.uniform(0, 30, (300, 12))
    found = spectrum(Chain.vanilla(dphi, rng.standard_normal((12, 12))))
    assert found.exponents[-1] < -60
    assert found.exponents.sum() == pytest.approx(found.log_abs_det, rel=1e-11)


@pytest.mark.parametrize("init", ["gaussian", "orthogonal", "identity"])
def test_dead_units_have_no_exponent_and_leave_the_others_alone(init):
    chain = chain_of(activation="relu", init=init, gain=1.2, seq_len=200, hidden_size=30)
    each, auto = spectrum(chain, interval=1), spectrum(chain)
    finite = np.isfinite(auto.exponents)
    assert 0 < finite.sum() < 30
    assert np.array_equal(finite, np.isfinite(each.exponents))
    assert not np.isnan(auto.exponents).any() and not np.isnan(auto.drift).any()
    assert np.allclose(auto.exponents[finite], each.exponents[finite], rtol=0, atol=1e-9)
    assert auto.log_abs_det == -np.inf


def test_no_more_exponents_than_the_lowest_rank():
    """All of the product's non-zero singular values have one, and only these."""
    rng = np.random.default_rng(5)
    js = rng.standard_normal((40, 6, 6))
    js[10] = rng.standard_normal((6, 4)) @ rng.standard_normal((4, 6))  # rank 4, no row is 0
    js[20, 2] = 0.0
    found = spectrum(Chain.of(js), warm_up=0)
    assert np.isneginf(found.exponents).sum() == 2
    assert found.log_abs_det == -np.inf
    with mpmath.workdps(80):
        log10 = exact_singular_values(js)
    assert found.largest == pytest.approx(log10[0] * np.log(10) / 40, abs=0.1)


def test_a_zero_among_the_columns_does_not_hide_the_others():
    js = np.tile(np.diag([0.0, 2.0, 0.5]), (30, 1, 1))
    js[:, 0, 1] = 1.0
    found = spectrum(Chain.of(js), start=np.eye(3), warm_up=0)
    # e_1 is sent to 0; the second direction keeps both of its components, (1, 2) and then again.
    assert found.exponents[0] == pytest.approx((29 * np.log(2) + np.log(5) / 2) / 30)
    assert found.exponents[1] == pytest.approx(np.log(0.5))
    assert np.isneginf(found.exponents[2])


def test_no_weights_no_exponents():
    found = spectrum(Chain.vanilla(np.ones((20, 4)), np.zeros((4, 4))))
    assert np.isneginf(found.exponents).all() and not found.drift.any()
    assert found.largest == found.log_abs_det == -np.inf
    assert found.interval == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Chain.vanilla(np.ones((3, 2)), np.eye(3)), "W_h"),
        (lambda: Chain.of(np.ones((3, 2, 4))), "jacobians"),
        (lambda: Chain.of(np.full((3, 2, 2), np.nan)), "finite"),
        (lambda: spectrum(Chain.of(np.ones((3, 1, 1))), warm_up=3), "warm_up must be from 0 to 2"),
        (lambda: spectrum(Chain.of(np.ones((3, 1, 1))), interval=0), "interval"),
        (lambda: singular_values(Chain.of(np.ones((3, 1, 1))), [4]), "lags must be from 1 to 3"),
    ],
)
def test_wrong_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# -- singular values


def exact_singular_values(jacobians):
    """log₁₀ σ of the product by mpmath, in its present precision."""
    product = mpmath.eye(jacobians.shape[1])
    for J in jacobians:
        product = mpmath.matrix(J.tolist()) * product
    return [float(mpmath.log10(s)) for s in mpmath.svd_r(product, compute_uv=False)]


def gaussian_products(rng):
    return rng.standard_normal((60, 8, 8))


def saturated_networks(rng):
    return 10.0 ** -rng.uniform(0, 6, (30, 6, 1)) * rng.standard_normal((6, 6))


def tanh_networks(rng):
    return rng.uniform(0, 1, (60, 6, 1)) ** 2 * rng.standard_normal((6, 6))


def near_orthogonal(rng):
    return rng.uniform(0.9, 1, (60, 6, 1)) * orthonormal(rng, 6)


@pytest.mark.parametrize(
    ("draw", "spread"),
    [
        (gaussian_products, 35),
        (saturated_networks, 60),
        (tanh_networks, 60),
        (near_orthogonal, 0),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_singular_values_over_many_decades(draw, spread, seed):
    js = draw(np.random.default_rng(seed))
    lags = [1, 2, 7, len(js)]
    found = singular_values(Chain.of(js), lags)
    for k, row in zip(lags, found, strict=True):
        with mpmath.workdps(300):
            exact = exact_singular_values(js[len(js) - k :])
        assert np.abs(row - exact).max() < 1e-6
    assert exact[0] - exact[-1] > spread


def test_what_cannot_be_known_is_not_reported():
    """One matrix of 25 decades, mixed: float64 has not stored more than the first 16 of them."""
    rng = np.random.default_rng(6)
    V = [orthonormal(rng, 4) for _ in range(4)]
    js = np.stack([V[0] * 10.0 ** -np.array([0, 3, 22, 25]) @ V[1], V[2], V[3]])
    found = singular_values(Chain.of(js))[-1]
    assert np.allclose(found[:2], [0, -3], rtol=0, atol=1e-9)
    assert np.isnan(found[2:]).all()


def test_singular_values_of_a_product_without_full_rank():
    rng = np.random.default_rng(7)
    dphi = (rng.uniform(size=(30, 6)) > 0.1).astype(float)
    W = rng.standard_normal((6, 6))
    found = singular_values(Chain.vanilla(dphi, W), [30])[0]
    with mpmath.workdps(200):
        exact = np.array(exact_singular_values(dphi[:, :, None] * W))
    rank = int((exact > -100).sum())
    assert 0 < rank < 6
    assert np.isneginf(found[rank:]).all()
    assert np.abs(found[:rank] - exact[:rank]).max() < 1e-6


def test_a_short_product_agrees_with_numpy():
    chain = chain_of(seq_len=12)
    product = np.eye(64)
    for k in range(1, 13):
        product = product @ chain.apply(12 - k, np.eye(64))
        plain = np.log10(np.linalg.svd(product, compute_uv=False))
        assert np.allclose(singular_values(chain, [k])[0], plain, rtol=0, atol=1e-9)


@pytest.mark.parametrize("w", [0.3, 1 / 0.3])
def test_ten_thousand_decades_of_one_unit(w):
    found = singular_values(Chain.vanilla(np.ones((20000, 1)), np.array([[w]])), [20000])
    assert abs(found[0, 0]) == pytest.approx(10457.574905606752, abs=1e-8)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_singular_values_multiply_to_the_determinant(activation):
    """For any activation; where some are missing, without a warning."""
    chain = chain_of(activation=activation, seq_len=30, hidden_size=20, init="gaussian")
    found = singular_values(chain, [1, 30])
    assert not np.isposinf(found).any()
    if np.isfinite(found).all():
        assert found[1].sum() * np.log(10) == pytest.approx(chain.log_abs_det.sum(), abs=1e-6)
