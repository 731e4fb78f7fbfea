"""φ and φ' against exact arithmetic, where floats cancel and where they overflow."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.network.activations import ACTIVATIONS, LEAK

mpmath = pytest.importorskip("mpmath")

EXACT = {
    "tanh": (mpmath.tanh, lambda z: mpmath.sech(z) ** 2),
    "sigmoid": (
        lambda z: 1 / (1 + mpmath.exp(-z)),
        lambda z: mpmath.exp(-abs(z)) / (1 + mpmath.exp(-abs(z))) ** 2,
    ),
    "relu": (lambda z: max(z, 0), lambda z: 1 if z > 0 else 0),
    "leaky_relu": (lambda z: z if z > 0 else z * mpmath.mpf(LEAK), lambda z: 1 if z > 0 else LEAK),
    "linear": (lambda z: z, lambda z: 1),
}
# What the one-line formula of an activation may use.
PLAIN = {n: getattr(mpmath, n) for n in ("tanh", "exp", "log", "sqrt")}
PLAIN |= {"abs": abs, "max": max, "min": min}


def exact(name):
    """φ and φ' in exact arithmetic: by hand, or from its formula on one line."""

    def phi(z):
        return eval(
            ACTIVATIONS[name].plain.format("z").translate({0x2212: "-", 0xB7: "*"}),
            PLAIN | {"z": z},
        )

    return EXACT.get(name) or (phi, lambda z: mpmath.diff(phi, z))


def evaluate(name, z):
    z = np.array([z])
    phi = ACTIVATIONS[name]
    h = phi.phi(z, np.empty_like(z))
    return h[0], phi.dphi(z, h, np.empty_like(z))[0]


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-350, 350))
def test_value_and_derivative_are_exact_to_a_few_ulps_even_when_saturated(name, z):
    with mpmath.workdps(400):
        phi, dphi = exact(name)
        exact_h, exact_d = phi(mpmath.mpf(z)), dphi(mpmath.mpf(z))
        h, d = evaluate(name, z)
        assert abs(mpmath.mpf(float(h)) - exact_h) <= 4e-16 * abs(exact_h) + mpmath.mpf(10) ** -307
        assert abs(mpmath.mpf(float(d)) - exact_d) <= 2e-14 * abs(exact_d) + mpmath.mpf(10) ** -307


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-1e300, 1e300))
def test_derivative_stays_within_its_bound_at_any_size(name, z):
    _, d = evaluate(name, z)
    assert 0.0 <= d <= ACTIVATIONS[name].max_dphi


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if a.homogeneous])
@given(
    # Away from the subnormal numbers, where scaling itself rounds.
    z=st.floats(-1e100, 1e100).filter(lambda z: z == 0 or abs(z) > 1e-250),
    power=st.integers(-50, 50),
)
def test_homogeneous_activations_commute_with_scaling(name, z, power):
    h, d = evaluate(name, z)
    scaled, same = evaluate(name, np.ldexp(z, power))
    assert scaled == np.ldexp(h, power)
    assert same == d


def test_the_familiar_shortcut_is_wrong_in_saturation_and_ours_is_not():
    z = 19.5
    exact = Fraction(4) * Fraction(np.exp(-2 * z)) / (1 + Fraction(np.exp(-2 * z))) ** 2
    assert 1 - np.tanh(z) ** 2 == 0.0
    assert evaluate("tanh", z)[1] == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_phi_may_write_over_its_argument(name):
    z = np.linspace(-3, 3, 11)
    expected = ACTIVATIONS[name].phi(z, np.empty_like(z))
    assert ACTIVATIONS[name].phi(z, z) is z
    assert np.array_equal(z, expected)


@pytest.mark.parametrize("name", [name for name, a in ACTIVATIONS.items() if a.ends])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_between_its_ends_the_slope_is_at_least_what_is_asked(name, share):
    """The values of φ say how flat it is, with the slope itself reached at both ends."""
    activation = ACTIVATIONS[name]
    wanted = share * activation.max_dphi
    z = np.linspace(-30.0, 30.0, 6001)
    value = activation.phi(z, np.empty_like(z))
    slope = activation.dphi(z, value, np.empty_like(z))
    low, high = activation.ends(wanted)
    inside = (low <= value) & (value <= high)
    assert 0 < inside.sum() < len(z)
    assert (slope[inside] >= wanted * (1 - 1e-9)).all() and (slope[~inside] < wanted).all()
