"""Remedies of a training: what applies is legal, its PyTorch code runs, and trials count truly."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from rnn_core.cells import CELLS
from rnn_core.remedies import REMEDIES
from rnn_core.remedies.criticality import critical_scale
from rnn_core.remedies.program import program
from rnn_core.remedies.remedy import multiply_adds
from rnn_core.remedies.trials import (
    AS_IT_IS,
    Comparison,
    Trial,
    Trials,
    best,
    helped,
    summaries,
)
from rnn_core.training.config import TrainConfig

SMALL = TrainConfig(length=10, hidden_size=4, batch_size=3)
# What takes every remedy to where it applies.
BEGINNINGS = [
    *(replace(SMALL, cell=cell) for cell in CELLS),
    replace(SMALL, clip="none", optimizer="sgd", init="gaussian", activation="sigmoid"),
    replace(SMALL, truncation=5, precision="float32", gain=2.0, clip="value"),
]


def ran(name, before, after):
    """The names of the program of a remedy, once it has run."""
    names = {}
    exec(program(REMEDIES[name], before, after), names)
    return names


@cache
def applying():
    with_each = ((n, c, r.after(c)) for c in BEGINNINGS for n, r in REMEDIES.items())
    return [(name, before, after) for name, before, after in with_each if after is not None]


def test_every_remedy_applies_somewhere_and_then_changes_something():
    assert {name for name, _, _ in applying()} == set(REMEDIES)
    assert all(before != after for _, before, after in applying())


@pytest.mark.parametrize("name", REMEDIES)
def test_the_program_of_a_remedy_runs_in_pytorch(name):
    """For every beginning that it applies to."""
    for own, before, after in applying():
        if own == name:
            names = ran(name, before, after)
            network, kind = names["network"], names["Network"]
            x = torch.randn(4, after.batch_size, names["I"])
            x = x.to(next(network.parameters()).dtype)
            zeros = x.new_zeros(after.batch_size, after.hidden_size)
            states = after.cell_used.states
            kind.first = (zeros,) * states if states > 1 else zeros
            y, _ = network(x)
            assert y.shape == (after.batch_size, after.problem.output_size)
            assert torch.isfinite(y).all()


def test_orthogonal_code_makes_rotations_and_the_gates_code_opens_the_gate():
    gru = replace(SMALL, cell="gru", gain=0.5)
    names = ran("orthogonal", gru, gru)
    for W in names["network"].cell.weight_hh.detach().split(4):
        assert torch.allclose(W.T @ W, torch.eye(4), atol=1e-5)
    after = REMEDIES["gate_bias"].after(gru)
    z = ran("gate_bias", gru, after)["network"].cell.bias_hh.detach()[4:8]
    assert z.numpy() == pytest.approx(np.log(gru.problem.seq_len), abs=0.01)


@pytest.mark.parametrize(("name", "low"), [("kept_orthogonal", 1.0), ("kept_norm", 0.0)])
def test_the_code_that_keeps_the_matrix_keeps_every_block(name, low):
    gru = replace(SMALL, cell="gru", hidden_size=8, learning_rate=1.0)
    names = ran(name, gru, REMEDIES[name].after(gru))
    for W in names["network"].cell.weight_hh.detach().split(8):
        s = torch.linalg.svdvals(W)
        assert s.max() == pytest.approx(1.0, abs=1e-5) and s.min() > low - 1e-5
        assert (s.min() > 0.99) == (low == 1.0)
    offered = {c for c in CELLS if REMEDIES[name].after(replace(SMALL, cell=c))}
    assert {"vanilla", "irnn", "gru", "slstm"} <= offered
    assert not offered & {"antisymmetric", "cornn", "lru", "min_gru"}
    swapped = REMEDIES["cell_lru"].after(replace(gru, keep_matrix="orthogonal"))
    assert swapped is not None and swapped.keep_matrix == "free"


def test_the_critical_scale_of_linear_units_is_one_and_of_half_slopes_two():
    linear = replace(SMALL, activation="linear", init="gaussian", gain=0.4, hidden_size=32)
    assert critical_scale(linear) == pytest.approx(1.0, abs=0.01)
    relu = replace(linear, activation="relu")
    assert critical_scale(relu) == pytest.approx(np.sqrt(2), abs=0.02)
    assert critical_scale(replace(SMALL, cell="lstm")) is None


def test_what_goes_past_the_limits_of_a_run_does_not_apply():
    large = TrainConfig(task="adding", length=400, hidden_size=256)
    assert REMEDIES["cell_lstm"].after(large) is None
    assert REMEDIES["larger_batch"].after(large) is None


def test_the_products_of_an_update():
    """Forward H·(H + I) a step and H·O at the end, three times, for every sequence."""
    of = SMALL.problem
    step = 4 * 4 + 4 * of.input_size
    assert multiply_adds(SMALL) == 3 * 3 * (of.seq_len * step + 4 * of.output_size)


# -- trials


def trial(name, seed, solved):
    at = np.array([1])
    return Trial(name, seed, 10, solved, "", at, at * 0.5, 2, 3, 10, 0.5, 0.001)


def test_a_remedy_helps_that_solves_more_or_each_sooner():
    before = trial(AS_IT_IS, 1, None), trial(AS_IT_IS, 2, 8)
    assert helped((*before, trial("omega", 1, 9), trial("omega", 2, 9)), "omega")
    assert helped((*before, trial("omega", 1, None), trial("omega", 2, 7)), "omega")
    assert not helped((*before, trial("omega", 1, None), trial("omega", 2, 9)), "omega")
    assert not helped((*before, trial("omega", 1, 5), trial("omega", 2, None)), "omega")
    # A seed that the run itself has not ended proves nothing.
    assert not helped((before[0], trial("omega", 2, 1)), "omega")


def test_none_may_have_helped():
    comparison = Comparison(config=SMALL, seeds=1, updates=1)
    assert best(comparison, (trial(AS_IT_IS, 7, None), trial("omega", 7, None))) is None
    one = best(comparison, (trial(AS_IT_IS, 7, None), trial("omega", 7, 3)))
    assert one is not None and (one.name, one.solved, one.updates) == ("omega", 1, 3.0)


def test_trials_run_everything_once_and_count_their_updates():
    comparison = Comparison(config=SMALL, seeds=2, updates=3)
    trials, made = Trials(comparison), 0
    while trials.step():
        made += 1
    assert trials.done and made == comparison.steps == sum(t.updates for t in trials.found)
    assert [(t.name, t.seed) for t in trials.found] == comparison.order
    rows = summaries(comparison, trials.found)
    assert [row.name for row in rows] == list(comparison.runs) and rows[0].name == AS_IT_IS
    assert all(row.seeds == 2 and 0 <= row.first <= row.length for row in rows)


def test_a_run_that_is_solved_ends_there_and_one_that_breaks_says_what():
    easy = TrainConfig(task="first_bit_3", length=3, cell="gru", hidden_size=8, learning_rate=0.03)
    trials = Trials(Comparison(config=easy, seeds=1, updates=400))
    while not trials.found:
        trials.step()
    (solved,) = trials.found
    assert solved.solved == solved.updates < 400 and not solved.broke
    wild = replace(
        SMALL,
        activation="linear",
        gain=5.0,
        length=60,
        clip="none",
        optimizer="sgd",
        learning_rate=100.0,
    )
    trials = Trials(Comparison(config=wild, seeds=1, updates=30))
    while not trials.found:
        trials.step()
    assert trials.found[0].broke and trials.found[0].solved is None


def test_a_comparison_refuses_seeds_beyond_its_limit():
    with pytest.raises(ValueError, match="seeds must be from 1 to 5, got 6"):
        Comparison(config=SMALL, seeds=6)
