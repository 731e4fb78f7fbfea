"""Remedies: each was tried, does what it says, and brings the gradient nearer to flowing."""

from dataclasses import replace

import pytest

from rnn_core import RNNConfig, gradient_flow
from ui import run, words

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
        assert after.log10_carried == remedy.log10_carried
        assert abs(after.log10_carried) <= abs(now.log10_carried) / 2
        said = words.remedy(remedy.title, remedy.factor, remedy.log10_carried)
        assert remedy.title in said
    distances = [abs(remedy.log10_carried) for remedy in found]
    assert distances == sorted(distances)
    assert len({round(d, 6) for d in distances}) == len(found)


def test_the_tuned_scale_lets_the_gradient_flow():
    found = run.remedies(RNNConfig(init="gaussian", gain=0.6, input_scale=0.1))
    assert any("W_h scale" in remedy.title and abs(remedy.log10_carried) < 1 for remedy in found)


def test_nothing_is_offered_where_nothing_is_wrong_or_nothing_helps():
    flowing = RNNConfig(input_scale=0.05)
    assert run.remedies(flowing) == []
    assert "Nothing needs mending" in words.no_remedy(gradient_flow(flowing), too_large=False)
    dead = RNNConfig(activation="relu", input="zeros")
    said = words.no_remedy(gradient_flow(dead), too_large=False)
    assert run.remedies(dead) != [] or "None of the changes" in said


def test_what_is_too_large_to_try_is_not_called_hopeless():
    large = RNNConfig(seq_len=1000, hidden_size=256, gain=0.5)
    assert run.too_large_to_try(large)
    assert "too long" in words.no_remedy(gradient_flow(replace(large, seq_len=50)), too_large=True)
