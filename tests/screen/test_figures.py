"""Figures are valid Plotly, carry the result's own numbers, and never a NaN without a reason."""

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.laws import LAWS
from rnn_core.laws.law import COLOURS
from rnn_core.numbers import spoken
from rnn_core.studies.prediction import predict
from ui.gradient_flow import captions, figures, river, words
from ui.look import colours, plot, typeset

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
        "every": figures.gradient_norms(flow, every_sequence=True),
        "eigenvalues": figures.eigenvalues(flow, step=2),
        "derivative": figures.derivative_map(flow),
        "teaching": figures.teaching(flow),
        "shares": figures.shares(flow),
    }


def themed(value):
    """The figure with a colour wherever it names one of the theme's."""
    if isinstance(value, dict):
        return {key: themed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [themed(item) for item in value]
    return "#888888" if isinstance(value, str) and value.startswith("$") else value


def test_every_figure_is_valid_plotly_with_named_traces_and_fixed_ranges(flow):
    for name, figure in all_figures(flow).items():
        go.Figure(themed(figure))  # raises on any property that Plotly does not know
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
    trace = figures.gradient_norms(flow)["data"][-1]  # without laws the median is the last
    zero = np.isneginf(flow.reading.curve)
    assert np.array_equal(np.isnan(trace["y"]), zero)
    assert np.array_equal(trace["y"][~zero], flow.reading.curve[~zero])
    if flow.zero_until:
        notes = [n["text"] for n in figures.gradient_norms(flow)["layout"]["annotations"]]
        assert any("exactly 0" in text for text in notes)


def test_the_river_holds_arrays_of_every_step(flow):
    picture = river.river(flow, selected=2)
    T = flow.config.seq_len
    for name in ("log10", "lo", "hi", "mean_dphi", "saturated", "share", "input_rms"):
        assert picture[name].shape == (T,)
        assert not np.isnan(picture[name]).any(), name
    if np.isfinite(flow.reading.curve[-1]):
        assert picture["log10"][-1] == 0.0
    # What is drawn is what the verdict is on, and the sequence that the walk goes along is its.
    alone = flow.last_alone
    assert np.array_equal(picture["log10_abs"], flow.reading.curve)
    walk = picture["walk"]
    assert np.array_equal(walk["log10"], flow.log10_last[:, alone.typical_sequence])
    assert flow.typical_sequence == alone.typical_sequence == walk["sequence"] - 1
    step = walk["phi"][1:] * walk["w"][1:]
    here, back = walk["log10"][1:], walk["log10"][:-1]
    going = np.isfinite(here) & np.isfinite(back)
    assert np.allclose(back[going], here[going] + np.log10(step[going]), atol=1e-9)


def test_every_sentence_is_finished_and_free_of_nan(flow):
    texts = [
        words.headline(flow),
        words.why(flow),
        captions.norms_caption(flow),
        captions.eigenvalues_caption(flow, 2),
        captions.derivative_caption(flow),
        captions.teaching_caption(flow),
        captions.shares_caption(flow),
        words.summary(flow),
        *(" ".join(fact) + "." for fact in words.facts(flow)),
    ]
    for text in texts:
        assert text.strip().endswith((".", "!")), text
        assert "nan" not in text.lower() and "None" not in text, text
        assert "inf" not in text.replace("inf there", ""), text


def test_words_agree_with_the_result():
    flow = gradient_flow(RNNConfig())
    assert f"first below a thousandth after {flow.horizon} steps" in words.headline(flow)
    assert f"by {flow.factor:.3f}:" in words.headline(flow)
    names = {name: value for name, value, _ in words.facts(flow)}
    assert names["horizon"] == f"{flow.horizon} of 60"
    assert names["per step back"] == f"×{flow.factor:.2f}"
    recent = 100 * flow.shares[-5:].sum()
    assert f"The last 5 steps carry {recent:.0f} %" in captions.shares_caption(flow)


def test_local_losses_do_not_hide_a_vanished_past_from_the_verdict():
    flow = gradient_flow(RNNConfig(loss_at="every", gain=0.5))
    alone = np.median(flow.log10_last[0]) - np.median(flow.log10_last[-1])
    assert alone < -3 and flow.verdict == "vanishing"
    said, total = words.headline(flow).split(" The total of all losses")
    assert "what the last loss sends back by 0.46" in said
    assert spoken.from_log10(flow.total.reach.log10_ratio) in total
    assert spoken.from_log10(float(alone)) in dict(fact[:2] for fact in words.facts(flow)).values()


def test_overflow_is_told_with_its_step():
    flow = gradient_flow(EXTREMES["overflow"])
    assert f"At step {flow.overflow.step}" in words.event(flow)
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
    assert spoken.from_log10(log10) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.025, "2.5 %"),
        (0.97, "97 %"),
        (0.99999, "over 99.9 %"),
        (0.9952, "99.5 %"),
        (0.99949, "over 99.9 %"),
        (0.9988, "99.9 %"),
        (1.0, "100 %"),
        (0.125, "13 %"),
        (0.115, "12 %"),
        (0.0825, "8.3 %"),
        (1.2, "120 %"),
        (float("nan"), "–"),
    ],
)
def test_percentages_do_not_round_to_all_or_nothing(share, text):
    assert spoken.percent(share) == text


def test_typeset_escapes_and_sets_indices():
    assert typeset.lettered("W_h < σ_max & ρ^k") == (
        "W<sub>h</sub> &lt; σ<sub>max</sub> &amp; ρ<sup>k</sup>"
    )


def test_plain_text_needs_no_markup_and_ends_no_attribute():
    assert typeset.plain("‖δ_{t−1}‖ < W_h, σ_max, ρ^k, h_T") == "‖δₜ₋₁‖ &lt; Wₕ, σₘₐₓ, ρᵏ, h_T"
    assert typeset.plain('"so"') == "&quot;so&quot;"


def test_decade_ticks_are_few_and_inside():
    for low, high in ((-8, 2), (-320, 2), (-8, 10240), (-16, 16)):
        ticks, labels = plot.decade_ticks(low, high)
        assert 2 <= len(ticks) <= 9 and len(ticks) == len(labels)
        assert low <= ticks[0] and ticks[-1] <= high


def by_name(figure):
    return {trace["name"]: trace for trace in figure["data"]}


def test_the_law_lines_have_the_slopes_of_their_laws():
    config = RNNConfig(init="gaussian", gain=0.9, activation="sigmoid", seq_len=12)
    flow = gradient_flow(config)
    laws = [predict(flow, name) for name in ("norm_bound", "spectral_radius")]
    lines = by_name(figures.gradient_norms(flow, laws))
    for name, rate in (
        ("norm bound", flow.spectral_norm * 0.25),
        ("spectral radius", flow.spectral_radius),
    ):
        x, y = lines[name]["x"], lines[name]["y"]
        assert x[-1] == 12 and y[-1] == pytest.approx(flow.spread.median[-1])
        assert np.allclose(np.diff(y), -np.log10(rate))


def test_every_law_has_a_line_and_is_drawn_from_the_loss_end_or_not_at_all():
    for cell in CELLS:
        flow = gradient_flow(RNNConfig(cell=cell, seq_len=12, hidden_size=8))
        laws = [predict(flow, name) for name in LAWS]
        lines = by_name(figures.gradient_norms(flow, laws))
        for law in laws:
            label = LAWS[law.name].label
            assert (label in lines) == (not law.missing), (cell, label)
            if not law.missing:
                assert np.isfinite(lines[label]["y"][-1])


def test_time_runs_the_same_way_in_every_chart():
    flow = gradient_flow(RNNConfig(seq_len=30, hidden_size=9, batch_size=4, gain=0.6))
    heat, share = figures.derivative_map(flow)["data"]
    units = flow.dphi[:, flow.typical_sequence].T
    order = heat["customdata"][:, 0] - 1
    assert np.array_equal(heat["z"], units[order])
    assert (np.diff(heat["z"].mean(axis=1)) >= 0).all()
    assert np.allclose(share["y"], 100 * flow.saturated)
    assert np.allclose(figures.shares(flow)["data"][0]["y"], 100 * flow.shares)
    assert flow.shares[-1] > flow.shares[5]
    picture = river.river(flow, None)
    assert np.allclose(picture["lo"], flow.spread.low - flow.spread.median[-1])
    assert np.allclose(picture["hi"], flow.spread.high - flow.spread.median[-1])
    matrix = figures.teaching(flow)["data"][0]
    assert matrix["z"][-1][0] == pytest.approx(flow.teaching.log10[-1, 0])


def test_captions_carry_the_numbers_of_the_result():
    flow = gradient_flow(RNNConfig(init="gaussian", gain=1.2, batch_size=4))
    outside = int((np.abs(flow.eigenvalues) > 1).sum())
    said = captions.eigenvalues_caption(flow, None)
    assert said.startswith(f"{outside} of 64 eigenvalues of W_h outside")
    local = np.abs(np.linalg.eigvals(flow.jacobian(7, flow.typical_sequence))).max()
    assert f"At step 7 the Jacobian's ρ is {local:.3g}" in captions.eigenvalues_caption(flow, 7)
    assert f"Mean φ′ = {flow.dphi.mean():.3f}" in captions.derivative_caption(flow)
    half = 100 * flow.shares[:30].sum()
    assert spoken.percent(half / 100) in captions.shares_caption(flow)
    lags = 59
    off = flow.log10_ratio - lags * np.log10(flow.spectral_radius)
    side = "below" if off < 0 else "above"
    assert f"{spoken.plain(abs(off), 2)} decades {side} ρ^k" in captions.norms_caption(flow)
    ends = sorted(flow.log10_norms[0])
    assert f"between {spoken.from_log10(ends[0])} and {spoken.from_log10(ends[-1])}" in (
        captions.norms_caption(flow)
    )


def test_the_teaching_caption_counts_losses_and_steps():
    flow = gradient_flow(
        RNNConfig(init="orthogonal", activation="linear", gain=0.5, seq_len=30, batch_size=1)
    )
    # 0.5^10 is the first power below a thousandth; the losses at steps 11 to 30 get that far.
    said = captions.teaching_caption(flow)
    assert said.startswith("20 of 30 losses shown fall below a thousandth")
    assert "10 steps back" in said


def test_a_hump_is_told_before_the_average():
    flow = gradient_flow(
        RNNConfig(init="non_normal", activation="linear", hidden_size=16, seq_len=300, batch_size=5)
    )
    top = int(flow.spread.median.argmax())
    assert words.headline(flow).startswith("Going back it first grows to ×")
    assert f"{299 - top} steps back" in words.headline(flow)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9996, "1.00"), (99.96, "100"), (0.0005, "5.0·10⁻⁴"), (0.0851, "0.0851"), (12.34, "12.3")],
)
def test_plain_numbers_keep_their_significant_digits(value, text):
    assert spoken.plain(value) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (spoken.fixed(0.125, 2), "0.13"),
        (spoken.fixed(-0.5, 0), "−1"),
        (spoken.fixed(-0.004, 2), "0.00"),
        (spoken.fixed(2.675, 2), "2.67"),  # the float nearest to it lies below
        (spoken.fixed(5e-324, 3), "0.000"),
        (str(spoken.whole(2.5)), "3"),
        (spoken.number(0.125, 2), "0.13"),
        (spoken.number(-312.5), "−313"),
        (spoken.plain(62.5, 2), "63"),
        (spoken.plain(-4.5, 1), "−5"),
        (spoken.steps(1000.5), "1,001"),
        (spoken.factor(0.125), "×0.13"),
        (spoken.signed(-0.0625), "−0.063"),
        (spoken.exact(2.015625), "2.01563"),
        (spoken.exact(0.03125), "0.03125"),
        (spoken.percent(np.float32(0.125)), "13 %"),
        (spoken.plain(np.float32(62.5), 2), "63"),
    ],
)
def test_a_tie_is_rounded_away_from_zero(said, text):
    """As at school and in the browser, not to the even digit as Python's formats do."""
    assert said == text


def test_words_in_the_plural():
    assert spoken.count(1, "loss") == "1 loss" and spoken.count(2, "loss") == "2 losses"
    assert spoken.count(1, "step") == "1 step" and spoken.count(1200, "step") == "1,200 steps"


def test_the_colours_that_a_law_may_name_are_those_of_the_pages():
    assert set(COLOURS) == colours.NAMED.keys()
    for law in LAWS.values():
        assert colours.named(law.colour).startswith("#")


def test_no_note_in_the_norm_chart_lies_on_another():
    """Where the axis is so long that float32's eps stands at its foot, too."""
    flow = gradient_flow(
        RNNConfig(init="gaussian", activation="relu", gain=3.0, seq_len=1000, batch_size=2)
    )
    layout = figures.gradient_norms(flow)["layout"]
    low, high = layout["yaxis"]["range"]
    at = sorted(note["y"] for note in layout["annotations"])
    assert len(at) >= 2 and np.diff(at).min() >= 0.1 * (high - low) - 1e-9
