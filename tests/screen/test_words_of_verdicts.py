"""A verdict in words is true of the curve beside it, on every page that says one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig, gradient_flow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers import spoken
from rnn_core.studies.architectures import CELLS, compare_cells
from rnn_core.studies.grid import gradient_grid
from tests.tools.networks import small_networks
from ui import run
from ui.architectures import words as of_cells
from ui.gradient_flow import captions, check_words, figures, words
from ui.initialisation import figures as grid_figures
from ui.initialisation import words as of_pairs

configs = small_networks()


def no_remedy(config: RNNConfig) -> str:
    return check_words.no_remedy(gradient_flow(config), too_large=False)


# -- Gradient flow


@given(config=configs)
def test_the_word_is_that_of_the_line_it_names(config):
    """Of the thick line: what the last loss sends back; the total is a thin one, by its name."""
    flow = gradient_flow(config)
    *others, alone = figures.gradient_norms(flow)["data"]
    lines = {t["name"]: t for t in others}
    assert all(alone["line"]["width"] > t["line"]["width"] for t in others if "line" in t)
    every = config.loss_at == "every"
    assert every == (figures.TOTAL in lines) == alone["name"].endswith("last loss alone")
    if every:
        total, known = lines[figures.TOTAL]["y"], np.isfinite(flow.spread.median)
        assert np.allclose(total[known], flow.spread.median[known], rtol=1e-5, atol=1e-4)
    if flow.zero_until:
        assert flow.verdict == "vanishing"
        return
    first, last = float(alone["y"][0]), float(alone["y"][-1])
    ratio, fast = first - last, flow.half_life < config.seq_len / 4
    low, high = {
        "vanishing": (-math.inf, -3),
        "fading": (-3, 1 if fast else -1),
        "flowing": (-1, 1),
        "growing": (-1 if fast else 1, 3),
        "exploding": (3, math.inf),
    }[flow.verdict]
    assert low - 1e-9 <= ratio <= high + 1e-9
    assert not (flow.verdict == "flowing" and fast)


@given(config=configs)
def test_every_sentence_of_a_verdict_is_finished_and_names_whose_number_it_is(config):
    flow = gradient_flow(config)
    said = words.headline(flow)
    for text in (said, words.why(flow), words.summary(flow), captions.norms_caption(flow)):
        assert text.strip().endswith((".", "!")), text
        assert "nan" not in text.lower() and "None" not in text, text
    if config.loss_at == "every":
        assert "last loss sends back" in said and "The total of all losses" in said
        assert said.index("last loss sends back") < said.index("The total of all losses")
    if not flow.zero_until and "doubles every" in said:
        assert flow.factor > 1 and VERDICTS[flow.verdict].way > 0
    if not flow.zero_until and "halves every" in said:
        assert flow.factor < 1 and VERDICTS[flow.verdict].way < 0


@given(config=configs)
def test_nothing_needs_mending_is_said_only_of_a_gradient_that_flows(config):
    flow = gradient_flow(config)
    if "Nothing needs mending" in check_words.no_remedy(flow, too_large=False):
        assert flow.verdict == "flowing" and flow.half_life >= config.seq_len / 4
        assert not flow.at_rest and flow.overflow is None and flow.float32_overflow is None
        assert np.abs(flow.reading.curve - flow.reading.curve[-1]).max() <= 3
        assert flow.total.verdict == "flowing"
    if "every step can teach every earlier one" in captions.teaching_caption(flow):
        assert flow.verdict == "flowing" and flow.half_life >= config.seq_len / 4


def test_ten_steps_that_halve_fade_and_do_not_teach_every_earlier_one():
    config = RNNConfig(seq_len=10, gain=0.5, init="orthogonal", input_scale=0.05)
    flow = gradient_flow(config)
    said = words.headline(flow)
    assert "halves every 1.0 steps." in said and "At this rate 100 steps would make it ×" in said
    ahead = spoken.from_log10(100 * flow.slope, 2)
    assert f"×{ahead}." in said and ahead.endswith("10⁻³¹")
    teaching = captions.teaching_caption(flow)
    assert "can teach" not in teaching and "arrives there as ×0.0019" in teaching
    assert run.remedies(config)
    assert "Nothing needs mending" not in no_remedy(config)


def test_twenty_steps_that_grow_to_465_are_growing():
    flow = gradient_flow(
        RNNConfig(activation="linear", hidden_size=3, init="gaussian", gain=1.73, seq_len=20)
    )
    assert "Step 1 gets 465 times what step 20 gets: it doubles every 2.1 steps." in (
        words.headline(flow)
    )
    assert words.summary(flow).count("Growing") == 1


def test_nothing_is_mended_where_the_total_explodes():
    config = RNNConfig(
        cell="residual",
        hidden_size=2,
        batch_size=1,
        activation="linear",
        init="uniform",
        gain=0.6,
        loss_at="every",
        loss_kind="squared_error",
        alpha=0.5,
        seed=118,
    )
    flow = gradient_flow(config)
    assert flow.verdict == "growing" and flow.total.verdict == "exploding"
    assert "Nothing needs mending" not in no_remedy(config)


def test_a_total_that_vanishes_by_itself_is_named():
    """Of a gradient that flows from the last loss, the other losses may make something else."""
    for seed in range(40):
        flow = gradient_flow(
            RNNConfig(
                hidden_size=2,
                batch_size=1,
                activation="linear",
                init="orthogonal",
                loss_at="every",
                loss_kind="squared_error",
                seq_len=60,
                seed=seed,
            )
        )
        if flow.verdict == "flowing" and flow.total.verdict != "flowing":
            said = check_words.no_remedy(flow, too_large=False)
            assert (
                f"the total changes by ×{spoken.from_log10(flow.total.reach.log10_ratio)}" in said
            )
            return
    raise AssertionError("no such run among the seeds")


def test_a_state_that_stays_0_is_said_to_and_that_its_weights_learn_nothing():
    config = RNNConfig(input="zeros", gain=2.0, init="gaussian", seq_len=60, hidden_size=32)
    flow = gradient_flow(config)
    for said in (words.why(flow), words.summary(flow)):
        assert "h stays 0" in said and "∂L/∂W_h is exactly 0" in said
    linear = gradient_flow(replace(config, activation="linear"))
    assert "linearisation" in words.why(flow) and "linearisation" not in words.why(linear)
    flat = replace(config, init="orthogonal", gain=1.0)
    assert "h stays 0" in no_remedy(flat) and "mending" not in no_remedy(flat)
    grid = gradient_grid(config, ("gaussian",), ("tanh", "sigmoid"))
    assert "In 1 panel h stays 0, so ∂L/∂W_h is exactly 0" in of_pairs.event(grid)
    comparison = compare_cells(config, ("vanilla", "gru"), 2)
    assert "The state stays 0 in every cell" in of_cells.remarks(comparison)
    comparison = compare_cells(replace(config, activation="sigmoid"), ("vanilla", "gru"), 2)
    assert "The state stays 0 in GRU" in of_cells.remarks(comparison)


def test_the_cause_is_told_only_where_it_goes_the_way_of_the_verdict():
    """ "W_h gives more than φ′ takes" at 1.00 × 0.18 was said of a run that grew elsewhere."""
    for seed in range(30):
        for gain in (0.8, 1.2, 2.0):
            flow = gradient_flow(
                RNNConfig(
                    hidden_size=2, seq_len=12, batch_size=2, gain=gain, init="gaussian", seed=seed
                )
            )
            step = flow.reasons.activation * flow.reasons.recurrence
            said = words.why(flow)
            assert "gives more than" not in said or step > 1
            assert "Most of the shrinking" not in said or step < 1


def test_what_a_sequence_makes_of_the_way_is_not_taken_for_the_medians():
    """ "Over 9 steps that is not yet a factor of 10" was said of 0.70 a step, a factor of 24."""
    config = RNNConfig(
        loss_at="every", loss_kind="squared_error", seq_len=10, hidden_size=5, batch_size=2
    )
    flow = gradient_flow(config)
    step = flow.reasons.activation * flow.reasons.recurrence
    assert flow.verdict == "flowing" and step**9 < 0.1
    assert words.why(flow).endswith(
        f"Over 9 steps that makes ×{spoken.from_log10(9 * math.log10(step))} there; the median "
        "changes by less."
    )


# -- Initialisation and activation


def test_with_a_loss_at_every_step_the_grid_counts_and_ranks_by_the_last_loss():
    """Nearest to flowing was "small Gaussian × sigmoid, ×1.00": its last loss sends 10⁻¹⁰² back."""
    config = RNNConfig(loss_at="every")
    grid = run.gradient_grid(config, CHOICES["init"], CHOICES["activation"])
    alone = run.gradient_grid(
        replace(config, loss_at="last"), CHOICES["init"], CHOICES["activation"]
    )
    assert grid.verdicts == alone.verdicts
    assert of_pairs.nearest(grid) == of_pairs.nearest(alone)
    small = next(p for p in grid.panels if p.name == ("small", "sigmoid"))
    assert small.verdict == "vanishing" and small.log10_ratio < -99
    assert abs(small.total[0] - small.total[-1]) < 0.5
    assert "of the last loss alone" in of_pairs.legend(grid) + of_pairs.headline(grid)
    assert "last loss" not in of_pairs.legend(alone) + of_pairs.headline(alone)
    assert "∂L_T/" in of_pairs.title(grid) and "∂L/" in of_pairs.title(alone)
    drawn = grid_figures.panels(grid, whole=True, selected=("small", "sigmoid"))
    assert np.allclose(drawn["median"][:, 0], drawn["ratio"])
    assert drawn["total"].shape == drawn["median"].shape
    assert np.allclose(drawn["total"][:, -1], 0.0)


@given(config=configs)
def test_every_panel_is_counted_under_the_word_of_its_curve(config):
    grid = gradient_grid(config, ("orthogonal", "gaussian"), ("tanh", "relu"))
    counted = {kind: n for kind, n, _ in of_pairs.counts(grid)}
    assert list(counted) == list(VERDICTS) and sum(counted.values()) == 4
    for panel in grid.panels:
        ratio = panel.median[0] - panel.median[-1] if np.isfinite(panel.median[0]) else -math.inf
        assert (panel.verdict == "vanishing") == (ratio < -3)
        assert f": {panel.verdict}, " in of_pairs.panel_label(panel)
    flowing = [p for p in grid.panels if p.verdict == "flowing"]
    said = of_pairs.nearest(grid)
    if flowing:
        assert any(of_pairs.pair(*p.name) in said for p in flowing)


# -- Architectures


def test_exploding_in_every_cell_is_not_said_where_one_vanishes():
    config = RNNConfig(gain=1.2, input_scale=1.0)
    comparison = compare_cells(config, ("vanilla", "irnn"), 3)
    assert comparison["vanilla"].verdict == "vanishing"
    assert comparison["irnn"].verdict == "exploding"
    assert of_cells.title(comparison) == "It flows in no cell; nearest is the IRNN, exploding"


@given(
    config=configs,
    cells=st.lists(st.sampled_from(list(CELLS)), min_size=2, max_size=3, unique=True),
)
def test_the_title_holds_of_each_row(config, cells):
    comparison = compare_cells(config, tuple(cells), 1)
    said, kinds = of_cells.title(comparison), [c.verdict for c in comparison.cells]
    if "in every cell" in said:
        assert len(set(kinds)) == 1 and said.startswith(VERDICTS[kinds[0]].title)
    if "in no cell" in said:
        assert "flowing" not in kinds
    if "carries the gradient best" in said:
        best = of_cells.by_distance(comparison)[0]
        assert best.verdict == "flowing" and said.lower().startswith(
            of_cells.the(best.cell).lower()
        )
    if "No gradient" in said:
        assert all(c.ratio[0] == -math.inf for c in comparison.cells)


def test_with_a_loss_at_every_step_rate_and_horizon_of_a_cell_are_the_last_losses():
    last, every = (
        compare_cells(RNNConfig(gain=0.6, loss_at=at), ("vanilla",), 2)["vanilla"]
        for at in ("last", "every")
    )
    assert every.verdict == last.verdict == "vanishing"
    assert every.factor == pytest.approx(last.factor) and every.horizon == last.horizon
    assert np.array_equal(every.spread.median, last.spread.median)
    assert every.total[0] > every.spread.median[0] + 5
