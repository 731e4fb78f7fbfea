"""Sensitive: how much small changes of the recurrent weights move what the last loss sees."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.studies.sensitivity import SENSITIVE, log10_sensitivity

SMALL = {"hidden_size": 7, "seq_len": 15, "batch_size": 3, "input_size": 2}


def by_trying(flow, tries=400, size=1e-6):
    """κ by its definition: the weights changed at random, and the network run again."""
    c, b = flow.config, flow.typical_sequence
    cell, phi, rng = c.cell_used, ACTIVATIONS[c.activation_used], np.random.default_rng(0)
    start = None if flow.trace.start is None else flow.trace.start[b : b + 1]
    v = flow.direct.value[-1, b]
    ends = []
    for _ in range(tries):
        changed = {}
        if cell.relative is not None:  # |λ| · (1 + ε): ln|λ| is -exp(ν)
            noise = size * rng.standard_normal(flow.params.nu.shape)
            changed["nu"] = np.log(np.exp(flow.params.nu) - noise)
        else:
            for name in cell.recurrent:
                value = getattr(flow.params, name)
                changed[name] = value * (1 + size * rng.standard_normal(value.shape))
        params = replace(flow.params, **changed)
        ends.append(unroll_stepwise(cell, params, flow.inputs[:, b : b + 1], phi, start).h[-1, 0])
    h = flow.hidden[-1, b]
    moved = np.sqrt(np.mean(((np.array(ends) - h) @ v) ** 2)) / size
    return moved * math.sqrt(c.hidden_size) / (np.linalg.norm(v) * np.linalg.norm(h))


@pytest.mark.parametrize("begins", [{}, {"start_scale": 1.0, "bias_scale": 0.5}], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_what_a_random_change_of_the_weights_does(cell, begins):
    """To the 10 % that 400 random changes know it."""
    flow = gradient_flow(RNNConfig(cell=cell, gain=1.2, **SMALL, **begins))
    assert 10 ** log10_sensitivity(flow) == pytest.approx(by_trying(flow), rel=0.15)


@pytest.mark.parametrize("loss_kind", ["direction", "squared_error"])
def test_it_is_of_the_last_loss_alone(loss_kind):
    every = RNNConfig(loss_at="every", loss_kind=loss_kind, **SMALL)
    last = replace(every, loss_at="last")
    found = log10_sensitivity(gradient_flow(every))
    assert found == pytest.approx(log10_sensitivity(gradient_flow(last)), abs=1e-12)


@pytest.mark.parametrize("modulus", [0.5, 0.9, 0.99])
def test_the_curse_of_memory_is_the_closed_form(modulus):
    """h = λh + x, white x, γ kept: rms ∂h/∂ln|λ| over rms h is √(r(1+r))/(1-r), r = |λ|²."""
    r = modulus**2
    expected = math.sqrt(r * (1 + r)) / (1 - r)
    found = [
        log10_sensitivity(
            gradient_flow(
                RNNConfig(
                    cell="lru",
                    lambda_low=modulus,
                    lambda_high=modulus,
                    hidden_size=128,
                    seq_len=1000,
                    batch_size=1,
                    input_size=32,
                    seed=seed,
                )
            )
        )
        for seed in range(6)
    ]
    assert 10 ** np.mean(found) == pytest.approx(expected, rel=0.15)


def test_a_long_memory_is_sensitive_where_its_gradient_flows():
    """|λ| from 0.999 to 0.9999 over 1000 steps: nothing vanishes, and 1 % throws the output."""
    long = {"lambda_low": 0.999, "lambda_high": 0.9999, "seq_len": 1000, "batch_size": 2}
    flow = gradient_flow(RNNConfig(cell="lru", **long))
    assert flow.verdict == "flowing" and log10_sensitivity(flow) > SENSITIVE
    short = gradient_flow(RNNConfig(cell="lru", lambda_low=0.9, lambda_high=0.95, seq_len=60))
    assert log10_sensitivity(short) < SENSITIVE
    assert log10_sensitivity(gradient_flow(RNNConfig(gain=0.5))) < SENSITIVE


def test_chaos_is_sensitive():
    """There the gradient grows with it: it is no hidden danger, and the word holds all the same."""
    flow = gradient_flow(
        RNNConfig(activation="tanh", init="gaussian", gain=3.0, input_scale=0.1, seq_len=400)
    )
    assert log10_sensitivity(flow) > 6


def test_where_there_is_nothing_to_compare_with_there_is_no_number():
    assert math.isnan(log10_sensitivity(gradient_flow(RNNConfig(input="zeros", **SMALL))))
    assert log10_sensitivity(gradient_flow(RNNConfig(gain=0.0, **SMALL))) == -math.inf
    over = RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=2)
    assert math.isnan(log10_sensitivity(gradient_flow(over)))
