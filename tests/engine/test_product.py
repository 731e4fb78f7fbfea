"""The product of Jacobians, read forward and backward, and what is said about it."""

import re

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.jacobians.product import chain_of, jacobian_product, too_large
from rnn_core.numbers import spoken
from rnn_core.studies.prediction import predict
from ui.gradient_flow import memory_figures, memory_words
from ui.look import norms

SMALL = {"seq_len": 25, "hidden_size": 8, "batch_size": 3}


def captions(flow, product):
    return [
        memory_words.norms_caption(flow, product),
        memory_words.singular_caption(product),
        memory_words.plane_caption(flow, product),
        memory_words.distances_caption(product),
    ]


@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_backward_are_the_same_jacobians(cell):
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL))
    product = jacobian_product(flow)
    J = flow.jacobians(product.sequence)
    P = np.eye(J.shape[1])
    for t in range(1, 25):
        P = J[t] @ P
        norm = np.log10(np.linalg.norm(P, 2))
        assert product.memory.log10_norm[t] == pytest.approx(norm, abs=1e-9)
    v = np.zeros(len(P))
    v[:8] = flow.direct.value[-1, product.sequence]
    assert product.backward[0] == pytest.approx(np.log10(np.linalg.norm(v @ P)), abs=1e-9)
    # No gradient is larger than the norm of the product that made it.
    assert product.backward[0] <= product.memory.log10_norm[-1] + 1e-9
    # At the longest lag the largest singular value is that norm too.
    assert product.lags[-1] == 24
    assert product.log10_singular[-1, 0] == pytest.approx(product.memory.log10_norm[-1], abs=1e-8)


def test_the_exponents_add_up_to_the_mean_log_determinant():
    flow = gradient_flow(RNNConfig(init="gaussian", seq_len=300, hidden_size=12, batch_size=2))
    spectrum = jacobian_product(flow).spectrum
    assert spectrum.exponents.sum() == pytest.approx(spectrum.log_abs_det, abs=1e-9)
    counted = flow.jacobians(flow.typical_sequence)[1 + spectrum.warm_up :]
    dets = [np.linalg.slogdet(J)[1] for J in counted]
    assert spectrum.log_abs_det == pytest.approx(np.mean(dets), abs=1e-9)


def test_the_chain_of_a_vanilla_cell_need_not_form_its_jacobians():
    flow = gradient_flow(RNNConfig(**SMALL))
    Q = np.eye(8)
    assert np.allclose(chain_of(flow, 1).apply(5, Q), flow.jacobian(6, 1))


@pytest.mark.parametrize(
    "config",
    [
        RNNConfig(gain=0.0, **SMALL),
        RNNConfig(activation="relu", input="zeros", **SMALL),
        RNNConfig(
            activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=2, hidden_size=8
        ),
        RNNConfig(
            gain=3.0, init="identity", input_scale=5.0, seq_len=300, batch_size=2, hidden_size=8
        ),
        RNNConfig(hidden_size=1, seq_len=2, batch_size=1),
        *(RNNConfig(cell=cell, gain=3.0, init="gaussian", **SMALL) for cell in CELLS),
        *(RNNConfig(cell=cell, hidden_size=1, seq_len=2, batch_size=1) for cell in CELLS),
    ],
    ids=lambda c: f"{c.cell}-{c.activation}-{c.gain}-{c.hidden_size}",
)
def test_every_chart_and_sentence_at_the_extremes(config):
    flow = gradient_flow(config)
    product = jacobian_product(flow)
    for figure in (
        memory_figures.norms(product, norms.state_letter(flow)),
        memory_figures.singular_values(product),
        memory_figures.plane(product),
        memory_figures.distances(product),
    ):
        for axis in ("xaxis", "yaxis"):
            low, high = figure["layout"][axis]["range"]
            assert np.isfinite([low, high]).all() and low < high
        for trace in figure["data"]:
            assert not np.isinf(trace["y"]).any()
    for sentence in captions(flow, product):
        assert sentence.endswith(".")
        assert not re.search(r"\bnan\b|None|\binf\b|×–", sentence), sentence


def plane_caption(**settings):
    flow = gradient_flow(RNNConfig(**settings))
    return memory_words.plane_caption(flow, jacobian_product(flow))


def test_what_is_said_about_the_starts_is_what_they_did():
    assert "they are still apart" in plane_caption(cell="residual", alpha=0.0, **SMALL)
    lost = plane_caption(gain=0.2, **SMALL)
    assert "they run together, all 28 pairs" in lost and "lie elsewhere" not in lost
    fading = plane_caption(seq_len=12, gain=0.7, hidden_size=16)
    assert "where it began is fading so far, and not yet forgotten" in fading
    # From 0, with no input, an IRNN stays at 0, where every unit is off; the starts are elsewhere.
    config = RNNConfig(cell="irnn", input="zeros", gain=2.5, hidden_size=16)
    flow = gradient_flow(config)
    product = jacobian_product(flow)
    assert np.isneginf(product.spectrum.largest) and product.trajectories.log10_ratio > 0.3
    assert "these starts lie elsewhere" in memory_words.plane_caption(flow, product)


def test_several_attractors_chaos_and_a_transient_have_a_sentence_each():
    latch = plane_caption(hidden_size=1, gain=2, input="zeros", seed=0)
    assert "they end in 2 places, 6 and 2 of them" in latch and "forgotten" not in latch
    assert "those at the fixed point 0, which these starts do not stay at" in latch
    chaos = plane_caption(init="gaussian", gain=2.0)
    assert "chaos" in chaos and "(λ_max = 0.1" in chaos
    transient = plane_caption(
        activation="linear", init="non_normal", hidden_size=16, gain=1.0, batch_size=3
    )
    assert "as ρ = 0.800 is below 1 this growth is a transient" in transient
    assert "decides everything" not in transient
    assert "transient" not in plane_caption(activation="linear", gain=3.0, **SMALL)


def test_a_fixed_point_at_zero_is_said_to_be_one():
    said = {}
    for kind in ("zeros", "noise"):
        flow = gradient_flow(RNNConfig(input=kind, gain=2, init="gaussian", hidden_size=32))
        said[kind] = memory_words.norms_caption(flow, jacobian_product(flow))
    assert "h_t = 0 at every step is a fixed point" in said["zeros"]
    assert "fixed point" not in said["noise"]


def test_untrusted_singular_values_are_counted_in_plain_words():
    flow = gradient_flow(RNNConfig(init="gaussian", input_scale=5.0))
    product = jacobian_product(flow)
    lost = int(np.isnan(product.log10_singular[-1]).sum())
    said = memory_words.singular_caption(product)
    assert lost > 1 and f"{lost} more are beyond" in said and "mores" not in said


def test_a_picture_far_from_1_is_drawn_in_powers_of_ten():
    config = RNNConfig(
        cell="residual",
        activation="relu",
        init="gaussian",
        alpha=1.0,
        gain=3.0,
        seq_len=1000,
        hidden_size=16,
        batch_size=2,
    )
    product = jacobian_product(gradient_flow(config))
    figure = memory_figures.plane(product)
    drawn = np.concatenate([trace["x"] for trace in figure["data"]])
    power = int(np.floor(np.log10(np.abs(product.trajectories.plane).max())))
    assert power > 100 and 1 <= np.abs(drawn).max() < 10
    assert f"in {spoken.power_of_ten(power)}" in figure["layout"]["xaxis"]["title"]["text"]
    near = memory_figures.plane(jacobian_product(gradient_flow(RNNConfig(**SMALL))))
    assert ", in 10" not in near["layout"]["xaxis"]["title"]["text"]


def test_the_exponents_are_those_of_the_way_from_step_t_to_step_1():
    """J_1 leads to the start: off here, and yet the product of the others is exactly 1."""
    flow = gradient_flow(
        RNNConfig(hidden_size=1, seq_len=9, batch_size=1, activation="relu", input="sine", seed=19)
    )
    jacobians = flow.jacobians(0)[:, 0, 0]
    assert jacobians[0] == 0 and np.prod(jacobians[1:]) == 1
    assert jacobian_product(flow).spectrum.largest == 0
    law = predict(flow, "lyapunov")
    assert not law.log10.any() and law.off == 0


def test_lambda_max_stands_beside_ln_rho():
    flow = gradient_flow(RNNConfig(activation="linear", gain=0.8, **SMALL))
    said = memory_words.exponent_sentence(flow, jacobian_product(flow))
    assert "λ_max = −0.223" in said and "ln ρ = −0.223" in said


def test_an_exponent_that_has_not_converged_says_so_beside_ln_rho():
    # J_t is one normal matrix, so λ_max is ln ρ; 60 steps do not part |λ| as near as these.
    flow = gradient_flow(RNNConfig(cell="lru"))
    product = jacobian_product(flow)
    assert abs(product.spectrum.largest - np.log(flow.spectral_radius)) > 0.01
    assert "T is short for it" in memory_words.exponent_sentence(flow, product)


def test_a_product_that_would_take_seconds_is_declined():
    assert too_large(gradient_flow(RNNConfig(hidden_size=256, seq_len=100, batch_size=1)))
    assert not too_large(gradient_flow(RNNConfig()))
