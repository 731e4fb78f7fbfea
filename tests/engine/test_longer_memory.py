"""The curse of memory: ‖∂L/∂θ‖ of the linear recurrent unit against its law; any cell's knob."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig
from rnn_core.cells import CELLS
from rnn_core.cells.called import CALLED
from rnn_core.cells.knob import Knob
from rnn_core.cells.lru import LAMBDA_HIGH, LAMBDA_LOW, long_memory
from rnn_core.studies.longer_memory import (
    knob_of,
    longer_memory,
    plainest,
    sequences_for,
)

LRU = RNNConfig(cell="lru", hidden_size=64, seq_len=60, batch_size=20, input_scale=0.7)


@pytest.mark.parametrize("settings", [{}, {"input_size": 3, "hidden_size": 65}], ids=str)
def test_the_law_of_the_linear_recurrent_unit_is_what_is_measured(settings):
    """Root mean square over 6 seeds, every parameter and |λ|: within a quarter."""
    runs = [longer_memory(replace(LRU, seed=seed, **settings)) for seed in range(6)]
    assert set(runs[0].log10_law) == set(runs[0].log10_norms)
    for names, law in runs[0].log10_law.items():
        squares = [10.0 ** (2 * (run.log10_norms[names] - run.log10_law[names])) for run in runs]
        assert np.sqrt(np.mean(squares, axis=0)) == pytest.approx(np.ones(len(law)), abs=0.25)


@pytest.mark.parametrize("modulus", [0.5, 0.9, 0.99])
def test_of_a_long_sequence_the_law_is_the_closed_form(modulus):
    """γ held still: (1+r)/(1-r)² for ∂h/∂λ, r = |λ|²."""
    r = modulus**2
    law = long_memory(RNNConfig(cell="lru", seq_len=1000, input_scale=1.0), modulus)
    assert law["theta"] == pytest.approx(np.sqrt(r * (1 + r)) / (1 - r), rel=1e-3)
    assert law["nu"] == pytest.approx(-np.log(modulus) * law["theta"])
    assert law["gamma"] == pytest.approx(1 / np.sqrt(1 - r), rel=1e-3)
    assert law["W_x"] == pytest.approx(1.0, rel=1e-3)


def test_over_a_thousand_steps_it_grows_from_28_to_1600():
    """16 sequences, input scale 1: √16 times the law is 28, 283 and 1612 at 0.9, 0.99, 0.999; the
    last would be 2830, did it not take more than 1000 steps to be there."""
    config = RNNConfig(cell="lru", seq_len=1000, batch_size=16, input_scale=1.0)
    expected = [
        4 * np.linalg.norm(list(long_memory(config, v).values())) for v in (0.9, 0.99, 0.999)
    ]
    assert expected == pytest.approx([27.5, 283, 1612], rel=0.01)


@pytest.mark.parametrize(
    "other",
    [{"input": "sine"}, {"input": "zeros"}, {"start_scale": 1.0}, {"loss_kind": "squared_error"}],
)
def test_there_is_no_law_for_another_input_start_or_loss(other):
    assert longer_memory(replace(LRU, seq_len=9, **other)).log10_law == {}


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_a_knob_with_legal_values_and_curves_over_them(cell):
    config = RNNConfig(cell=cell, hidden_size=5, seq_len=11, batch_size=2)
    found = longer_memory(config)
    assert found.values.tolist() == sorted(found.values) and len(found.values) >= 5
    assert {name for names in found.log10_norms for name in names} == set(CELLS[cell].learned)
    assert all(len(curve) == len(found.values) for curve in found.log10_norms.values())
    assert np.isfinite(found.log10_kappa).any() and found.sequences == 2
    assert set(CELLS[cell].learned) <= CALLED.keys()


@pytest.mark.parametrize("cell", CELLS)
def test_the_curve_is_the_same_wherever_the_knob_stands(cell):
    config = RNNConfig(cell=cell, seq_len=9)
    knob = knob_of(config)
    turned = replace(config, **knob.turned(knob.values[2]), loss_at="every")
    assert plainest(turned) == plainest(config)
    assert knob.at(turned) == (knob.values[2], knob.values[2])


def test_a_long_run_makes_do_with_fewer_sequences_and_the_largest_with_none():
    lstm = RNNConfig(cell="lstm", seq_len=60)
    knob = knob_of(lstm)
    assert sequences_for(lstm, knob) == 20
    assert 0 < sequences_for(replace(lstm, seq_len=1000), knob) < 20
    largest = replace(lstm, seq_len=1000, hidden_size=256)
    assert sequences_for(largest, knob) == 0 and longer_memory(largest) is None


def test_a_state_that_leaves_float64_leaves_a_gap():
    found = longer_memory(
        RNNConfig(activation="relu", init="gaussian", gain=1.0, seq_len=900, hidden_size=6)
    )
    curve = found.log10_norms["W_h",]
    assert np.isfinite(curve[:3]).any() and not np.isposinf(curve).any()


def test_a_law_has_a_source():
    with pytest.raises(ValueError, match="source"):
        Knob(settings=(LAMBDA_LOW, LAMBDA_HIGH), values=(0.5,), law=long_memory)


def test_what_the_start_decides_is_no_knob():
    assert knob_of(RNNConfig(cell="gru")).settings[0].name == "update_bias"
    assert knob_of(RNNConfig(cell="gru", start="pytorch")).settings[0].name == "gain"
    assert knob_of(RNNConfig(cell="gru", chrono=50)).settings[0].name == "gain"
    nothing = RNNConfig(cell="min_gru", start="pytorch", seq_len=9)
    assert knob_of(nothing) is None and longer_memory(nothing) is None
