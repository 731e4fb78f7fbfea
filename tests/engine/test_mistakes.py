"""Mistakes: each experiment, with the mistake and without, and the sentence on its cost."""

import pytest

from rnn_core.studies.mistakes import MISTAKES

FOUND = {name: (one.run(True), one.run(False)) for name, one in MISTAKES.items()}


@pytest.mark.parametrize("name", MISTAKES)
def test_both_runs_measure_the_same_things_and_the_cost_names_their_numbers(name):
    wrong, right = FOUND[name]
    assert [one.label for one in wrong] == [one.label for one in right]
    assert [one.value for one in wrong] != [one.value for one in right]
    cost = MISTAKES[name].cost(wrong, right)
    assert cost.endswith(".") and any(one.said in cost for one in wrong)


def values(name):
    return tuple([one.value for one in found] for found in FOUND[name])


def test_pads_take_what_their_steps_take():
    (through, first, pads), (whole, clean, none) = values("padding")
    assert whole == 0 and through < -1 and pads == 30 and none == 0
    assert first == pytest.approx(clean + through, abs=0.7), "of the steps before they take nothing"


def test_what_lies_beyond_the_window_is_not_learned():
    (wrong, _, _), (right, _, _) = values("short_window")
    assert wrong < 0.7 and right > 0.95


def test_a_state_that_is_not_detached_holds_every_chunk():
    (steps, memory, chunks), (one, less, _) = values("not_detached")
    assert steps == chunks * one and memory > 0.9 * chunks * less


def test_a_foreign_state_is_felt_and_slowly_forgotten():
    (first, tenth, last), clean = values("foreign_state")
    assert first > tenth > last > 0.02 and clean == [0, 0, 0]


def test_one_step_at_the_cliff_is_thousands_of_times_too_long():
    (step, loss, _), (bounded, low, _) = values("no_clipping")
    assert step > 1000 * bounded and low < 0.02 < loss


def test_clipped_after_the_step_the_log_is_calm_and_the_step_is_not():
    (logged, made, _), (_, bounded, _) = values("clipped_too_late")
    assert logged <= 0.3 + 1e-9 and made > 1000 * bounded
    assert made == values("no_clipping")[0][0], "it is no clipping at all"


def test_a_higher_rate_makes_a_longer_step_with_the_same_shares():
    (old, long, _), (same, short, _) = values("higher_rate")
    assert old == same < 0.01 and long == pytest.approx(100 * short)


def test_a_log_after_clipping_shows_the_threshold():
    (largest, above, _), (raw, really, _) = values("logged_after_clipping")
    assert largest == pytest.approx(0.3) and above == 0 and raw > 1000 and really > 0
