"""What a character model writes: decided by the generator, by its outputs, and by its own past."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, parameters
from rnn_core.cells import CELLS
from rnn_core.flow.forward import forward
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.tasks import problem
from rnn_core.training.sampling import _drawn, sample

HELLO = problem("hello", 26)


def network(cell="gru", of=HELLO, hidden_size=12, dtype=np.float64):
    config = RNNConfig(
        cell=cell,
        hidden_size=hidden_size,
        input_size=of.input_size,
        output_size=of.output_size,
        seq_len=of.seq_len,
    )
    params = parameters(config)
    arrays = {k: v.astype(dtype) for k, v in vars(params).items() if isinstance(v, np.ndarray)}
    return config, replace(params, **arrays)


def write(config, params, prime="he", n=20, temperature=1.0, seed=0, of=HELLO):
    phi = ACTIVATIONS[config.activation_used]
    rng = np.random.default_rng(seed)
    return sample(config.cell_used, params, phi, of, rng, prime, n, temperature)


@pytest.mark.parametrize("cell", CELLS)
def test_at_temperature_0_every_character_is_the_networks_most_probable_next(cell):
    config, params = network(cell)
    written = write(config, params, temperature=0.0)
    whole = "he" + written
    codes = [HELLO.symbols.index(c) for c in whole]
    x = np.eye(HELLO.input_size)[codes][:, None]
    y = forward(config, params, x).h[:, 0] @ params.W_y.T + params.b_y
    assert [HELLO.classes[i] for i in y.argmax(axis=1)[1:-1]] == list(written)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_generator_writes_the_same_text_of_the_texts_characters(cell, dtype):
    config, params = network(cell, dtype=dtype)
    one, two, other = (write(config, params, n=60, seed=s) for s in (1, 1, 2))
    assert one == two != other
    assert len(one) == 60 and set(one) <= set(HELLO.classes)


def test_characters_are_drawn_by_softmax_of_the_outputs_over_the_temperature():
    config, params = network("vanilla")
    # Without W_y the outputs are the biases, whatever was read.
    logits = np.linspace(-1.0, 1.0, HELLO.output_size)
    params = replace(params, W_y=np.zeros_like(params.W_y), b_y=logits)
    for temperature in (0.5, 1.0, 3.0):
        counts = Counter(write(config, params, n=1000, temperature=temperature))
        p = np.exp(logits / temperature)
        p /= p.sum()
        for share, c in zip(p, HELLO.classes, strict=True):
            assert counts[c] / 1000 == pytest.approx(share, abs=4 * np.sqrt(share / 1000))


def test_a_tiny_temperature_is_no_temperature():
    config, params = network()
    assert write(config, params, temperature=1e-300) == write(config, params, temperature=0)


def test_a_broken_network_writes_nothing():
    config, params = network()
    params = replace(params, W_y=np.full_like(params.W_y, np.nan))
    assert write(config, params) == ""


def test_no_characters_asked_none_written():
    config, params = network()
    assert write(config, params, n=0) == ""


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"prime": ""}, ValueError, "prime must have at least 1 character, got 0"),
        ({"prime": "heZ"}, ValueError, "prime must have only characters of the text, got 'Z'"),
        ({"prime": 5}, TypeError, "prime must be a string, got 5"),
        ({"n": -1}, ValueError, "n must be from 0 to 1000, got -1"),
        ({"n": 1001}, ValueError, "n must be from 0 to 1000, got 1001"),
        ({"n": 2.5}, TypeError, "n must be a whole number, got 2.5"),
        ({"temperature": -0.1}, ValueError, "temperature must be 0 or more and finite, got -0.1"),
        ({"temperature": float("nan")}, ValueError, "temperature must be 0 or more .* got nan"),
        ({"temperature": "hot"}, TypeError, "temperature must be a number, got 'hot'"),
    ],
)
def test_what_cannot_be_used_is_named(given, error, message):
    config, params = network()
    with pytest.raises(error, match=message):
        write(config, params, **given)


@pytest.mark.parametrize("name", ["copy", "first_bit", "adding"])
def test_only_character_tasks_can_be_written(name):
    of = problem(name, 30)
    config, params = network(of=of)
    with pytest.raises(ValueError, match=f"task must be one of characters, got '{name}'"):
        write(config, params, prime="0", of=of)


def test_what_has_no_probability_is_never_drawn():
    """Not even by a uniform number of exactly 0."""
    assert _drawn(np.array([-1e9, 0.0, 0.0]), 1.0, 0.0) == 1
    assert _drawn(np.array([0.0, 0.0, -1e9]), 1.0, np.nextafter(1.0, 0.0)) == 1
