"""Which parameter feels a gradient: every cell's terms add up to its gradient, gate by gate."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.studies import felt as study
from rnn_core.studies.felt import felt
from rnn_core.studies.whole_gradient import gradient_of

SMALL = {"hidden_size": 6, "seq_len": 13, "batch_size": 3, "input_size": 2, "start_scale": 0.5}


def of_the_tape(flow, b):
    """∂L_T/∂θ of one sequence by the cell's own tape."""
    alone, one = flow.last_alone.sweep, slice(b, b + 1)
    found = gradient_of(flow.trace.tape.only(b, 1), alone.delta[:, one], alone.exponent[:, one])
    return {name: part * 2.0**found.exponent for name, part in found.parts.items()}


@pytest.mark.parametrize("settings", [{}, {"loss_at": "every"}, {"gain": 1e-30}], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_the_terms_of_each_gate_add_up_to_its_part_of_the_gradient(cell, settings):
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL, **settings))
    found, whole = felt(flow), of_the_tape(flow, flow.typical_sequence)
    config = flow.config
    sizes = config.cell_used.rows(config.hidden_size)
    seen = set()
    for part in found.parts:
        for name in part.names:
            rows = whole[name]
            if part.gate:
                at = config.cell_used.gates.index(part.gate)
                rows = np.split(rows, np.cumsum(sizes)[:-1])[at]
            size = np.linalg.norm(rows)
            assert 10.0**part.log10_norm == pytest.approx(size, rel=1e-9, abs=1e-300)
            seen.add((name, part.gate))
        # No sum is longer than its terms laid end to end, and no band more than the whole.
        assert size <= np.sum(10.0**part.log10_terms) * (1 + 1e-9)
        assert part.by_lag.sum() == pytest.approx(1.0 if part.shares.any() else 0.0)
        assert len(part.by_lag) == len(found.bands) == 3
    assert {name for name, _ in seen} == set(config.cell_used.learned)


@pytest.mark.parametrize("cell", CELLS)
def test_a_term_is_what_the_parameter_would_learn_of_one_step_alone(cell):
    """δ_t at one step and 0 elsewhere, through the cell's own tape."""
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL))
    b, t = flow.typical_sequence, 7
    delta = np.zeros_like(flow.sweep.delta[:, b : b + 1])
    delta[t] = flow.sweep.delta[t, b]
    exponent = flow.sweep.exponent[:, b : b + 1]
    one = gradient_of(flow.trace.tape.only(b, 1), delta, exponent)
    for name in flow.config.cell_used.learned:
        squares = [
            10.0 ** (2 * part.log10_terms[t]) for part in felt(flow).parts if name in part.names
        ]
        expected = np.linalg.norm(one.parts[name]) * 2.0**one.exponent
        assert np.sqrt(sum(squares)) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_steps_at_once_make_no_difference(monkeypatch):
    flow = gradient_flow(RNNConfig(cell="gru", **SMALL))
    whole = felt(flow)
    monkeypatch.setattr(study, "NUMBERS", 2 * SMALL["hidden_size"] ** 2)
    for one, other in zip(whole.parts, felt(flow).parts, strict=True):
        assert np.allclose(one.log10_terms, other.log10_terms, rtol=1e-12)
        assert one.log10_norm == pytest.approx(other.log10_norm, abs=1e-12)


def test_two_parameters_of_one_gradient_are_one_part():
    def names(cell):
        return {part.names for part in felt(gradient_flow(RNNConfig(cell=cell, **SMALL))).parts}

    assert names("vanilla") == {("W_h",), ("W_x",), ("b_h", "b_x")}
    # The GRU's new value has its reset gate between the state's bias and the input's.
    assert {("b_h", "b_x"), ("b_h",), ("b_x",)} <= names("gru")


def test_of_a_vanishing_gradient_the_old_steps_have_no_share_though_their_terms_are_there():
    flow = gradient_flow(RNNConfig(gain=0.5, seq_len=200, hidden_size=8, batch_size=1))
    found = felt(flow)
    assert found.bands == ((0, 0), (1, 9), (10, 99), (100, 199))
    recurrent = found.parts[0]
    assert 0 < recurrent.by_lag[-1] < 1e-25 and recurrent.by_lag[:2].sum() > 0.99
    assert np.isfinite(recurrent.log10_terms[1:]).all()


def test_where_the_state_has_overflown_there_is_none():
    over = RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=2)
    assert felt(gradient_flow(over)) is None
    still = felt(gradient_flow(replace(over, seq_len=5, input="zeros")))
    assert still.parts[0].log10_norm == -np.inf and not still.parts[0].shares.any()
