"""Laws beside the measurement: the comparison is of the same thing, and its sentence is true."""

import re

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.jacobians.product import jacobian_product
from rnn_core.laws import LAWS
from rnn_core.numbers import spoken
from rnn_core.studies.prediction import predict, tightest
from ui.gradient_flow import law_words, words

SMALL = {"seq_len": 20, "hidden_size": 10, "batch_size": 4}


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS)
def test_prediction_and_measurement_are_of_one_loss_and_start_together(cell, loss_at):
    flow = gradient_flow(RNNConfig(cell=cell, loss_at=loss_at, **SMALL))
    for name, law in LAWS.items():
        found = predict(flow, name)
        assert bool(found.missing) == bool(law.missing(flow.config))
        if found.missing:
            assert found.missing.endswith(".")
            continue
        assert found.log10[-1] == 0 and found.measured[-1] == 0
        alone = flow.log10_last - flow.log10_last[-1]
        expected = np.median(alone, axis=1) if found.sequence is None else alone[:, found.sequence]
        assert np.allclose(found.measured, expected)
        if law.upper_bound:
            assert (found.log10 >= found.measured - 1e-9).all()


def test_the_tightest_bound_is_the_lowest_at_step_1():
    flow = gradient_flow(RNNConfig(init="gaussian", **SMALL))
    laws = [predict(flow, name) for name in LAWS]
    bounds = {law.name: law.log10[0] for law in laws if LAWS[law.name].upper_bound}
    assert tightest(laws) == min(bounds, key=bounds.get) == "realised_bound"
    assert tightest([law for law in laws if law.name == "mean_field"]) is None
    said = {label: sentence for label, _, sentence, _ in law_words.theory(flow, laws)}
    assert "The tightest of the bounds shown" in said["realised bound"]
    assert "tightest" not in said["norm bound"]


def test_the_sentence_states_the_numbers_and_the_reason_of_the_run():
    flow = gradient_flow(RNNConfig(init="gaussian", gain=1.5, input_scale=2.0))
    law = predict(flow, "spectral_radius")
    said = law_words.law_sentence(flow, law, tightest=False)
    assert f"{words.plain(abs(law.off), 2)} decades too much" in said
    assert words.percent(float(flow.saturated.mean())) in said
    assert words.plain(float(flow.mean_dphi.mean()), 3) in said


@pytest.mark.parametrize("cell", CELLS)
def test_lambda_max_is_the_one_of_the_memory_section_and_stands_beside_ln_rho(cell):
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL))
    law = predict(flow, "lyapunov")
    exponent = jacobian_product(flow).spectrum.largest
    assert law.sequence == flow.typical_sequence
    assert law.log10[0] == pytest.approx(19 * exponent / np.log(10))
    said = law_words.law_sentence(flow, law, tightest=False)
    assert f"λ_max = {spoken.signed(exponent)}" in said
    assert ("ln ρ = " in said) == (not flow.matrix_is_jacobian)


def test_lambda_max_is_exact_where_one_normal_matrix_acts():
    flow = gradient_flow(RNNConfig(activation="linear", gain=0.8, **SMALL))
    law = predict(flow, "lyapunov")
    assert law.log10[0] == pytest.approx(19 * np.log10(0.8)) and abs(law.off) < 1e-9


def test_mean_field_is_right_where_theory_says_it_is():
    law = predict(gradient_flow(RNNConfig(hidden_size=256, batch_size=64)), "mean_field")
    assert abs(law.off) < 0.03 * abs(law.measured[0])


@pytest.mark.parametrize(
    "config",
    [
        RNNConfig(gain=0.0, **SMALL),
        RNNConfig(activation="relu", input="zeros", **SMALL),
        RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=2),
        RNNConfig(gain=3.0, init="identity", input_scale=5.0, seq_len=300, batch_size=2),
        *(RNNConfig(cell=cell, gain=0.0, **SMALL) for cell in CELLS),
    ],
    ids=lambda c: f"{c.cell}-{c.activation}-{c.gain}",
)
def test_every_sentence_is_whole_at_the_extremes(config):
    flow = gradient_flow(config)
    for _, formula, sentence, when in law_words.theory(flow, [predict(flow, n) for n in LAWS]):
        assert formula and when
        assert sentence.strip().endswith(".")
        assert not re.search(r"\bnan\b|None|inf\b|×–", sentence), sentence


def test_too_many_jacobians_for_exact_singular_values_are_declined_in_words():
    flow = gradient_flow(RNNConfig(hidden_size=128, seq_len=1000, batch_size=1))
    found = predict(flow, "realised_bound")
    assert "1000 Jacobians of 128 × 128" in found.missing
