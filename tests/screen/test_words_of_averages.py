"""Averages over the steps are those of one sequence, and say no more than they know."""

import re

import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.studies.one_neuron import Neuron, one_neuron
from ui.gradient_flow import captions, words
from ui.one_neuron import words as neuron_words


def test_growth_that_the_losses_make_is_not_put_down_to_W_h():
    """φ′ × 0.16 and W_h × 1.94 is a step that shrinks, under a total that explodes."""
    flow = gradient_flow(
        RNNConfig(
            hidden_size=3,
            seq_len=14,
            batch_size=1,
            init="gaussian",
            gain=2.22,
            input="sine",
            input_scale=0.1,
            loss_at="every",
            loss_kind="squared_error",
            seed=498,
        )
    )
    assert flow.reasons.activation * flow.reasons.recurrence < 0.5
    assert "W_h gives more than" not in words.why(flow)
    grows = gradient_flow(RNNConfig(init="gaussian", gain=2.5, input_scale=0.1))
    assert grows.reasons.activation * grows.reasons.recurrence > 1
    assert "W_h gives more than φ′ takes" in words.why(grows)


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_one_sequences_averages_are_named_beside_the_medians(cell):
    many = gradient_flow(RNNConfig(cell=cell, hidden_size=8, seq_len=20, gain=0.5))
    who = f"sequence {many.typical_sequence + 1}, the one nearest the median"
    assert who in words.why(many)
    if many.gates:
        assert f"on average in {who}" in captions.gate_caption(many)
    one = gradient_flow(RNNConfig(cell=cell, hidden_size=8, seq_len=20, gain=0.5, batch_size=1))
    assert "sequence" not in words.why(one)


def test_the_saturation_of_step_1_is_not_blamed_for_what_steps_2_to_T_multiply():
    found = one_neuron(Neuron(w_in=4.0, w_h=0.1, w_out=1.0), "100")
    assert found.dphi[0] < 0.1 and (found.dphi[1:] > 0.1).all()
    assert "saturated" not in neuron_words.why(found)
    later = one_neuron(Neuron(w_in=4.0, w_h=0.1, w_out=1.0), "011")
    assert re.search("saturated at 2 of those 2 steps", neuron_words.why(later))
