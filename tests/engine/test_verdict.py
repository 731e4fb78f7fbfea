"""The five words, their rate and their reach: right for curves worked out by hand, never "flowing"
where a curve is fast, and always of what the last loss alone sends back."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig, gradient_flow
from rnn_core.flow.measure import Reasons
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import VERDICTS, cause, verdict
from rnn_core.pytorch.reference import autograd
from tests.tools.networks import small_networks


def straight(seq_len: int, factor: float) -> Reading:
    """A curve that every step back multiplies by `factor`."""
    return Reading(np.arange(seq_len - 1, -1, -1) * math.log10(factor))


# -- the words


@pytest.mark.parametrize(
    ("first", "word"),
    [
        (-math.inf, "vanishing"),
        (-3.001, "vanishing"),
        (-3.0, "fading"),
        (-1.001, "fading"),
        (-1.0, "flowing"),
        (0.0, "flowing"),
        (1.0, "flowing"),
        (1.001, "growing"),
        (3.0, "growing"),
        (3.001, "exploding"),
    ],
)
def test_the_word_is_by_what_arrives_at_step_1(first, word):
    assert verdict(first, 0.0, 60) == word
    assert verdict(first, math.nan, 60) == word


@pytest.mark.parametrize(
    ("seq_len", "factor", "word"),
    [
        (10, 0.5, "fading"),  # halves every step
        (20, 1.39, "growing"),
        (2, 0.2, "fading"),  # within a factor of 10, but in a single step
        (2, 5.0, "growing"),
        (60, 1.0, "flowing"),
        (60, 0.97, "flowing"),
        (100, 0.5, "vanishing"),
    ],
)
def test_a_short_sequence_does_not_hide_a_fast_rate(seq_len, factor, word):
    found = straight(seq_len, factor)
    assert found.verdict == word
    assert found.rate.factor == pytest.approx(factor)
    assert found.reach.log10_ratio == pytest.approx((seq_len - 1) * math.log10(factor))
    if factor != 1:
        assert found.rate.half_life == pytest.approx(math.log(2) / abs(math.log(factor)))


@given(
    st.lists(st.floats(-400, 400) | st.just(-math.inf), min_size=2, max_size=60),
)
def test_the_word_holds_of_the_curve_beside_it(values):
    found = Reading(np.array([*values, 0.0]))
    ratio, (factor, half_life) = values[0], (found.rate.factor, found.rate.half_life)
    fast = half_life < len(found.curve) / 4
    assert found.reach.log10_ratio == ratio
    assert (found.verdict == "vanishing") == (ratio < -3)
    assert (found.verdict == "exploding") == (ratio > 3)
    assert (found.verdict == "flowing") == (-1 <= ratio <= 1 and not fast)
    if -1 <= ratio <= 1 and fast:
        assert found.verdict == ("fading" if factor < 1 else "growing")
    if found.verdict == "fading":
        assert -3 <= ratio < -1 or fast
    assert found.verdict in VERDICTS


@pytest.mark.parametrize(
    ("first", "activation", "recurrence", "why"),
    [
        (-4.0, 0.90, 0.91, "activation"),
        (-4.0, 0.91, 0.90, "recurrence"),
        (-4.0, 1.00, 0.99, "recurrence"),
        (-2.0, 0.5, 0.9, "activation"),
        (2.0, 0.5, 2.2, "recurrence"),
        (4.0, 0.5, 3.0, "recurrence"),
        (0.0, 0.5, 2.0, "balance"),
        (-math.inf, 0.5, 2.0, "zero"),
    ],
)
def test_the_cause_is_the_smaller_factor(first, activation, recurrence, why):
    assert cause(verdict(first, math.nan, 60), first, Reasons(activation, recurrence)) == why


# -- of the last loss alone

configs = small_networks(loss_at="every")


@given(config=configs)
def test_with_a_loss_at_every_step_the_verdict_is_that_of_the_last_loss(config):
    every, last = gradient_flow(config), gradient_flow(replace(config, loss_at="last"))
    assert np.array_equal(every.log10_last, last.log10_norms)
    assert (every.verdict, every.reach, every.zero_until) == (
        last.verdict,
        last.reach,
        last.zero_until,
    )
    assert every.cause == last.cause
    assert every.last_alone.config == last.config and last.last_alone is last


@pytest.mark.parametrize("cell", CHOICES["cell"])
@pytest.mark.parametrize("loss_kind", CHOICES["loss_kind"])
def test_what_the_last_loss_sends_back_is_autograds(cell, loss_kind):
    pytest.importorskip("torch")
    config = RNNConfig(
        cell=cell, loss_at="every", loss_kind=loss_kind, seq_len=12, hidden_size=6, batch_size=3
    )
    alone = gradient_flow(config).last_alone
    found = autograd(alone)
    delta = np.ldexp(alone.sweep.delta, alone.sweep.exponent[..., None])
    assert np.allclose(delta, found.delta, rtol=1e-9, atol=1e-14)


def test_losses_at_every_step_do_not_make_a_vanished_past_flow():
    """The total changes by ×1.1; the last loss sends 1.7·10⁻²⁰ to step 1."""
    flow = gradient_flow(RNNConfig(gain=0.5, loss_at="every"))
    assert flow.verdict == "vanishing"
    assert flow.reach.log10_ratio == pytest.approx(math.log10(1.7e-20), abs=0.05)
    assert flow.total.verdict == "flowing" and abs(flow.total.reach.log10_ratio) < 0.1


# -- what was found to be said wrongly


def test_a_half_life_of_one_step_is_no_flow_however_short_the_sequence():
    flow = gradient_flow(RNNConfig(seq_len=10, gain=0.5, init="orthogonal", input_scale=0.05))
    assert flow.verdict == "fading" and flow.rate.half_life == pytest.approx(1.0, abs=0.01)


def test_a_growth_of_465_is_no_flow():
    flow = gradient_flow(
        RNNConfig(activation="linear", hidden_size=3, init="gaussian", gain=1.73, seq_len=20)
    )
    assert flow.verdict == "growing"
    assert 10**flow.reach.log10_ratio == pytest.approx(465, abs=1)


def test_a_state_that_stays_0_is_known_and_teaches_its_weights_nothing():
    flow = gradient_flow(
        RNNConfig(input="zeros", gain=2.0, init="gaussian", seq_len=60, hidden_size=32)
    )
    assert flow.at_rest and not flow.hidden.any()
    assert flow.rate.factor == pytest.approx(2.20, abs=0.01)
    assert not flow.gradients["W_h"].any() and not flow.shares.any()
    assert not gradient_flow(RNNConfig(input="zeros", activation="sigmoid")).at_rest
    forgets = RNNConfig(input="zeros", gain=0.0, hidden_size=3, batch_size=2)
    elsewhere = gradient_flow(forgets, h0=np.ones((2, 3)))
    assert gradient_flow(forgets).at_rest and not elsewhere.hidden.any() and not elsewhere.at_rest
