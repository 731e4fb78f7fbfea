"""Figures are valid Plotly, carry the result's own numbers, and never a NaN without a reason."""

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_core import RNNConfig, gradient_flow
from ui import figures, style, words

EXTREMES = {
    "default": RNNConfig(),
    "vanish": RNNConfig(gain=0.05, seq_len=300),
    "explode": RNNConfig(gain=3.0, init="gaussian"),
    "overflow": RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=3),
    "zero gradient": RNNConfig(activation="relu", input="zeros"),
    "zero matrix": RNNConfig(gain=0.0),
    "one unit, two steps": RNNConfig(hidden_size=1, seq_len=2, batch_size=1),
    "every step": RNNConfig(loss_at="every", gain=0.5),
    "squared error": RNNConfig(loss_kind="squared_error", loss_at="every", input_scale=0.0),
    "non-normal": RNNConfig(init="non_normal", activation="linear", seq_len=100),
    "long": RNNConfig(seq_len=1000, batch_size=2, hidden_size=8),
    "wide": RNNConfig(hidden_size=256, seq_len=5, batch_size=1),
}


@pytest.fixture(params=EXTREMES, ids=list(EXTREMES))
def flow(request):
    return gradient_flow(EXTREMES[request.param])


def all_figures(flow):
    return {
        "norms": figures.gradient_norms(flow),
        "every": figures.gradient_norms(flow, every_sequence=True, sequence=0),
        "eigenvalues": figures.eigenvalues(flow, step=2),
        "derivative": figures.derivative_map(flow),
        "teaching": figures.teaching(flow),
        "shares": figures.shares(flow),
    }


def test_every_figure_is_valid_plotly_with_named_traces_and_fixed_ranges(flow):
    for name, figure in all_figures(flow).items():
        go.Figure(figure)  # raises on any property that Plotly does not know
        assert all(trace.get("name") for trace in figure["data"]), name
        for axis in ("xaxis", "yaxis"):
            low, high = figure["layout"][axis]["range"]
            assert np.isfinite([low, high]).all() and low < high, (name, axis)


def test_the_curve_is_inside_the_window_it_is_drawn_in(flow):
    figure = figures.gradient_norms(flow)
    low, high = figure["layout"]["yaxis"]["range"]
    median = flow.spread.median[np.isfinite(flow.spread.median)]
    if median.size:
        assert low <= median.min() and median.max() <= high


def test_the_median_trace_is_the_result_and_gaps_are_exact_zeros(flow):
    trace = figures.gradient_norms(flow)["data"][-1]
    zero = np.isneginf(flow.spread.median)
    assert np.array_equal(np.isnan(trace["y"]), zero)
    assert np.array_equal(trace["y"][~zero], flow.spread.median[~zero])
    if flow.zero_until:
        notes = [n["text"] for n in figures.gradient_norms(flow)["layout"]["annotations"]]
        assert any("exactly 0" in text for text in notes)


def test_the_river_holds_arrays_of_every_step(flow):
    picture = figures.river(flow, selected=2)
    T = flow.config.seq_len
    for name in ("log10", "lo", "hi", "mean_dphi", "saturated", "share", "input_rms"):
        assert picture[name].shape == (T,)
        assert not np.isnan(picture[name]).any(), name
    if np.isfinite(flow.spread.median[-1]):
        assert picture["log10"][-1] == 0.0


def test_every_sentence_is_finished_and_free_of_nan(flow):
    texts = [
        words.headline(flow),
        words.why(flow),
        words.norms_caption(flow),
        words.eigenvalues_caption(flow, 2),
        words.derivative_caption(flow),
        words.teaching_caption(flow),
        words.shares_caption(flow),
        words.summary(flow),
        *(" ".join(fact) + "." for fact in words.facts(flow)),
    ]
    for text in texts:
        assert text.strip().endswith((".", "!")), text
        assert "nan" not in text.lower() and "None" not in text, text
        assert "inf" not in text.replace("inf there", ""), text


def test_words_agree_with_the_result():
    flow = gradient_flow(RNNConfig())
    assert f"after {flow.horizon} of 59" in words.headline(flow)
    assert f"by {flow.factor:.3f}:" in words.headline(flow)
    names = {name: value for name, value, _ in words.facts(flow)}
    assert names["horizon"] == f"{flow.horizon} of 59"
    assert names["per step back"] == f"×{flow.factor:.2f}"
    recent = 100 * flow.shares[-5:].sum()
    assert f"The last 5 steps carry {recent:.0f} %" in words.shares_caption(flow)


def test_local_losses_do_not_hide_a_vanished_past_from_the_verdict():
    flow = gradient_flow(RNNConfig(loss_at="every", gain=0.5))
    assert flow.verdict == "flowing"
    alone = np.median(flow.log10_last[0]) - np.median(flow.log10_last[-1])
    assert alone < -3
    assert "has vanished" in words.headline(flow)
    assert style.from_log10(float(alone)) in words.headline(flow)


def test_overflow_is_told_with_its_step():
    flow = gradient_flow(EXTREMES["overflow"])
    assert f"at step {flow.overflow.step}" in words.event(flow)
    assert f"step {flow.float32_overflow}" in words.event(flow)


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (0.0, "1.00"),
        (-0.5, "0.316"),
        (-3.5, "3.2·10⁻⁴"),
        (-10457.5749, "2.7·10⁻¹⁰⁴⁵⁸"),
        (361.85, "7.1·10³⁶¹"),
        (-4.0000001, "1.0·10⁻⁴"),
        (float("-inf"), "0"),
        (3.0, "1000"),
    ],
)
def test_numbers_of_any_size_are_written_as_powers_of_ten(log10, text):
    assert style.from_log10(log10) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.025, "2.5 %"),
        (0.97, "97 %"),
        (0.99999, "over 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_percentages_do_not_round_to_all_or_nothing(share, text):
    assert style.percent(share) == text


def test_typeset_escapes_and_sets_indices():
    assert style.typeset("W_h < σ_max & ρ^k") == (
        "W<sub>h</sub> &lt; σ<sub>max</sub> &amp; ρ<sup>k</sup>"
    )


def test_decade_ticks_are_few_and_inside():
    for low, high in ((-8, 2), (-320, 2), (-8, 10240), (-16, 16)):
        ticks, labels = style.decade_ticks(low, high)
        assert 2 <= len(ticks) <= 9 and len(ticks) == len(labels)
        assert low <= ticks[0] and ticks[-1] <= high
