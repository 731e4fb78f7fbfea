"""Remedies: each was tried, does what it says, and brings the gradient nearer to flowing."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from ui import run
from ui.gradient_flow import check_words

CASES = [
    RNNConfig(init="gaussian", gain=0.6, input_scale=0.1),
    RNNConfig(init="gaussian", gain=2.5, input_scale=0.1),
    RNNConfig(init="gaussian", gain=1.5, input_scale=2.0),
    RNNConfig(activation="sigmoid"),
    RNNConfig(activation="relu", init="gaussian", gain=3.0),
    RNNConfig(activation="linear", init="non_normal", hidden_size=32, seq_len=100),
    RNNConfig(loss_at="every", gain=0.5),
]


@pytest.mark.parametrize("config", CASES)
def test_every_remedy_does_what_it_says(config):
    now = gradient_flow(config)
    found = run.remedies(config)
    assert 1 <= len(found) <= 3
    for remedy in found:
        after = gradient_flow(replace(config, **dict(remedy.change)))
        assert after.factor == remedy.factor
        assert after.log10_ratio == remedy.log10_ratio
        assert abs(after.log10_ratio) <= abs(now.log10_ratio) / 2
        said = check_words.remedy(remedy.title, remedy.factor, remedy.log10_ratio)
        assert remedy.title in said
    distances = [abs(remedy.log10_ratio) for remedy in found]
    assert distances == sorted(distances)
    assert len({round(d, 6) for d in distances}) == len(found)


def test_the_tuned_scale_lets_the_gradient_flow():
    found = run.remedies(RNNConfig(init="gaussian", gain=0.6, input_scale=0.1))
    assert any("W_h scale" in remedy.title and abs(remedy.log10_ratio) < 1 for remedy in found)


def test_a_scale_is_found_where_an_end_of_the_slider_would_be_better():
    """At 1.77 twice as near to flowing; at 3, the end, nearer still."""
    config = RNNConfig(
        seq_len=4,
        hidden_size=7,
        batch_size=1,
        activation="relu",
        init="gaussian",
        gain=0.6,
        input="constant",
        input_size=1,
        bias_scale=1,
        start_scale=0,
        seed=70433680,
    )
    (found,) = run.remedies(config)
    scale = dict(found.change)["gain"]
    assert 1 < scale < 2.5
    at_the_end = gradient_flow(replace(config, gain=3.0)).log10_ratio
    assert abs(at_the_end) < abs(found.log10_ratio) <= abs(gradient_flow(config).log10_ratio) / 2


def test_nothing_is_offered_where_nothing_is_wrong_or_nothing_helps():
    flowing = RNNConfig(input_scale=0.05)
    assert run.remedies(flowing) == []
    assert "Nothing needs mending" in check_words.no_remedy(gradient_flow(flowing), too_large=False)
    dead = RNNConfig(activation="relu", input="zeros")
    said = check_words.no_remedy(gradient_flow(dead), too_large=False)
    assert run.remedies(dead) != [] or "None of the changes" in said


def test_what_is_too_large_to_try_is_not_called_hopeless():
    large = RNNConfig(seq_len=1000, hidden_size=256, gain=0.5)
    assert run.too_large_to_try(large)
    assert "too long" in check_words.no_remedy(
        gradient_flow(replace(large, seq_len=50)), too_large=True
    )


def test_what_leads_nowhere_is_not_offered():
    assert run.remedies(RNNConfig(cell="layer_norm", hidden_size=1)) == []
    for cell in CELLS:
        for remedy in run.remedies(RNNConfig(cell=cell, gain=0.5, seq_len=100, hidden_size=8)):
            assert np.isfinite(remedy.log10_ratio) and np.isfinite(remedy.factor)


def test_every_cell_with_a_matrix_is_offered_its_scale():
    titles = [r.title for r in run.remedies(RNNConfig(cell="irnn", gain=0.7))]
    assert any(title.startswith("W_h scale") for title in titles)


def test_a_scale_is_found_where_the_gradient_does_not_grow_with_it():
    """Most ReLUs die between two scales that help: halving the range went past both."""
    config = RNNConfig(
        activation="relu",
        init="gaussian",
        gain=0.6,
        input="constant",
        seq_len=15,
        hidden_size=2,
        batch_size=1,
    )
    assert gradient_flow(config).log10_ratio < -3
    best = run.remedies(config)[0]
    assert best.title.startswith("W_h scale") and abs(best.log10_ratio) < 0.5


def test_an_update_bias_of_4_lets_a_gru_of_uniform_weights_keep_its_gradient():
    """About 10^-12 over 60 steps at 0, 10^-0.45 at 4."""
    config = RNNConfig(cell="gru", seq_len=60, init="uniform")
    assert gradient_flow(config).log10_ratio == pytest.approx(-12, abs=0.5)
    found = {r.title: r for r in run.remedies(config)}
    assert {"Update bias 4", "Update bias 6"} <= set(found)
    assert found["Update bias 4"].log10_ratio == pytest.approx(-0.45, abs=0.05)


def test_the_settings_of_a_cell_are_among_its_remedies():
    closed = RNNConfig(cell="lstm", forget_bias=-2.0, seq_len=100, hidden_size=16)
    assert any("forget_bias" in dict(r.change) for r in run.remedies(closed))
    closed = RNNConfig(cell="gru", update_bias=-2.0, seq_len=100, hidden_size=16)
    assert any("update_bias" in dict(r.change) for r in run.remedies(closed))
    short = RNNConfig(cell="lru", lambda_low=0.5, lambda_high=0.6, seq_len=100, hidden_size=16)
    assert any("lambda_low" in dict(r.change) for r in run.remedies(short))
    wild = RNNConfig(cell="residual", alpha=0.5, activation="linear", seq_len=100, hidden_size=16)
    assert any("alpha" in dict(r.change) for r in run.remedies(wild))
