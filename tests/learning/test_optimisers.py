"""Optimisers, clipping and the regulariser, each alone, against what PyTorch does."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import clipping
from rnn_core.pytorch.functions import functions
from rnn_core.training.kept import KEPT, keep
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.regulariser import omega

sizes = st.integers(1, 12)
exponents = st.integers(-12, 12)
seeds = st.integers(0, 2**32 - 1)


def like_torch(kind: str, theta: torch.Tensor, learning_rate: float, momentum: float):
    if kind == "adam":
        return torch.optim.Adam([theta], lr=learning_rate)
    if kind == "rmsprop":
        return torch.optim.RMSprop([theta], lr=learning_rate)
    return torch.optim.SGD(
        [theta], lr=learning_rate, momentum=momentum if kind == "momentum" else 0.0
    )


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("kind", OPTIMISERS)
@given(
    seed=seeds,
    size=sizes,
    exponent=exponents,
    rates=st.lists(st.floats(1e-6, 10.0), min_size=1, max_size=30),
    momentum=st.floats(0.0, 0.999),
    silent=st.booleans(),
)
def test_every_step_of_an_optimiser_is_torch_optims(
    kind, precision, seed, size, exponent, rates, momentum, silent
):
    """Gradients of any size, exact zeros among them, and a learning rate that changes."""
    rng = np.random.default_rng(seed)
    theta = rng.standard_normal(size).astype(precision)
    reference = torch.tensor(theta, requires_grad=True)
    ours = OPTIMISERS[kind](size, theta.dtype, momentum)
    theirs = like_torch(kind, reference, rates[0], momentum)
    moved = np.abs(theta).astype(float)
    for rate in rates:
        g = (10.0**exponent * rng.standard_normal(size)).astype(precision)
        g[: size // 2] *= not silent
        before = theta.copy()
        ours.step(theta, g, rate)
        reference.grad = torch.tensor(g)
        theirs.param_groups[0]["lr"] = rate
        theirs.step()
        moved += np.abs(theta - before)
        # Rounding is of the sizes that were added up, which may cancel.
        tolerance = 1e-13 if precision == "float64" else 3e-5
        assert (np.abs(theta - reference.detach().numpy()) <= tolerance * moved).all()
    assert theta.dtype == precision


def test_the_first_step_of_momentum_has_none():
    """PyTorch's buffer starts as the gradient, not as (1 - μ) of it."""
    theta = np.zeros(3)
    optimiser = OPTIMISERS["momentum"](3, theta.dtype, 0.9)
    optimiser.step(theta, np.ones(3), 0.1)
    assert np.allclose(theta, -0.1)
    optimiser.step(theta, np.ones(3), 0.1)
    assert np.allclose(theta, -0.1 - 0.19)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    for size in (1e-3, 1.0, 1e6):
        theta = np.zeros(2)
        OPTIMISERS["adam"](2, theta.dtype, 0.0).step(theta, np.array([size, -size]), 0.01)
        assert theta == pytest.approx([-0.01, 0.01], rel=1e-4)


# -- clipping


@given(
    seed=seeds,
    shapes=st.lists(st.tuples(sizes, sizes), min_size=1, max_size=4),
    exponent=st.integers(-30, 30),
    limit=st.floats(1e-4, 1e4),
)
@example(seed=0, shapes=[(1, 1)], exponent=0, limit=1.0)
def test_clipping_by_norm_is_torchs_over_all_parameters_together(seed, shapes, exponent, limit):
    rng = np.random.default_rng(seed)
    parts = [10.0**exponent * rng.standard_normal(shape) for shape in shapes]
    weights = [torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    for weight, part in zip(weights, parts, strict=True):
        weight.grad = torch.tensor(part)
    total = float(torch.nn.utils.clip_grad_norm_(weights, limit))
    whole = np.concatenate([part.ravel() for part in parts])
    found = np.concatenate([weight.grad.numpy().ravel() for weight in weights])
    assert np.linalg.norm(whole) == pytest.approx(total, rel=1e-12)
    assert clipping.by_norm(whole, limit) == pytest.approx(found, rel=1e-12, abs=0.0)
    assert np.linalg.norm(clipping.by_norm(whole, limit)) <= limit * (1.0 + 1e-12)
    if total < 0.99 * limit - clipping.NORM_EPS:
        assert clipping.norm_factor(total, limit) == 1.0


def test_a_gradient_of_exactly_the_threshold_is_shortened_by_a_millionth_as_in_torch():
    weight = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    weight.grad = torch.full((4,), 0.5, dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    clipped = clipping.by_norm(np.full(4, 0.5), 1.0)
    assert np.array_equal(clipped, weight.grad.numpy())
    assert np.linalg.norm(clipped) == pytest.approx(1.0 - 1e-6, rel=1e-9)


@given(
    g=arrays.arrays(np.float64, st.tuples(sizes), elements=st.floats(-1e6, 1e6)),
    limit=st.floats(1e-6, 1e3),
)
def test_clipping_by_value_is_torchs(g, limit):
    weight = torch.zeros(len(g), dtype=torch.float64, requires_grad=True)
    weight.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_value_([weight], limit)
    assert np.array_equal(clipping.by_value(g, limit), weight.grad.numpy())


@pytest.mark.parametrize("precision", ["float64", "float32"])
@given(seed=seeds, rows=sizes, columns=sizes, limit=st.floats(1e-3, 10.0))
def test_each_tensor_alone_is_clipped_as_by_torchs_norm(precision, seed, rows, columns, limit):
    parts = np.random.default_rng(seed).standard_normal((2, rows, columns)).astype(precision)
    weights = [torch.zeros(part.shape, dtype=getattr(torch, precision)) for part in parts]
    for weight, part in zip(weights, parts, strict=True):
        weight.grad = torch.tensor(part)
        torch.nn.utils.clip_grad_norm_([weight], limit)
    clipping.by_tensor(parts, limit)
    for weight, part in zip(weights, parts, strict=True):
        assert part == pytest.approx(weight.grad.numpy(), rel=1e-5)


@given(seed=seeds, rows=sizes, columns=sizes, ratio=st.floats(1e-3, 10.0))
def test_no_units_gradient_is_longer_than_its_part_of_the_weights(seed, rows, columns, ratio):
    """Those that are shorter stay; each keeps its direction, and a vector is one unit."""
    rng = np.random.default_rng(seed)
    W, g = rng.standard_normal((2, rows, columns))
    w, v = rng.standard_normal((2, columns))
    matrix, vector = g.copy(), v.copy()
    clipping.by_unit((matrix, vector), (W, w), ratio)
    for own, raw, found in [*zip(W, g, matrix, strict=True), (w, v, vector)]:
        most = ratio * max(np.linalg.norm(own), 1e-3)
        size = np.linalg.norm(raw)
        assert np.linalg.norm(found) <= most * (1 + 1e-12)
        assert found == pytest.approx(raw * min(1.0, most / size), rel=1e-12)


@given(seed=seeds, size=sizes, first=st.integers(-150, 150), second=st.integers(-150, 150))
def test_the_cosine_is_torchs_and_holds_where_torchs_underflows(seed, size, first, second):
    a, b = np.random.default_rng(seed).standard_normal((2, size))
    expected = float(torch.nn.functional.cosine_similarity(*map(torch.tensor, (a, b)), dim=0))
    assert clipping.cosine(a * 10.0**first, b * 10.0**second) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("bad", [0.0, math.inf, math.nan])
def test_there_is_no_cosine_with_nothing_or_with_what_is_not_finite(bad):
    assert math.isnan(clipping.cosine(np.full(3, bad), np.ones(3)))
    assert math.isnan(clipping.cosine(np.ones(3), np.full(3, bad)))


# -- the regulariser


def omega_by_torch(W_h: torch.Tensor, dphi: np.ndarray, delta: np.ndarray) -> torch.Tensor:
    """Ω as its formula says, one step and sequence after the other."""
    terms = []
    for t in range(1, len(delta)):
        for slope, d in zip(dphi[t], delta[t], strict=True):
            J = torch.diag(torch.tensor(slope)) @ W_h
            d = torch.tensor(d)
            if bool(d.any()):
                terms.append(((J.T @ d).norm() / d.norm() - 1.0) ** 2)
    return torch.stack(terms).mean()


@given(
    seed=seeds,
    T=st.integers(2, 6),
    B=st.integers(1, 4),
    H=st.integers(1, 6),
    activation=st.sampled_from(list(ACTIVATIONS)),
    gain=st.floats(0.01, 5.0),
)
def test_omega_and_its_gradient_are_those_of_autograd(seed, T, B, H, activation, gain):
    rng = np.random.default_rng(seed)
    W_h = gain * rng.standard_normal((H, H))
    z = torch.tensor(rng.standard_normal((T, B, H)), requires_grad=True)
    (slope,) = torch.autograd.grad(functions(activation).phi(z).sum(), z)
    delta = rng.standard_normal((T, B, H))
    delta[1:, 0] *= rng.random() < 0.7 or B == 1  # no gradient reaches this sequence
    weight = torch.tensor(W_h, requires_grad=True)
    expected = omega_by_torch(weight, slope.numpy(), delta)
    value, gradient = omega(W_h, slope.numpy(), delta)
    assert value == pytest.approx(expected.item(), rel=1e-9, abs=1e-15)
    found = torch.autograd.grad(expected, weight)[0].numpy()
    assert np.allclose(gradient, found, rtol=1e-8, atol=1e-10 * max(1.0, np.abs(found).max()))


def test_omegas_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(3)
    W_h, direction = rng.standard_normal((2, 5, 5))
    dphi, delta = rng.random((4, 3, 5)), rng.standard_normal((4, 3, 5))
    step = 1e-6
    up, down = (omega(W_h + sign * step * direction, dphi, delta)[0] for sign in (1, -1))
    _, gradient = omega(W_h, dphi, delta)
    assert (gradient * direction).sum() == pytest.approx((up - down) / (2 * step), rel=1e-7)


def test_omega_sees_only_the_direction_of_a_gradient():
    rng = np.random.default_rng(4)
    W_h, dphi = rng.standard_normal((4, 4)), rng.random((5, 2, 4))
    delta = rng.standard_normal((5, 2, 4))
    sizes = 10.0 ** rng.integers(-250, 250, (5, 2, 1))
    value, gradient = omega(W_h, dphi, delta)
    again, also = omega(W_h, dphi, sizes * delta)
    assert again == pytest.approx(value, rel=1e-12)
    assert np.allclose(also, gradient, rtol=1e-10)


def test_an_orthogonal_linear_network_has_no_omega_and_nothing_to_say_gives_none():
    rng = np.random.default_rng(5)
    Q, _ = np.linalg.qr(rng.standard_normal((6, 6)))
    ones, delta = np.ones((4, 3, 6)), rng.standard_normal((4, 3, 6))
    value, gradient = omega(Q, ones, delta)
    assert value < 1e-30 and np.abs(gradient).max() < 1e-14
    assert omega(Q, ones, 0.0 * delta)[0] == 0.0
    assert not omega(Q, 0.0 * ones, delta)[1].any()


# -- what is kept of W_h


@given(seed=seeds, H=sizes, gates=st.integers(1, 4), scale=st.floats(0.01, 10.0))
def test_what_is_kept_is_the_nearest_within_the_bounds_and_already_there_the_next_time(
    seed, H, gates, scale
):
    """Nearest: no other matrix within the bounds is nearer, as the step to it makes no acute angle
    with what was taken away."""
    rng = np.random.default_rng(seed)
    W = scale * rng.standard_normal((gates * H, H))
    by_norm = W.copy()
    keep(by_norm, KEPT["norm1"])
    for before, after in zip(W.reshape(-1, H, H), by_norm.reshape(-1, H, H), strict=True):
        assert np.linalg.norm(after, 2) <= 1.0 + 1e-13
        other, _ = np.linalg.qr(rng.standard_normal((H, H)))
        assert ((before - after) * (rng.random() * other - after)).sum() <= 1e-10 * (1 + scale)
    again = by_norm.copy()
    keep(again, KEPT["norm1"])
    assert np.allclose(again, by_norm, rtol=0, atol=1e-13)

    turned = W.copy()
    keep(turned, KEPT["orthogonal"])
    for before, after in zip(W.reshape(-1, H, H), turned.reshape(-1, H, H), strict=True):
        assert np.allclose(after.T @ after, np.eye(H), rtol=0, atol=1e-13)
        # The polar factor: what is left of W behind it is symmetric and positive.
        stretch = after.T @ before
        assert np.allclose(stretch, stretch.T, rtol=0, atol=1e-12 * (1 + scale))
        assert np.linalg.eigvalsh(stretch).min() > -1e-12 * (1 + scale)


def test_a_matrix_within_the_bound_is_left_as_it_is():
    W = 0.1 * np.random.default_rng(0).standard_normal((8, 4))
    kept = W.copy()
    keep(kept, KEPT["norm1"])
    assert np.array_equal(kept, W) and np.linalg.norm(W[:4], 2) < 1.0
