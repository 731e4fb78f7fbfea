"""The grid is its panels: the same numbers as each experiment alone, at any extreme."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.config import CHOICES
from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.studies import grid
from rnn_core.studies.grid import gradient_grid
from rnn_core.studies.preactivation import curves, pre_activations, preactivations
from tests.tools.on_page import named
from tests.tools.output import comments, read_csv, run_alone
from ui.initialisation import export, figures, words

INITS, PHIS = CHOICES["init"], CHOICES["activation"]
SMALL = {"hidden_size": 8, "batch_size": 3, "seq_len": 20}
EXTREMES = [
    {},
    {"gain": 0.0},
    {"gain": 3.0},
    {"seq_len": 2, "batch_size": 1, "hidden_size": 1},
    {"input": "zeros"},
    {"input": "impulse", "gain": 0.2, "seq_len": 300},
    {"gain": 3.0, "seq_len": 1000, "hidden_size": 6, "batch_size": 2},
    {"loss_at": "every", "loss_kind": "squared_error"},
    {"scale_sets": "radius", "gain": 0.9},
]


def whole(**changes):
    return gradient_grid(RNNConfig(**SMALL | changes), INITS, PHIS)


# -- the engine


@pytest.mark.parametrize("changes", EXTREMES, ids=named)
def test_every_panel_is_the_experiment_of_its_own_config(changes):
    found = whole(**changes)
    assert [p.name for p in found.panels] == [(i, a) for i in INITS for a in PHIS]
    for panel in found.panels:
        flow = gradient_flow(panel.config)
        spread = flow.last_alone.spread
        assert np.array_equal(panel.median, spread.median)
        assert np.array_equal(panel.low, spread.low, equal_nan=True)
        assert np.array_equal(panel.high, spread.high, equal_nan=True)
        assert np.array_equal(panel.total, flow.spread.median)
        same = (flow.horizon, flow.verdict, flow.log10_ratio, flow.zero_until)
        assert (panel.horizon, panel.verdict, panel.log10_ratio, panel.zero_until) == same
        assert panel.factor == flow.factor or (math.isnan(panel.factor) and math.isnan(flow.factor))
        assert (panel.overflow is None) == (flow.overflow is None)
        assert panel.mean_dphi == float(flow.mean_dphi.mean())


def test_two_threads_give_the_same_bits(monkeypatch):
    alone = whole(seq_len=40)
    monkeypatch.setattr(grid, "WIDE", 1)
    monkeypatch.setattr(grid.os, "cpu_count", lambda: 2)
    together = whole(seq_len=40)
    for a, b in zip(alone.panels, together.panels, strict=True):
        assert a.name == b.name and np.array_equal(a.median, b.median)


def test_the_cell_of_the_network_does_not_count():
    other = next((c for c in CHOICES["cell"] if c != "vanilla"), "vanilla")
    a = gradient_grid(RNNConfig(**SMALL, cell=other), ("orthogonal",), ("tanh",)).panels[0]
    b = gradient_grid(RNNConfig(**SMALL), ("orthogonal",), ("tanh",)).panels[0]
    assert a.config.cell == "vanilla" and np.array_equal(a.median, b.median)


def test_rows_columns_and_counts_cover_the_grid():
    found = whole(gain=1.5)
    assert sum(found.verdicts.values()) == len(found.panels) == 40
    assert [p.name for p in found.row("identity")] == [("identity", a) for a in PHIS]
    assert [p.name for p in found.column("relu")] == [(i, "relu") for i in INITS]
    assert found.nbytes == 40 * 4 * 20 * 8


def test_known_physics_shows_in_the_grid():
    found = {p.name: p for p in whole(hidden_size=64, seq_len=60, batch_size=8).panels}
    assert found["orthogonal", "linear"].factor == pytest.approx(1.0, abs=1e-12)
    # χ = g²/2 for ReLU under a Gaussian or orthogonal W_h of gain 1: 0.71 per step.
    assert found["gaussian", "relu"].factor == pytest.approx(0.71, abs=0.05)
    assert found["orthogonal", "relu"].factor == pytest.approx(0.71, abs=0.02)
    # φ' ≤ 1/4: a sigmoid loses at least that in every step under an orthogonal W_h.
    assert found["orthogonal", "sigmoid"].factor <= 0.25
    assert found["small", "tanh"].verdict == "vanishing"


CONFIGS = st.builds(
    RNNConfig,
    gain=st.floats(0, 3),
    seq_len=st.integers(2, 40),
    hidden_size=st.integers(1, 12),
    batch_size=st.integers(1, 4),
    input=st.sampled_from(CHOICES["input"]),
    input_scale=st.floats(0, 5),
    init=st.sampled_from(INITS),
    activation=st.sampled_from(PHIS),
    loss_at=st.sampled_from(CHOICES["loss_at"]),
    loss_kind=st.sampled_from(CHOICES["loss_kind"]),
    seed=st.integers(0, 50),
)


@given(CONFIGS)
def test_sentences_and_figures_hold_whatever_the_settings(config):
    found = gradient_grid(config, (config.init, "identity"), (config.activation, "tanh"))
    texts = [words.summary(found), words.legend(found)]
    for panel in found.panels:
        texts += [words.panel_label(panel), words.panel_end(panel, (-8.0, 4.0))]
    for text in texts:
        assert "nan" not in text and "None" not in text and "inf" not in text, text
    drawn = figures.panels(found, whole=True, selected=("identity", "tanh"))
    low, high = drawn["window"]
    values = drawn["median"][np.isfinite(drawn["median"])]
    assert ((values >= low) & (values <= high)).all()
    assert not np.isnan(drawn["median"]).any()


# -- where z lies


@pytest.mark.parametrize("changes", EXTREMES, ids=named)
@pytest.mark.parametrize("activation", PHIS)
def test_the_recomputed_z_gives_back_the_states_and_the_slopes(activation, changes):
    phi = ACTIVATIONS[activation]
    for init in ("gaussian", "identity"):
        flow = gradient_flow(RNNConfig(**SMALL | changes, init=init, activation=activation))
        z, exponent = pre_activations(flow)
        if exponent is not None and not phi.homogeneous:
            faded = exponent != 0  # there φ(z) = z to the last bit
            assert np.allclose(z[faded], flow.trace.h[faded], rtol=1e-12)
            z, h, slope = z[~faded], flow.trace.h[~faded], flow.trace.dphi[~faded]
        else:
            h, slope = flow.trace.h, flow.trace.dphi
        again = phi.phi(z.copy(), np.empty_like(z))
        assert np.allclose(again, h, rtol=1e-9, atol=1e-12)
        # The sign of a z that is 0 but for rounding decides nothing.
        sure = np.abs(z) > 1e-9
        assert np.allclose(phi.dphi(z, again, np.empty_like(z))[sure], slope[sure], rtol=1e-6)


@given(CONFIGS)
def test_the_histogram_accounts_for_every_value(config):
    flow = gradient_flow(config)
    found = preactivations(flow)
    width = np.diff(found.edges)
    inside = ((found.passing + found.blocked) * width).sum()
    assert inside + found.beyond == pytest.approx(1.0)
    assert found.share_blocked == float((flow.trace.dphi < 0.1).mean())
    if found.beyond == 0:
        assert (found.blocked * width).sum() == pytest.approx(found.share_blocked)
    assert found.middle[0] <= found.middle[1]
    panel = gradient_grid(config, (config.init,), (config.activation,)).panels[0]
    text = words.histogram(found, panel)
    assert "nan" not in text and "None" not in text, text
    figure = figures.preactivation(found, config.activation)
    top = figure["layout"]["yaxis"]["range"][1]
    assert max(np.max(t["y"]) for t in figure["data"] if t["type"] == "bar") <= top


def test_a_state_that_is_exactly_zero_is_one_bar_at_zero():
    flow = gradient_flow(RNNConfig(input="zeros", **SMALL))
    found = preactivations(flow)
    assert found.log10_largest == -math.inf and found.share_zero == 1.0
    assert np.count_nonzero(found.passing) == 1
    assert found.centres[found.passing.argmax()] == pytest.approx(0.0, abs=1e-12)
    panel = gradient_grid(flow.config, ("orthogonal",), ("tanh",)).panels[0]
    assert "every z is exactly 0" in words.histogram(found, panel)


def test_an_overflow_is_counted_outside_and_named():
    config = RNNConfig(activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=2)
    flow = gradient_flow(config)
    assert flow.overflow is not None
    found = preactivations(flow)
    assert found.beyond > 0.5 and found.log10_largest > 308
    panel = gradient_grid(config, ("gaussian",), ("relu",)).panels[0]
    assert "more than float64 holds" in words.histogram(found, panel)


def test_the_curves_over_the_histogram_are_phi_and_its_slope():
    for name in PHIS:
        z, h, slope = curves(name, 4.0)
        assert z[0] == -4.0 and z[-1] == 4.0 and (np.diff(z) >= 0).all()
        smooth = np.abs(z) > 0.1
        assert np.allclose(np.gradient(h, z)[smooth][1:-1], slope[smooth][1:-1], atol=0.02)


# -- what is said


def test_the_sentence_names_the_panel_nearest_to_flowing():
    found = whole(hidden_size=64, seq_len=60, batch_size=8)
    best = min(found.panels, key=lambda p: abs(p.log10_ratio))
    assert words.pair(*best.name) in words.nearest(found)


def test_the_widest_row_and_column_are_the_ones_computed_by_hand():
    found = whole(gain=0.9)
    ends = np.array([p.log10_ratio for p in found.panels]).reshape(len(INITS), len(PHIS))
    row = INITS[np.ptp(ends, axis=1).argmax()]
    column = PHIS[np.ptp(ends, axis=0).argmax()]
    said = words.widest(found)
    assert f"under {INITIALISATIONS[row].label}: {np.ptp(ends, axis=1).max():.0f} dec" in said
    assert f"with {ACTIVATIONS[column].label}: {np.ptp(ends, axis=0).max():.0f} dec" in said


def test_a_grid_of_zeros_says_so():
    found = whole(gain=0.0)
    assert found.verdicts == dict.fromkeys(VERDICTS, 0) | {"vanishing": 40}
    assert "exactly 0 before it reaches step 1" in words.nearest(found)
    assert "Changing φ changes nothing." in words.widest(found)
    assert all("exactly 0 from step 19 back" in words.panel_label(p) for p in found.panels)


def test_all_curves_share_one_axis_and_start_at_the_loss_end():
    found = whole(loss_kind="squared_error")
    drawn = figures.panels(found, whole=False, selected=("orthogonal", "tanh"))
    assert tuple(drawn["window"]) == figures.WINDOW
    assert (drawn["median"][:, -1] == 0).all()
    assert np.allclose(drawn["median"][:, 0], drawn["ratio"], atol=1e-9)


def test_a_long_sequence_is_thinned_but_keeps_both_ends():
    found = gradient_grid(
        RNNConfig(hidden_size=4, batch_size=2, seq_len=1000), ("orthogonal",), ("tanh", "relu")
    )
    drawn = figures.panels(found, whole=False, selected=("orthogonal", "tanh"))
    assert drawn["steps"][0] == 1 and drawn["steps"][-1] == 1000
    assert len(drawn["steps"]) == drawn["median"].shape[1] <= figures.STEPS_DRAWN
    panel = found.panels[0]
    relative = panel.median - panel.median[-1]
    assert np.array_equal(drawn["median"][0], relative[drawn["steps"] - 1])


# -- what one takes away


def test_the_csv_holds_every_curve_and_its_reading():
    found = gradient_grid(RNNConfig(**SMALL), ("gaussian", "identity"), ("tanh", "sigmoid"))
    text = export.csv(found)
    said, rows = comments(text), read_csv(text)
    assert "# seed = 7" in said and not any(c.startswith("# init =") for c in said)
    assert any(c.startswith("# identity.sigmoid: vanishing; factor per step") for c in said)
    for panel in found.panels:
        column = [float(row[f"{'.'.join(panel.name)}_median"]) for row in rows]
        assert np.allclose(column, panel.median, rtol=1e-11)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden_size": 64, "seq_len": 60},
        {"gain": 3.0, "seq_len": 1000, "hidden_size": 16, "batch_size": 2},
        {"loss_at": "every", "loss_kind": "squared_error", "scale_sets": "radius", "gain": 0.8},
        {"input": "zeros"},
        {"gain": 0.0},
        {"bias_scale": 0.5, "start_scale": 2.0, "input_size": 3, "gain": 3.0},
        # Sequences whose units all die, and large states.
        {"gain": 10.0, "seq_len": 500, "hidden_size": 4, "loss_at": "every"}
        | {"loss_kind": "squared_error", "batch_size": 3},
    ],
    ids=named,
)
def test_the_script_runs_as_it_is_and_prints_the_same_curves(changes, tmp_path):
    config = RNNConfig(**SMALL | changes)
    text = run_alone(export.script(config, INITS, PHIS), tmp_path)
    rows = read_csv(text)
    said = {line.split()[1]: line.split() for line in comments(text)}
    for panel in gradient_grid(config, INITS, PHIS).panels:
        name = ".".join(panel.name)
        printed = np.array([float(row[name]) for row in rows])
        zero = np.isneginf(printed) & np.isneginf(panel.median)
        scale = max(1.0, float(np.abs(printed[np.isfinite(printed)]).max(initial=0.0)))
        assert np.allclose(printed[~zero], panel.median[~zero], atol=1e-9 * scale), name
        if not math.isnan(panel.factor):
            assert float(said[name][3]) == pytest.approx(panel.factor, rel=1e-4)
        horizon = str(panel.horizon) if panel.horizon is not None else f">={config.seq_len}"
        assert said[name][5] == horizon
        if config.loss_at == "every":
            total = np.array([float(row[f"{name}.total"]) for row in rows])
            assert np.allclose(total, panel.total, atol=1e-9 * scale), name
