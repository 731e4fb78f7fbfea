"""A config says what is wrong with a value: the field, the limit, and what it got."""

import numpy as np
import pytest

from rnn_core import CHOICES, LIMITS, RNNConfig


@pytest.mark.parametrize("field", LIMITS)
def test_numbers_beyond_their_limit_are_named(field):
    low, high = LIMITS[field]
    for limit in (low, high):
        whole = int(limit) if isinstance(limit, int) else limit
        assert getattr(RNNConfig(**{field: whole}), field) == limit
    for wrong in (low - 1, high + 1):
        with pytest.raises(ValueError, match=rf"{field} must be from .* to .*, got {wrong}"):
            RNNConfig(**{field: wrong})


@pytest.mark.parametrize("field", LIMITS)
@pytest.mark.parametrize("value", ["3", None, True, 1 + 0j])
def test_what_is_not_a_number_is_named(field, value):
    with pytest.raises(TypeError, match=f"{field} must be .*number"):
        RNNConfig(**{field: value})


@pytest.mark.parametrize("field", ["gain", "input_scale", "start_scale", "bias_scale"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1])
def test_no_infinite_and_no_negative_scale(field, value):
    with pytest.raises(ValueError, match=field):
        RNNConfig(**{field: value})


@pytest.mark.parametrize("field", CHOICES)
def test_unknown_names_list_the_known_ones(field):
    with pytest.raises(ValueError, match=f"{field} must be one of .*{CHOICES[field][0]}.*'nope'"):
        RNNConfig(**{field: "nope"})


def test_a_config_is_a_key_whatever_number_type_made_it():
    assert RNNConfig(seq_len=np.int64(30), gain=np.float32(0.5)) == RNNConfig(seq_len=30, gain=0.5)
    assert hash(RNNConfig(gain=1)) == hash(RNNConfig(gain=1.0))
    assert repr(RNNConfig(gain=np.float64(1))) == repr(RNNConfig(gain=1.0))
