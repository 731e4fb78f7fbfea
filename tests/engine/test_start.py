"""Initialisations have the spectra that their names promise."""

import numpy as np
import pytest

from rnn_core import RNNConfig, inputs, parameters
from rnn_core.network.base_matrix import base_eigenvalues, base_matrix, base_spectral_norm
from rnn_core.network.initialisations import INITIALISATIONS


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
