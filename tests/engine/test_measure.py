"""Readings of small curves whose answers one can work out by hand."""

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.flow import measure
from rnn_core.numbers.logdomain import LOG10_MAX_FLOAT32


def test_shares_add_up_at_any_size():
    terms = np.array([[-400.0, -np.inf], [-400.0, -np.inf], [-400.0 + np.log10(2), -np.inf]])
    assert np.allclose(measure.shares(terms)[:, 0], [0.25, 0.25, 0.5])
    assert not measure.shares(terms)[:, 1].any()


def test_reasons_multiply_to_the_mean_step_of_the_typical_sequence():
    for name in ("tanh", "relu", "leaky_relu"):
        flow = gradient_flow(RNNConfig(activation=name, gain=1.3, init="gaussian", batch_size=7))
        curve = flow.log10_norms[:, flow.typical_sequence]
        mean_step = 10 ** ((curve[0] - curve[-1]) / (len(curve) - 1))
        assert flow.reasons.activation * flow.reasons.recurrence == pytest.approx(mean_step)


def test_reasons_with_a_loss_at_every_step_leave_the_direct_terms_out():
    flow = gradient_flow(
        RNNConfig(loss_at="every", init="orthogonal", gain=0.5, activation="linear", seq_len=20)
    )
    assert flow.reasons.recurrence == pytest.approx(0.5)
    assert flow.reasons.activation == pytest.approx(1.0)


def test_the_typical_sequence_is_the_nearest_to_the_median():
    flow = gradient_flow(RNNConfig(init="gaussian", batch_size=9))
    away = np.abs(flow.log10_norms - np.median(flow.log10_norms, axis=1)[:, None]).sum(axis=0)
    assert flow.typical_sequence == int(away.argmin())


def test_float32_gives_up_where_the_state_passes_its_limit():
    flow = gradient_flow(
        RNNConfig(activation="linear", init="orthogonal", gain=2.0, seq_len=300, input="impulse")
    )
    largest = np.abs(flow.hidden).max(axis=(1, 2))
    expected = int((largest > np.finfo(np.float32).max).argmax()) + 1
    assert flow.float32_overflow == expected
    assert pytest.approx(38.53, abs=0.01) == LOG10_MAX_FLOAT32


def test_the_overflow_names_the_sequence_it_happened_in():
    config = RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=5)
    flow = gradient_flow(config)
    with np.errstate(over="ignore", invalid="ignore"):
        plain = np.isinf(flow.hidden[flow.overflow.step]).any(axis=-1)
    assert plain[flow.overflow.sequence]


def test_shares_are_the_mean_over_sequences():
    flow = gradient_flow(RNNConfig(batch_size=3, seq_len=10, init="gaussian"))
    g = np.linalg.norm(
        flow.dphi * np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None]), axis=-1
    )
    terms = np.zeros_like(g)
    terms[1:] = g[1:] * np.linalg.norm(flow.hidden[:-1], axis=-1)
    assert np.allclose(flow.shares, (terms / terms.sum(axis=0)).mean(axis=1))
