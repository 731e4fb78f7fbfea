"""What is said and drawn of the product of Jacobians is of this run and this sequence."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.jacobians.product import jacobian_product
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.studies.sensitivity import SENSITIVE, log10_sensitivity
from ui.gradient_flow import memory_figures, memory_words

SMALL = {"seq_len": 20, "hidden_size": 8, "batch_size": 3, "init": "gaussian"}


def small(cell, **more):
    return gradient_flow(RNNConfig(cell=cell, **(SMALL | more)))


# -- what the state still knows


@pytest.fixture(scope="module")
def lstm():
    flow = small("lstm")
    return flow, jacobian_product(flow)


def test_the_memory_caption_reads_both_ends(lstm):
    flow, product = lstm
    assert product.sequence == flow.typical_sequence != 0
    said = memory_words.norms_caption(flow, product)
    end, back = product.memory.log10_norm[-1], product.backward[0]
    assert f"at step 20 at most ×{spoken.from_log10(end)} as large" in said
    assert f"arrives at step 1 at ×{spoken.from_log10(back)}" in said
    assert f"(sequence {product.sequence + 1}): the same 19 Jacobians" in said


def test_a_run_that_starts_elsewhere_is_not_said_to_start_at_0():
    """x = 0: from h_0 = 0 nothing moves; from another it does, and its path is another."""
    rest = small("vanilla", input="zeros", gain=2.0)
    moving = small("vanilla", input="zeros", gain=2.0, start_scale=1.0)
    assert memory_words.at_zero(rest, 0) and not memory_words.at_zero(moving, 0)
    for flow, origin in ((small("vanilla"), "0"), (moving, "its own h_0")):
        product = jacobian_product(flow)
        values = product.spectrum.exponents + 9.0  # so that it must be told apart from the starts
        said = memory_words.plane_caption(
            flow,
            replace(
                product,
                spectrum=replace(product.spectrum, exponents=values),
                ends=replace(product.ends, same=np.ones_like(product.ends.same)),
            ),
        )
        assert f"those of one path from {origin}, and these starts lie elsewhere" in said
    # W_h = 0 and no input: h is 0 from step 1 on, but it was not where it began.
    assert not memory_words.at_zero(small("vanilla", input="zeros", gain=0.0, start_scale=1.0), 0)


def test_sensitive_is_said_where_one_percent_of_the_weights_decides():
    long = RNNConfig(
        cell="lru", lambda_low=0.999, lambda_high=0.9999, seq_len=1000, hidden_size=8, batch_size=2
    )
    for flow, said, not_said in (
        (gradient_flow(long), "and yet small changes decide", "entry of W_h"),
        (small("vanilla", gain=0.5), "in each entry of W_h moves", "ensitive"),
        (small("vanilla", gain=3.0, hidden_size=64, seq_len=400), "Sensitive. A random", "yet"),
        (small("vanilla", input="zeros"), "Nothing can be said", "ensitive"),
        (small("vanilla", gain=0.0), "moves nothing that the last loss sees", "ensitive"),
    ):
        log10 = log10_sensitivity(flow)
        text = memory_words.sensitive(flow, log10)
        assert said in text and not_said not in text and "nan" not in text
        assert text.startswith("Sensitive") == (log10 >= SENSITIVE)
        assert f"sequence {flow.typical_sequence + 1}" in text
        if np.isfinite(log10):
            assert f"by {spoken.from_log10(log10 - 2, 2)} times" in text


def test_lambda_max_is_below_above_or_without_ln_rho(lstm):
    assert "ln ρ" not in memory_words.exponent_sentence(*lstm)
    below = gradient_flow(RNNConfig(gain=1.5, input_scale=2.0, **SMALL))
    assert "below its matrix" in memory_words.exponent_sentence(below, jacobian_product(below))
    flow = gradient_flow(RNNConfig(activation="linear", gain=0.8, seq_len=20, hidden_size=8))
    product = jacobian_product(flow)
    values = product.spectrum.exponents + 0.1
    above = replace(product, spectrum=replace(product.spectrum, exponents=values))
    assert "0.10 above its matrix" in memory_words.exponent_sentence(flow, above)


def test_a_drift_between_the_halves_is_told_where_there_is_one():
    steady = gradient_flow(RNNConfig(activation="linear", gain=0.8, seq_len=200, hidden_size=8))
    assert "so T is short" not in memory_words.exponent_sentence(steady, jacobian_product(steady))
    flow = small("layer_norm")
    product = jacobian_product(flow)
    drift = product.spectrum.drift[0]
    assert drift > 0.02
    said = memory_words.exponent_sentence(flow, product)
    assert f"moves by {spoken.plain(float(drift), 2)}, so T is short" in said


def test_the_singular_caption_counts_what_it_says(lstm):
    _, product = lstm
    values = np.zeros((2, 5))
    values[0, 3] = np.nan  # of a shorter lag: not counted
    values[-1] = [2.0, 1.5, 0.5, np.nan, np.nan]
    said = memory_words.singular_caption(
        replace(product, log10_singular=values, lags=np.array([1, 17]))
    )
    assert said.startswith("After 17 steps 2 directions of 5 are within")
    assert re.search("of the largest, ×100; the smallest shown is ×3.16. 2 more are", said)


def test_starts_that_run_apart_are_called_that():
    flow = gradient_flow(RNNConfig(activation="linear", gain=3.0, seq_len=20, hidden_size=8))
    said = memory_words.plane_caption(flow, jacobian_product(flow))
    assert "they move apart" in said and "multiplied by the same product" in said


def test_the_distances_caption_goes_from_the_first_to_the_last():
    kept = jacobian_product(small("residual"))
    run_ = kept.trajectories
    first, last = (spoken.from_log10(float(run_.log10_median[k])) for k in (0, -1))
    said = memory_words.distances_caption(kept)
    assert f"from {first} to {last} in 20 steps" in said
    assert "resolved" not in said and "cannot tell" not in said
    lost = jacobian_product(gradient_flow(RNNConfig(gain=0.05, seq_len=40, hidden_size=8)))
    said = memory_words.distances_caption(lost)
    assert "while it can be resolved" in said
    assert f"from step {lost.trajectories.merged} on float64 cannot tell" in said


def test_every_curve_of_the_memory_charts_is_the_one_it_is_called(lstm):
    _, product = lstm
    slope, backward, direction, norm = memory_figures.norms(product, "s")["data"]
    rate = product.spectrum.decades_per_step
    assert np.allclose(slope["y"], rate * np.arange(20))  # 0 at step 1
    assert np.array_equal(backward["y"], product.backward) and "backward" in backward["name"]
    assert np.array_equal(direction["y"], product.memory.log10_direction)
    assert "u random" in direction["name"]
    assert np.array_equal(norm["y"], product.memory.log10_norm)
    slope, *values = memory_figures.singular_values(product)["data"]
    assert np.allclose(slope["y"], rate * product.lags)
    for trace in values:
        i = int(re.search(r"\d+", trace["name"]).group()) - 1
        assert np.array_equal(trace["y"], product.log10_singular[:, i], equal_nan=True)
    assert values[-1]["name"] == "σ<sub>16</sub>"
    run_ = product.trajectories
    by_name = {t["name"]: t["y"] for t in memory_figures.distances(product)["data"]}
    assert np.array_equal(by_name["nearest pair"], run_.log10_lowest)
    assert np.array_equal(by_name["median pair"], run_.log10_median)
    assert np.array_equal(by_name["furthest pair"], run_.log10_highest)
    third = memory_figures.plane(product)["data"][2]
    assert np.array_equal(third["x"], run_.plane[:, 2, 0])
    assert np.array_equal(third["y"], run_.plane[:, 2, 1])
    assert 0 < third["marker"]["size"][0] < third["marker"]["size"][-1]


def test_the_trajectories_see_the_input_of_the_typical_sequence(lstm):
    flow, product = lstm
    cell, b = flow.config.cell_used, product.sequence
    s, phi = product.trajectories.states[0], ACTIVATIONS[flow.config.activation_used]
    for t in range(20):
        s, _ = cell.step(flow.params, phi, np.repeat(flow.inputs[t, b][None], len(s), axis=0), s)
    assert np.allclose(product.trajectories.states[-1], s, atol=1e-12)


def test_the_singular_caption_counts_the_directions_that_are_exactly_zero():
    """Dead ReLUs take directions away for good: their curves end, and the caption says why."""
    product = jacobian_product(small("vanilla", activation="relu"))
    zero = int(np.isneginf(product.log10_singular[-1]).sum())
    assert 1 < zero < 8
    assert f"{zero} are exactly 0, and not drawn" in memory_words.singular_caption(product)
    whole = jacobian_product(small("vanilla", activation="tanh", gain=0.9))
    assert "exactly 0" not in memory_words.singular_caption(whole)


def test_a_pair_that_has_met_while_others_have_not_is_spoken_of():
    """One unit, two attractors: starts of one sign end in one state, and the median stays."""
    flow = gradient_flow(RNNConfig(hidden_size=1, gain=3.0, seq_len=60))
    found = jacobian_product(flow)
    run = found.trajectories
    assert run.merged is None and np.isneginf(run.log10_lowest[-1])
    said = memory_words.distances_caption(found)
    met = np.isneginf(run.log10_lowest)
    assert met[met.argmax() :].all()
    assert f"from step {met.argmax()} on the nearest pair is one state to the last digit" in said
