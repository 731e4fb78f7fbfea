"""What is still there later: norms forward in time, and states that start apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import Direct, RNNConfig, gradient_flow, sweep_back
from rnn_core.jacobians.ends import ends
from rnn_core.jacobians.lyapunov import Chain, spectrum
from rnn_core.jacobians.memory import initial_states, memory_norms, trajectories
from rnn_core.jacobians.product import jacobian_product
from rnn_core.jacobians.singular import singular_values
from rnn_core.numbers.logdomain import log10_norm


def network(**settings):
    """A gradient flow of one sequence and the chain of its Jacobians."""
    flow = gradient_flow(RNNConfig(**{"batch_size": 1, **settings}))
    return flow, Chain.vanilla(flow.dphi[:, 0], flow.params.W_h)


# -- norms forward in time

NETS = {
    "gain": st.floats(0.3, 3),
    "init": st.sampled_from(["gaussian", "orthogonal", "non_normal"]),
    "activation": st.sampled_from(["tanh", "sigmoid", "linear", "leaky_relu", "relu"]),
    "seq_len": st.integers(2, 80),
    "hidden_size": st.sampled_from([1, 3, 12]),
}


@given(**NETS)
@settings(max_examples=40)
def test_the_forward_norm_is_that_of_the_product_and_of_its_transpose(**net):
    flow, chain = network(**net)
    found = memory_norms(chain).log10_norm
    T = len(found)
    forward = np.eye(chain.size)
    backward = np.eye(chain.size)
    for t in range(2, T + 1):
        forward = flow.jacobian(t, 0) @ forward
        backward = flow.jacobian(T + 2 - t, 0).T @ backward
        assert 10 ** found[t - 1] == pytest.approx(np.linalg.norm(forward, 2), rel=1e-9)
    assert 10 ** found[-1] == pytest.approx(np.linalg.norm(backward, 2), rel=1e-9)
    assert found[0] == 0.0


@given(**NETS)
@settings(max_examples=30)
def test_it_is_the_largest_singular_value(**net):
    _, chain = network(**net)
    largest = singular_values(chain[1:], [chain.steps - 1])[0, 0]
    assert memory_norms(chain).log10_norm[-1] == pytest.approx(largest, abs=1e-8)


@given(seed=st.integers(0, 10**6), gain=st.floats(0.2, 3))
@settings(max_examples=30)
def test_forward_and_backward_meet_in_the_same_number(seed, gain):
    """vᵀ(J_T … J_2 u) = (vᵀ J_T … J_2)u: the state's side and the gradient's are one product."""
    flow, chain = network(gain=gain, init="gaussian", seed=seed, hidden_size=8, seq_len=30)
    rng = np.random.default_rng(seed)
    u, v = rng.standard_normal((2, 8))
    after = u
    for t in range(2, 31):
        after = flow.jacobian(t, 0) @ after
    swept = sweep_back(flow.params, flow.dphi, Direct(v[None, None]))
    before = np.ldexp(swept.delta[0, 0], swept.exponent[0, 0])
    size = np.linalg.norm(v) * np.linalg.norm(after)
    assert abs(v @ after - before @ u) < 1e-9 * size + 1e-9 * np.linalg.norm(before)
    along = memory_norms(chain, direction=u).log10_direction
    assert along[-1] == pytest.approx(np.log10(np.linalg.norm(after) / np.linalg.norm(u)))
    # Backward with a unit v never exceeds the norm of the product either.
    assert log10_norm(swept.delta, swept.exponent)[0, 0] - np.log10(np.linalg.norm(v)) <= (
        memory_norms(chain).log10_norm[-1] + 1e-9
    )


@given(**NETS)
@settings(max_examples=20)
def test_no_direction_is_louder_than_the_norm(**net):
    _, chain = network(**net)
    found = memory_norms(chain, seed=3)
    assert (found.log10_direction <= found.log10_norm + 1e-9).all()
    assert np.linalg.norm(found.direction) == pytest.approx(1)
    assert np.array_equal(found.direction, memory_norms(chain, seed=3).direction)
    assert found.log10_direction[0] == pytest.approx(0, abs=1e-15)


def test_ten_thousand_decades():
    found = memory_norms(Chain.vanilla(np.ones((20001, 1)), np.array([[0.3]])))
    for curve in (found.log10_norm, found.log10_direction):
        assert curve[-1] == pytest.approx(-10457.574905606752, abs=1e-9)
    huge = memory_norms(Chain.of(np.full((50, 3, 3), 1e250)))
    assert huge.log10_norm[-1] == pytest.approx(49 * (250 + np.log10(3)))
    tiny = memory_norms(Chain.of(np.full((50, 3, 3), 1e-250)))
    assert tiny.log10_norm[-1] == pytest.approx(49 * (-250 + np.log10(3)))


def test_a_product_that_is_zero_is_zero_from_then_on():
    dphi = np.ones((10, 4))
    dphi[5] = 0.0
    found = memory_norms(Chain.vanilla(dphi, np.eye(4)))
    assert not found.log10_norm[:5].any()
    assert np.isneginf(found.log10_norm[5:]).all() and np.isneginf(found.log10_direction[5:]).all()


def test_the_slope_is_the_largest_exponent():
    _, chain = network(seq_len=1000, init="gaussian", gain=1.3, hidden_size=32)
    found = memory_norms(chain).log10_norm
    slope = (found[-1] - found[99]) / 900
    assert slope == pytest.approx(spectrum(chain).decades_per_step, abs=0.005)


@pytest.mark.parametrize("direction", [np.zeros(4), np.ones(3), np.full(4, np.nan)])
def test_a_direction_must_point_somewhere(direction):
    with pytest.raises(ValueError, match="direction"):
        memory_norms(Chain.vanilla(np.ones((5, 4)), np.eye(4)), direction=direction)


# -- states that start apart


def linear(factor):
    return lambda x, s: factor * s


@pytest.mark.parametrize(
    ("factor", "reading"),
    # 0.79^29 = 10^-2.97 is just short of a thousand.
    # 0.97^29 = 0.41 is less than a half, 0.98^29 = 0.56 is not; 1.03^29 = 2.4, 1.02^29 = 1.8.
    [
        (0.78, "forgotten"),
        (0.79, "fading"),
        (0.97, "fading"),
        (0.98, "apart"),
        (1.02, "apart"),
        (1.03, "growing"),
        (1.27, "growing"),
    ],
)
def test_distances_of_a_linear_map_are_powers(factor, reading):
    starts = initial_states(0, 5, 3)
    found = trajectories(linear(factor), np.zeros((29, 2)), starts)
    steps = np.arange(30)
    for curve in (found.log10_median, found.log10_lowest, found.log10_highest):
        assert np.allclose(curve - curve[0], steps * np.log10(factor), rtol=0, atol=1e-12)
    assert found.decades_per_step == pytest.approx(np.log10(factor))
    assert found.log10_ratio == pytest.approx(29 * np.log10(factor))
    read = ends(linear(factor), np.zeros((29, 2)), found)
    assert read.reading == reading and read.affine and not read.chaotic
    assert read.expansion == pytest.approx(np.full(5, np.log(factor)))
    assert found.states.shape == (30, 5, 3) and found.plane.shape == (30, 5, 2)


def test_the_distances_are_those_of_the_pairs():
    starts = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [8.0, 15.0]])
    found = trajectories(linear(1.0), np.zeros((1, 1)), starts)
    d = sorted(np.hypot(*(a - b)) for i, a in enumerate(starts) for b in starts[:i])
    assert 10 ** found.log10_lowest[0] == pytest.approx(d[0])
    assert 10 ** found.log10_highest[0] == pytest.approx(d[-1])
    assert found.log10_median[0] == pytest.approx(np.log10(d[2] * d[3]) / 2)


def test_states_that_share_an_input_merge_to_rounding():
    """A contraction towards a common state other than 0: apart by a rounding error at most."""
    W = 0.3 * np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    found = trajectories(
        lambda x, s: np.tanh(s @ W.T + x), np.full((120, 1), 0.7), initial_states(2, 8, 6)
    )
    assert 15 < found.merged < 40
    assert (found.log10_highest[found.merged :] <= found.log10_rounding[found.merged :]).all()
    assert np.isneginf(found.log10_lowest[-1])
    assert found.log10_ratio < -14
    # The slope is that of the distances that are more than rounding errors.
    assert 10 < found.resolved <= found.merged
    assert found.log10_median[found.resolved] > found.log10_rounding[found.resolved]
    assert -0.9 < found.decades_per_step < -0.4


def test_the_merging_rate_is_the_exponent_of_the_jacobians():
    flow, chain = network(hidden_size=24, gain=0.9, seq_len=150, input_scale=1.0)
    p, x = flow.params, flow.inputs[:, 0]
    found = trajectories(
        lambda x, s: np.tanh(s @ p.W_h.T + x @ p.W_x.T + p.b_h), x, initial_states(7, 6, 24)
    )
    assert found.decades_per_step == pytest.approx(spectrum(chain).decades_per_step, rel=0.3)


def test_chaos_drives_close_states_apart_up_to_the_bounds_of_the_cell():
    W = 3.0 * np.random.default_rng(3).standard_normal((50, 50)) / np.sqrt(50)

    def step(x, s):
        return np.tanh(s @ W.T)

    x = np.zeros((200, 1))
    for starts in (0.5 + initial_states(4, 4, 50, scale=1e-8), initial_states(4, 4, 50)):
        found = trajectories(step, x, starts)
        assert found.log10_median[-1] < np.log10(2 * np.sqrt(50))
        read = ends(step, x, found)
        assert read.reading == "chaos" and 0.1 < read.exponent < 2.0
        assert np.allclose(read.exponent, exponents_along(found, W, 100), rtol=0.05)


def exponents_along(found, W, since):
    """The median over the paths of λ_max of the Jacobians of tanh(W h) along each."""
    largest = [
        spectrum(Chain.vanilla(1 - found.states[1:, k] ** 2, W), warm_up=since).largest
        for k in range(found.states.shape[1])
    ]
    return np.median(largest)


def read(**settings):
    """What the eight starts of the page came to."""
    return jacobian_product(gradient_flow(RNNConfig(**settings))).ends


def test_a_latch_is_two_attractors_and_not_forgetting():
    """tanh(2h) keeps its sign for ever: six of these starts end at +0.9575, two at -0.9575."""
    flow = gradient_flow(RNNConfig(hidden_size=1, gain=2, input="zeros", seed=0))
    product = jacobian_product(flow)
    assert product.ends.reading == "parted" and product.ends.groups == [6, 2]
    last = product.trajectories.states[-1, :, 0]
    assert np.allclose(np.sort(last), [-0.9575] * 2 + [0.9575] * 6, atol=1e-4)
    several = read(input="zeros", hidden_size=8, gain=1.2, init="gaussian")
    assert several.reading == "parted" and several.groups == [6, 2]


@pytest.mark.parametrize("seq_len", [59, 472])
def test_paths_that_rounding_alone_keeps_apart_have_met(seq_len):
    """10⁻¹² apart and nearing no more, they counted as places of their own: 3, and later 7."""
    settings = {"cell": "layer_norm", "hidden_size": 2, "batch_size": 1, "input": "zeros"}
    found = read(seq_len=seq_len, gain=2.0, scale_sets="radius", **settings)
    assert found.reading == "parted" and found.groups == [6, 2]


@pytest.mark.parametrize("seq_len", [60, 1000])
def test_starts_that_never_come_together_are_not_said_to(seq_len):
    """A rotation that tanh holds in: the median distance is 1.92 at step 60, 1.96 at 5000."""
    found = read(input="zeros", hidden_size=8, gain=1.2, seq_len=seq_len)
    assert found.reading == "apart" and found.groups == [1] * 8


def test_starts_that_near_one_another_slowly_have_not_settled():
    """An identity that loses 0.5 % a step, and units that are off: 0.02 decades go unseen in so few
    steps, and would have been 6 attractors."""
    settings = {"cell": "irnn", "hidden_size": 2, "batch_size": 1, "input_scale": 0.0}
    assert read(seq_len=24, **settings).reading == "apart"


def test_a_linear_transient_is_neither_chaos_nor_for_ever():
    """0.8·1 + 0.35·shift: ‖W^k‖ peaks at 736 at k = 70, and then decays."""
    settings = {"activation": "linear", "init": "non_normal", "hidden_size": 16, "gain": 1.0}
    rising = read(seq_len=60, **settings)
    assert rising.reading == "growing" and rising.affine and not rising.chaotic
    assert read(seq_len=400, **settings).reading == "forgotten"


def test_an_expanding_map_that_leaves_every_bound_is_not_chaos():
    for activation in ("relu", "linear"):
        assert read(activation=activation, gain=3.0).reading == "growing"


def test_overflow_ends_the_run_at_its_step_without_nan():
    W = 4.0 * np.random.default_rng(5).standard_normal((20, 20))
    found = trajectories(
        lambda x, s: np.maximum(s @ W.T, 0.0), np.zeros((900, 1)), initial_states(6, 5, 20)
    )
    assert 100 < found.overflow < 900
    assert len(found.states) == len(found.plane) == len(found.log10_median) == found.overflow
    for array in (found.states, found.plane, found.explained, found.log10_highest):
        assert np.isfinite(array).all()
    assert np.isfinite(found.decades_per_step) and found.decades_per_step > 0
    with np.errstate(over="ignore", invalid="ignore"):
        beyond = np.maximum(found.states[-1] @ W.T, 0.0)
    assert not np.isfinite(beyond).all()


def test_the_largest_states_have_finite_distances():
    starts = np.array([[1.7e308, -1.7e308], [-1.7e308, 1.7e308], [1.0, 1.0]])
    found = trajectories(linear(0.5), np.zeros((3, 1)), starts)
    assert found.log10_highest[0] == pytest.approx(np.log10(1.7) + 308 + np.log10(8) / 2)
    assert np.isfinite(found.plane).all() and found.explained.sum() == pytest.approx(1)


def test_the_plane_holds_what_lies_in_a_plane():
    rng = np.random.default_rng(8)
    basis = np.linalg.qr(rng.standard_normal((7, 2)))[0]
    starts = rng.standard_normal((9, 2)) * [3, 1] @ basis.T
    found = trajectories(linear(0.9), np.zeros((10, 1)), starts)
    assert found.explained.sum() == pytest.approx(1) and found.explained[0] > 0.5
    apart = found.states[3, 0] - found.states[3, 1]
    drawn = found.plane[3, 0] - found.plane[3, 1]
    assert np.linalg.norm(drawn) == pytest.approx(np.linalg.norm(apart))
    again = trajectories(linear(0.9), np.zeros((10, 1)), starts)
    assert np.array_equal(found.plane, again.plane)


def test_one_unit_has_one_component():
    found = trajectories(linear(0.5), np.zeros((4, 1)), np.array([[1.0], [2.0]]))
    assert found.explained.tolist() == [1.0, 0.0] and not found.plane[..., 1].any()


def test_equal_starts_are_merged_from_the_start():
    found = trajectories(linear(0.5), np.zeros((4, 1)), np.ones((3, 2)))
    assert found.merged == 0 and found.log10_ratio == 0.0 and found.decades_per_step == 0.0


def test_states_that_merge_at_once_have_no_slope_to_measure():
    found = trajectories(linear(0.0), np.zeros((4, 1)), initial_states(1, 3, 2))
    assert found.merged == 1
    assert ends(linear(0.0), np.zeros((4, 1)), found).reading == "forgotten"
    assert found.decades_per_step == -np.inf


def test_every_copy_sees_the_same_input():
    seen = []

    def step(x, s):
        seen.append(x.copy())
        return s

    x = np.arange(6.0).reshape(3, 2)
    trajectories(step, x, np.zeros((4, 5)))
    assert np.array_equal(np.stack(seen), np.repeat(x[:, None], 4, axis=1))


def test_starts_have_the_asked_size_and_their_own_stream():
    starts = initial_states(7, 2000, 3, scale=0.5)
    assert starts.std() == pytest.approx(0.5, rel=0.05)
    assert np.array_equal(starts[:10], initial_states(7, 10, 3, scale=0.5))
    assert not np.array_equal(starts, initial_states(8, 2000, 3, scale=0.5))


@pytest.mark.parametrize(
    ("x", "starts", "message"),
    [
        (np.zeros(3), np.zeros((2, 2)), "x must be"),
        (np.zeros((3, 1)), np.zeros((1, 2)), "K of at least 2"),
        (np.zeros((3, 1)), np.full((2, 2), np.inf), "not finite"),
    ],
)
def test_wrong_input_is_named(x, starts, message):
    with pytest.raises(ValueError, match=message):
        trajectories(linear(1.0), x, starts)
