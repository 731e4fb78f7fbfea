"""Initialisations have the spectra that their names promise."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow, inputs, parameters
from rnn_core.cells import CELLS
from rnn_core.network.base_matrix import base_eigenvalues, base_matrix, base_spectral_norm
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.start import first_state


def over_seeds(init, measure, H=64):
    return np.mean([measure(init, H, seed) for seed in range(20)])


def radius(*key):
    return abs(base_eigenvalues(*key)[0])


def test_gaussian_has_the_textbook_radius_and_norm():
    assert over_seeds("gaussian", radius) == pytest.approx(1.05, abs=0.05)
    assert over_seeds("gaussian", base_spectral_norm) == pytest.approx(1.94, abs=0.05)


def test_orthogonal_keeps_every_length():
    W = base_matrix("orthogonal", 64, 3)
    assert np.allclose(W.T @ W, np.eye(64), atol=1e-13)
    assert np.allclose(np.abs(base_eigenvalues("orthogonal", 64, 3)), 1.0, atol=1e-12)


def test_entries_have_the_promised_spread():
    std = {
        name: np.std([base_matrix(name, 64, seed) for seed in range(20)])
        for name in ("gaussian", "uniform", "glorot", "small")
    }
    assert std["gaussian"] == pytest.approx(1 / 8, rel=0.02)
    assert std["uniform"] == pytest.approx(1 / 8 / np.sqrt(3), rel=0.02)
    assert std["glorot"] == pytest.approx(1 / 8, rel=0.02)
    assert std["small"] == pytest.approx(0.01, rel=0.02)
    assert np.abs(base_matrix("uniform", 64, 0)).max() <= 1 / 8


def test_sparse_has_fifteen_inputs_per_unit_and_radius_one():
    W = base_matrix("sparse", 64, 5)
    assert (np.count_nonzero(W, axis=1) == 15).all()
    assert radius("sparse", 64, 5) == pytest.approx(1.0, abs=1e-12)


def test_non_normal_peaks_at_736_before_it_decays():
    W = base_matrix("non_normal", 16, 0)
    norms = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(200)]
    assert radius("non_normal", 16, 0) == pytest.approx(0.8)
    assert base_spectral_norm("non_normal", 16, 0) == pytest.approx(1.15, abs=0.01)
    assert int(np.argmax(norms)) == 70
    assert norms[70] == pytest.approx(736, abs=1)


@pytest.mark.parametrize("init", INITIALISATIONS)
@pytest.mark.parametrize("H", [1, 2, 7, 64])
def test_the_exact_radius_is_exact(init, H):
    for target in (0.3, 1.0, 1.7):
        config = RNNConfig(init=init, hidden_size=H, gain=target, scale_sets="radius")
        W = parameters(config).W_h
        assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(target, rel=1e-6)


@pytest.mark.parametrize("init", INITIALISATIONS)
def test_gain_only_multiplies(init):
    one = parameters(RNNConfig(init=init, gain=1.0))
    other = parameters(RNNConfig(init=init, gain=0.25))
    assert np.array_equal(other.W_h, 0.25 * one.W_h)
    assert np.array_equal(other.W_x, one.W_x)


def test_seeds_differ_and_repeat():
    assert np.array_equal(parameters(RNNConfig(seed=4)).W_h, parameters(RNNConfig(seed=4)).W_h)
    assert not np.allclose(parameters(RNNConfig(seed=4)).W_h, parameters(RNNConfig(seed=5)).W_h)


@pytest.mark.parametrize("kind", ["noise", "impulse", "constant", "sine", "zeros"])
def test_a_longer_sequence_begins_with_the_shorter_one(kind):
    short = inputs(RNNConfig(input=kind, seq_len=10, input_scale=0.5))
    long = inputs(RNNConfig(input=kind, seq_len=50, input_scale=0.5))
    assert np.array_equal(short, long[:10])
    assert np.array_equal(inputs(RNNConfig(input=kind, seq_len=10, input_scale=1.0)), 2 * short)


def test_inputs_are_what_they_are_called():
    x = {
        k: inputs(RNNConfig(input=k, seq_len=400, batch_size=64, input_scale=1.0))
        for k in ("noise", "impulse", "constant", "sine", "zeros")
    }
    assert x["noise"].std() == pytest.approx(1.0, rel=0.02)
    assert x["sine"].std() == pytest.approx(1.0, rel=0.02)
    assert (x["impulse"][1:] == 0).all() and (x["impulse"][0] != 0).all()
    assert (x["constant"] == x["constant"][0]).all()
    assert (x["zeros"] == 0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_biases_and_the_first_state_are_drawn_from_their_scales(cell):
    """b_h is N(0, scale²) on top of what the cell begins with; h_0 is the same for every cell."""
    at_0 = RNNConfig(cell=cell, hidden_size=200, batch_size=64)
    config = replace(at_0, bias_scale=0.7, start_scale=1.3)
    before, after = parameters(at_0), parameters(config)
    b = after.b_h - before.b_h
    if "b_h" in CELLS[cell].learned:
        assert b.std() == pytest.approx(0.7, rel=0.15) and abs(b.mean()) < 0.15
        assert not np.isclose(parameters(replace(config, seed=8)).b_h, after.b_h).any()
    else:
        assert not b.any()
    for name in ("W_h", "W_x", "W_y", "b_y"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert first_state(at_0) is None and gradient_flow(replace(at_0, seq_len=2)).trace.start is None
    start = first_state(config)
    assert start.shape == (64, CELLS[cell].states * 200)
    assert start.std() == pytest.approx(1.3, rel=0.03)
    assert np.array_equal(start[:, :200], first_state(replace(config, cell="vanilla")))
    flow = gradient_flow(replace(config, seq_len=2))
    assert np.array_equal(flow.trace.start, start)
    given = gradient_flow(replace(config, seq_len=2), h0=np.zeros_like(start))
    assert not given.trace.start.any()  # what a caller brings goes before what is drawn


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_takes_no_notice_of_what_it_does_not_hear(cell):
    config = RNNConfig(cell=cell, hidden_size=5, seq_len=6, batch_size=2, bias_scale=2.0)
    same = np.array_equal(
        gradient_flow(config).log10_norms, gradient_flow(replace(config, bias_scale=0)).log10_norms
    )
    assert same == ("bias_scale" not in CELLS[cell].hears)


def test_input_size_spreads_the_same_drive_over_more_numbers():
    """W_x ~ N(0, 1/I): z has the same spread whatever I."""
    spread = [
        gradient_flow(RNNConfig(gain=0.0, activation="linear", input_size=I)).hidden.std()
        for I in (1, 8, 64)
    ]
    assert spread == pytest.approx([0.3] * 3, rel=0.15)
