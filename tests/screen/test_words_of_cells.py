"""What is said of the cells and of the laws is of this run and this sequence."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.flow.sweep import Sweep
from rnn_core.laws import LAWS
from rnn_core.numbers import spoken
from rnn_core.pytorch.reference import compare
from rnn_core.studies.prediction import OFF, Prediction, forward_of
from ui import run
from ui.gradient_flow import captions, check_words, figures, law_words, river, words
from ui.look import norms

SMALL = {"seq_len": 20, "hidden_size": 8, "batch_size": 3, "init": "gaussian"}
GATED = ("gru", "lstm")
SEED_OF_ANOTHER = {"gru": 3, "lstm": 1}  # the typical sequence is not the first


def small(cell, **more):
    return gradient_flow(RNNConfig(cell=cell, **(SMALL | more)))


def with_gates(cell, **values):
    """A run whose gates hold these values, each one number or (T, B, H)."""
    flow = small(cell)
    gates = {n: np.broadcast_to(v, flow.hidden.shape) for n, v in values.items()}
    return replace(flow, trace=replace(flow.trace, gates=gates))


# -- words of the cells


def test_the_means_in_the_reason_are_those_of_the_gates_they_name():
    lstm = words.why(with_gates("lstm", i=0.11, f=0.22, g=0.33, o=0.44))
    assert "keeps f = 0.22 of c_{t−1}" in lstm and "i 0.11, o 0.44" in lstm
    gru = words.why(with_gates("gru", r=0.11, z=0.22, n=0.33))
    assert "keeps z = 0.22 of h_{t−1}" in gru and "r 0.11" in gru


@pytest.mark.parametrize("cell", [name for name, cell in CELLS.items() if not cell.two_factors])
def test_the_reason_states_what_one_step_does_in_the_typical_sequence(cell):
    flow = small(cell, gain=1.5, input_scale=2.0)
    b = flow.typical_sequence
    steps = flow.log10_norms[:-1, b] - flow.log10_norms[1:, b]
    assert flow.step_factor == pytest.approx(10 ** steps.mean(), rel=1e-9)
    assert f"by {spoken.from_log10(steps.mean())} in one step" in words.why(flow)


def test_the_typical_sequence_is_not_always_the_first():
    """The test above tells sequences apart only if this holds."""
    runs = [small(cell, gain=1.5, input_scale=2.0) for cell in CELLS]
    assert any(flow.typical_sequence != 0 for flow in runs)


def test_what_is_kept_is_handed_on_as_it_is_or_times_the_share():
    residual, leaky = small("residual", alpha=0.25), small("leaky", alpha=0.25)
    assert "J_t = 1 + 0.25·diag" in words.why(residual) and "as it is" in words.why(residual)
    assert "J_t = 0.75·1 + 0.25·diag" in words.why(leaky) and "times 0.75" in words.why(leaky)
    assert captions.matrix_name(residual) == "1 + 0.25·W_h"
    assert captions.matrix_name(leaky) == "0.75·1 + 0.25·W_h"
    assert captions.matrix_name(small("irnn")) == "W_h"
    for cell in (*GATED, "layer_norm"):
        assert captions.matrix_name(small(cell)) == "J_T"
        assert "last step’s Jacobian J_T" in captions.eigenvalues_title(small(cell))


def test_the_moduli_of_a_linear_recurrent_unit_are_told_from_low_to_high():
    flow = small("lru", lambda_low=0.6, lambda_high=0.9)
    low, high = np.abs(flow.eigenvalues).min(), np.abs(flow.eigenvalues).max()
    assert f"|λ| runs from {low:.4g} to {high:.4g}" in words.why(flow)
    assert "only λ acts on the gradient" in captions.derivative_caption(flow)
    assert "only W_h acts" in captions.derivative_caption(
        gradient_flow(RNNConfig(activation="linear"))
    )


@pytest.mark.parametrize("cell", GATED)
def test_a_gated_cell_that_passes_nothing_back_blames_its_gates(cell):
    flow = small(cell)
    delta = flow.sweep.delta.copy()
    delta[:5] = 0.0
    cut = replace(flow, sweep=Sweep(delta, flow.sweep.exponent))
    assert cut.cause == "zero" and "gates are closed" in words.why(cut)


def test_the_causes_of_a_cell_of_many_factors():
    assert small("lstm", forget_bias=6.0).cause == "balance"
    assert small("lstm", forget_bias=-4.0).cause == "cell"


def test_titles_name_the_gate_and_the_state():
    lstm, gru = small("lstm"), small("gru")
    assert "forget gate f" in captions.gate_title(lstm) and "update gate z" in captions.gate_title(
        gru
    )
    assert "s = (h, c)" in captions.norms_title(lstm) and "∂h_t" in captions.norms_title(gru)
    assert norms.state_letter(lstm) == "s" and norms.state_letter(gru) == "h"


@pytest.mark.parametrize(
    ("cell", "gate", "kept"), [("lstm", "f", "c_{t−1}"), ("gru", "z", "h_{t−1}")]
)
def test_the_gate_caption_counts_units_and_takes_a_geometric_mean(cell, gate, kept):
    values = np.full((20, 3, 8), 0.5)
    values[..., 0] = 0.95  # one open unit of eight
    values[::2, :, 1] = 0.99  # open half of the time: no open unit
    names = CELLS[cell].gates
    said = captions.gate_caption(with_gates(cell, **dict.fromkeys(names, 0.1) | {gate: values}))
    assert said.startswith(f"{gate} is the share of {kept} that stays: mean {values.mean():.3f}")
    assert "13 % of units keep more" in said or "12 % of units keep more" in said
    assert f"×{np.exp(np.log(values).mean()):.3f} (geometric mean)" in said


def test_rho_to_the_k_is_not_held_against_a_jacobian():
    for cell in CELLS:
        flow = small(cell)
        assert ("ρ^k" in captions.norms_caption(flow)) == (not flow.matrix_is_jacobian), cell


def test_shares_are_of_the_gradient_that_the_cell_has():
    lru, gru = small("lru"), small("gru")
    assert "of ∂L/∂λ" in captions.shares_caption(lru) and "of ∂L/∂W_h" in captions.shares_caption(
        gru
    )
    assert river.river(lru, None)["shared"] == "<i>λ</i>"
    assert river.river(gru, None)["shared"] is None


def test_the_check_of_a_cell_without_w_h_reports_its_moduli():
    found = compare(small("lru"))
    wrong = replace(found, gradients=found.gradients | {"nu": 0.25, "theta": 0.5})
    assert "∂L/∂|λ| 0.250" in check_words.comparison((wrong, wrong))


def test_articles_follow_the_spoken_label():
    starts = {c: words.summary(small(c)).split(" unrolled")[0] for c in CELLS}
    assert starts["lstm"] == "An LSTM" and starts["irnn"] == "An IRNN"
    assert starts["gru"] == "A GRU" and starts["lru"] == "A linear recurrent unit"


# -- words of the laws


def sentence(name, said, done, *, sequence=None, flow=None):
    flow = flow or gradient_flow(RNNConfig(**SMALL))
    caveat = LAWS[name].caveat(forward_of(flow)) if abs(said - done) > OFF else ""
    law = Prediction(name, np.array([said, 0.0]), np.array([done, 0.0]), sequence, caveat=caveat)
    return law_words.law_sentence(flow, law, tightest=False)


def test_a_law_is_right_too_much_or_too_little():
    assert "1.0 decades too much" in sentence("mean_field", -1.0, -2.0)
    assert "1.0 decades too little" in sentence("mean_field", -2.0, -1.0)
    assert "right to 2 %" in sentence("mean_field", math.log10(1.02), 0.0)
    assert "right to the last digit" in sentence("mean_field", -1.0, -1.0)
    assert "×0.100 predicted over 1 step, ×0.0100 measured" in sentence("mean_field", -1.0, -2.0)


def test_a_bound_is_met_or_too_generous_and_names_its_sequence():
    met = sentence("realised_bound", -1.0, -1.0, sequence=2)
    assert "(sequence 3)" in met and "the bound is met" in met
    loose = sentence("realised_bound", 1.0, -1.0, sequence=2)
    assert "2.0 decades too generous" in loose and "is met" not in loose


def test_the_reason_is_that_of_the_law_and_only_where_it_is_off():
    lstm = small("lstm")
    assert "It leaves out what comes back" in sentence("lstm_shortcut", -2.0, -1.0, flow=lstm)
    assert "It leaves out" not in sentence("lstm_shortcut", -1.1, -1.0, flow=lstm)
    flow = gradient_flow(RNNConfig(activation="sigmoid", **SMALL))
    bound = sentence("norm_bound", 0.0, -1.0, flow=flow)
    assert "It counts φ′ as 0.25; here its mean is" in bound
    assert "It leaves φ′ out: here its mean is" in sentence("spectral_radius", 0.0, -1.0, flow=flow)


# -- pictures


@pytest.mark.parametrize("cell", GATED)
def test_the_gate_map_shows_the_typical_sequence_and_the_mean_of_all(cell):
    flow = small(cell, input_scale=2.0, seed=SEED_OF_ANOTHER[cell])
    b, gate = flow.typical_sequence, CELLS[cell].kept.share(flow.gates)
    assert b != 0
    heat, mean = figures.gate_map(flow)["data"]
    order = heat["customdata"][:, 0] - 1
    assert np.array_equal(heat["z"], gate[:, b].T[order])
    assert (np.diff(heat["z"].mean(axis=1)) >= 0).all()
    assert np.allclose(mean["y"], gate.mean(axis=(1, 2)))


def test_the_walk_of_the_river_is_that_of_the_typical_sequence():
    for cell in CELLS:
        flow = small(cell, gain=1.5, input_scale=2.0)
        b, walk = flow.typical_sequence, river.river(flow, None)["walk"]
        step = walk["step"] if "step" in walk else walk["phi"] * walk["w"]
        assert ("step" in walk) == (not CELLS[cell].two_factors)
        back = flow.log10_norms[:-1, b] - flow.log10_norms[1:, b]
        assert np.allclose(np.log10(step[1:]), back), cell
        if "phi" in walk:
            d = flow.dphi[-1, b] * flow.direct.value[-1, b]
            assert walk["phi"][-1] == pytest.approx(
                np.linalg.norm(d) / np.linalg.norm(flow.direct.value[-1, b])
            )
    gates = river.river(small("gru"), None)["gates"]
    assert np.allclose(gates["r"], small("gru").gates["r"].mean(axis=(1, 2)))


def test_with_a_loss_at_every_step_a_law_says_that_it_is_of_the_last_one():
    flow = gradient_flow(RNNConfig(loss_at="every", **SMALL))
    laws = run.laws(flow.config, ("spectral_radius", "norm_bound"))
    assert [law.name for law in laws] == ["spectral_radius", "norm_bound"]
    names = [t["name"] for t in figures.gradient_norms(flow, laws)["data"]]
    assert "spectral radius, last loss" in names and "norm bound, last loss" in names
