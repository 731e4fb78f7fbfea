"""One neuron: every number against PyTorch autograd, against difference quotients, and by hand."""

import decimal
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.network.activations import ACTIVATIONS, LEAK
from rnn_core.studies.one_neuron import (
    EXAMPLES,
    WEIGHTS,
    Neuron,
    finite_differences,
    log10_power,
    mean_gradient,
    one_neuron,
    train,
    update,
)

numbers = st.floats(-4, 4, allow_nan=False).map(lambda v: round(v, 3))
units = st.builds(
    Neuron, w_in=numbers, w_h=numbers, w_out=numbers, activation=st.sampled_from(list(ACTIVATIONS))
)
strings = st.text("01", min_size=1, max_size=12)


def by_autograd(neuron, bits):
    """The same pass by PyTorch: h, y, L, every ∂L/∂h_t and ∂L/∂z_t, and the three gradients."""
    torch = pytest.importorskip("torch")
    phi = {
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, LEAK),
        "linear": lambda z: z * 1.0,
    }.get(neuron.activation) or ACTIVATIONS[neuron.activation].torch(torch)
    w = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in neuron.weights]
    h, zs, hs = torch.zeros((), dtype=torch.float64), [], []
    for bit in bits:
        zs.append(w[0] * float(bit) + w[1] * h)
        h = phi(zs[-1])
        hs.append(h)
        zs[-1].retain_grad()
        h.retain_grad()
    y = w[2] * h
    loss = 0.5 * (y - float(bits[0])) ** 2
    loss.backward()

    def grads(values):
        return np.array([0.0 if v.grad is None else v.grad.item() for v in values])

    return np.array([v.item() for v in hs]), y.item(), loss.item(), grads(hs), grads(zs), grads(w)


@given(units, strings)
def test_every_number_is_pytorchs(neuron, bits):
    p = one_neuron(neuron, bits)
    h, y, loss, delta, dz, gradients = by_autograd(neuron, bits)
    assert p.h == pytest.approx(h, rel=1e-12, abs=1e-300)
    assert p.y == pytest.approx(y, rel=1e-12) and p.loss == pytest.approx(loss, rel=1e-11)
    # PyTorch takes φ' from h and loses digits in saturation: up to 1e-16 of φ' itself per factor.
    size = np.abs(p.delta).max() * max(1.0, abs(neuron.w_h)) ** len(bits)
    assert p.delta == pytest.approx(delta, rel=1e-9, abs=1e-13 * size)
    assert p.dz == pytest.approx(dz, rel=1e-9, abs=1e-13 * size)
    for name, value in zip(WEIGHTS, gradients, strict=True):
        scale = size * max(1.0, float(np.abs(p.h).max()))
        assert p.gradients[name] == pytest.approx(value, rel=1e-9, abs=1e-12 * scale)


@given(units, strings)
def test_the_terms_add_up_to_the_gradient_and_the_shares_to_one(neuron, bits):
    p = one_neuron(neuron, bits)
    for name in ("w_in", "w_h"):
        assert math.fsum(p.terms[name]) == pytest.approx(
            p.gradients[name], rel=1e-12, abs=1e-12 * float(np.abs(p.terms[name]).sum())
        )
        share = p.shares[name]
        assert (share >= 0).all()
        assert share.sum() == pytest.approx(1.0 if p.terms[name].any() else 0.0)
        assert not np.signbit(p.terms[name][p.terms[name] == 0]).any()  # no −0 on screen


@given(units, strings)
def test_a_term_is_the_whole_way_back_multiplied_out(neuron, bits):
    p, T = one_neuron(neuron, bits), len(bits)
    for k in range(T):
        way = p.delta[-1]
        for j in range(T - 1, k, -1):
            way *= p.dphi[j] * neuron.w_h
        assert p.terms["w_in"][k] == pytest.approx(way * p.dphi[k] * p.x[k], rel=1e-12, abs=1e-300)


@given(units, strings)
def test_terms_are_exactly_0_where_there_is_nothing_to_multiply(neuron, bits):
    p = one_neuron(neuron, bits)
    assert p.terms["w_h"][0] == 0  # h_0 = 0
    assert (p.terms["w_in"][p.x == 0] == 0).all()
    assert (p.terms["w_h"][p.before == 0] == 0).all()


@given(units, strings)
def test_difference_quotients_agree_except_across_a_kink(neuron, bits):
    for row in finite_differences(one_neuron(neuron, bits)):
        assert row.agrees or row.kink, row


def test_a_wrong_gradient_would_not_agree():
    p = one_neuron(Neuron(), "101")
    for row in finite_differences(p):
        assert row.agrees and row.relative < 1e-9
        for wrong in (1 + 1e-6, -1.0, 0.0):
            off = type(row)(
                row.weight, wrong * row.gradient, row.measured, row.step, row.error, row.kink
            )
            assert not off.agrees


def test_a_kink_is_recognised():
    rows = {
        r.weight: r
        for r in finite_differences(
            one_neuron(Neuron(w_in=0.8, w_h=0.0, w_out=1.0, activation="relu"), "10")
        )
    }
    assert rows["w_h"].kink and not rows["w_h"].agrees
    assert not rows["w_out"].kink and rows["w_out"].agrees


def test_the_lesson_by_hand():
    """101 with w_in 0.8, w_h 0.5, w_out 1, by the formulas of SCIENCE.md with math.tanh."""
    p = one_neuron(Neuron(w_in=0.8, w_h=0.5, w_out=1.0), "101")
    h1 = math.tanh(0.8)
    h2 = math.tanh(0.5 * h1)
    h3 = math.tanh(0.8 + 0.5 * h2)
    assert p.h.tolist() == pytest.approx([h1, h2, h3], rel=1e-15)
    d3 = h3 - 1.0
    g3 = d3 * (1 - h3**2)
    g2 = g3 * 0.5 * (1 - h2**2)
    g1 = g2 * 0.5 * (1 - h1**2)
    assert p.terms["w_in"].tolist() == pytest.approx([g1, 0, g3], rel=1e-13)
    assert p.terms["w_h"].tolist() == pytest.approx([0, g2 * h1, g3 * h2], rel=1e-13)
    assert p.gradients["w_out"] == pytest.approx(d3 * h3, rel=1e-13)
    assert p.shares["w_in"].tolist() == pytest.approx([0.1114, 0, 0.8886], abs=1e-4)


def test_saturation_keeps_its_digits():
    """1 - h² has none left at z = 19.2; ∂L/∂z must still be right."""
    p = one_neuron(Neuron(w_in=19.2, w_h=1.0, w_out=0.5), "1")
    assert p.dphi[0] == pytest.approx(4 * math.exp(-38.4), rel=1e-13)


def test_bits_and_weights_are_checked():
    for bits in ("", "102", "1" * 13, "abc"):
        with pytest.raises(ValueError, match="bits must be from 1 to 12"):
            one_neuron(Neuron(), bits)
    with pytest.raises(ValueError, match="w_h must be a finite number"):
        Neuron(w_h=math.nan)
    with pytest.raises(ValueError, match="activation must be one of"):
        Neuron(activation="softplus")


# -- learning


def test_an_update_goes_against_the_gradient():
    neuron = Neuron()
    loss, _, gradients = mean_gradient(neuron, EXAMPLES)
    moved = update(neuron, gradients, 0.01)
    for name in WEIGHTS:
        assert getattr(moved, name) == getattr(neuron, name) - 0.01 * gradients[name]
    predicted = -0.01 * sum(g * g for g in gradients.values())
    assert mean_gradient(moved, EXAMPLES)[0] - loss == pytest.approx(predicted, rel=0.02)


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 2.0])
def test_training_gets_all_four_right(rate):
    history = train(Neuron(w_in=0.8, w_h=0.5, w_out=1.0), EXAMPLES, rate)
    assert history.ended == "right"
    assert history.right[0] == 3 and history.right[-1] == 4
    assert (history.right[:-1] < 4).all()  # it stops as soon as they are
    for bits in EXAMPLES:
        p = one_neuron(history.neuron(-1), bits)
        assert (p.y > 0.5) == (bits[0] == "1")
    if rate <= 1:
        assert (np.diff(history.loss) < 0).all()
    assert history.updates == {0.1: 96, 0.5: 20, 1.0: 10, 2.0: 5}[rate]


def test_training_from_random_starts_mostly_succeeds():
    """Ten starts drawn with seed 0, uniform in [0.2, 1.2]: all four strings right."""
    starts = np.random.default_rng(0).uniform(0.2, 1.2, (10, 3))
    ended = [
        train(Neuron(**dict(zip(WEIGHTS, w, strict=True))), EXAMPLES, 0.5).ended for w in starts
    ]
    assert ended.count("right") == 10


def test_divergence_stops_cleanly():
    neuron = Neuron(w_in=0.5, w_h=1.5, w_out=-0.5, activation="linear")
    history = train(neuron, ["100000000001"], 0.1)
    assert history.ended == "not finite" and history.updates >= 1
    assert np.isfinite(history.loss).all() and np.isfinite(history.weights).all()
    assert history.loss[-1] > 1e50


def test_a_dead_unit_is_called_so_and_a_solved_one_is_left_alone():
    dead = train(Neuron(w_in=-1.0, activation="relu"), EXAMPLES, 1.0)
    assert dead.ended == "still" and dead.updates == 0
    solved = train(Neuron(w_in=0.6, w_h=0.8, w_out=0.7), EXAMPLES, 1.0)
    assert solved.ended == "right" and solved.updates == 0


def test_training_in_two_pieces_is_training_in_one():
    neuron = Neuron()
    whole = train(neuron, EXAMPLES, 0.3, most=7, until_right=False)
    first = train(neuron, EXAMPLES, 0.3, most=3, until_right=False)
    second = train(first.neuron(-1), EXAMPLES, 0.3, most=4, until_right=False)
    joined = first.then(second)
    assert np.array_equal(joined.weights, whole.weights)
    assert np.array_equal(joined.loss, whole.loss) and joined.updates == 7


# -- the closed form


@pytest.mark.parametrize(
    ("w", "lag", "value", "digits"),
    [
        (0.9, 10, 0.349, 3),
        (0.9, 50, 0.00515, 3),
        (0.9, 100, 2.66e-5, 3),
        (0.5, 20, 9.54e-7, 3),
        (0.95, 99, 0.00623, 3),
        (1.1, 50, 117, 3),
    ],
)
def test_the_powers_everyone_should_have_seen(w, lag, value, digits):
    assert float(f"{10 ** log10_power(w, lag):.{digits - 1}e}") == value


@given(st.floats(1e-3, 1.5), st.integers(1, 20_000))
def test_powers_are_exact_at_any_depth(w, lag):
    exact = decimal.Context(prec=60).multiply(
        decimal.Decimal(w).log10(decimal.Context(prec=60)), lag
    )
    # One rounding of the answer, and three of extended precision before it.
    bound = 2.0**-53 * abs(float(exact)) + lag * 4 * float(np.finfo(np.longdouble).eps)
    assert abs(decimal.Decimal(log10_power(w, lag)) - exact) <= decimal.Decimal(2 * bound)
    assert log10_power(-w, lag) == log10_power(w, lag)


def test_powers_of_0_and_1():
    assert log10_power(0.0, 5) == -math.inf and log10_power(0.0, 0) == 0.0
    assert log10_power(1.0, 1000) == 0.0
    assert log10_power(0.3, 20_000) == pytest.approx(-10457.574905606752, abs=1e-11)


def test_a_linear_unit_obeys_the_closed_form():
    p = one_neuron(Neuron(w_h=0.9, activation="linear"), "100000000000")
    for lag in range(12):
        ratio = p.delta[-1 - lag] / p.delta[-1]
        assert math.log10(ratio) == pytest.approx(log10_power(0.9, lag), abs=1e-14)
