"""The scenes of training do what their lessons say. Each of these runs takes a second or less."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from tests.tools.trained import level, trained
from ui.training.scenes import SCENES

BY_NAME = {scene.name: scene for scene in SCENES}


def both(name, seed=None, to_the_end=False):
    """The two runs of a scene."""
    scene = BY_NAME[name]
    pair = (scene.config, scene.versus)
    if seed is not None:
        pair = tuple(replace(config, seed=seed) for config in pair)
    return tuple(trained(config, to_the_end) for config in pair)


def test_scenes_have_names_of_their_own_and_few_words():
    assert len(BY_NAME) == len({scene.label for scene in SCENES}) == len(SCENES)
    for scene in SCENES:
        assert scene.name.replace("_", "").isalpha() and scene.name.islower()
        assert len(scene.label) <= 32 and len(scene.lesson) <= 200
        assert scene.lesson.endswith(".")


@pytest.mark.parametrize("scene", [s for s in SCENES if s.versus], ids=lambda s: s.name)
def test_the_second_run_has_the_same_seed_and_differs_in_little(scene):
    one, other = asdict(scene.config), asdict(scene.versus)
    different = [field for field in one if one[field] != other[field]]
    assert 1 <= len(different) <= 2 and "seed" not in different and "task" not in different


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.name)
def test_a_scene_is_small_enough_for_a_lesson(scene):
    assert scene.config.steps <= 1000
    assert 8 <= scene.config.hidden_size <= 64 and scene.config.problem.seq_len <= 60


@pytest.mark.parametrize("name", ["three_bits", "adding", "hello"])
def test_first_lessons_are_solved(name):
    run = trained(BY_NAME[name].config)
    assert run.solved_step <= {"three_bits": 97, "adding": 300, "hello": 129}[name]


@pytest.mark.parametrize(
    "name", ["near_and_far", "clip_low", "truncation", "spike", "clip_norm", "slow"]
)
def test_the_second_run_solves_what_the_first_does_not(name):
    one, other = both(name)
    assert one.solved_step is None and other.solved_step


@pytest.mark.parametrize("name", ["orthogonal", "forget_bias", "curriculum", "omega"])
def test_the_first_run_solves_what_the_second_does_not(name):
    one, other = both(name)
    assert one.solved_step and other.solved_step is None
    assert level(other) > 0.95  # it guesses


def test_near_and_far_learns_to_be_silent_and_nothing_else():
    run, _ = both("near_and_far")
    record = run.history.read()
    assert record.loss[0] > 2.5 * run.problem.baseline
    assert 0.95 < level(run) < 1.1
    assert record.val_accuracy[np.isfinite(record.val_accuracy)][-1] < 0.25  # of 8 symbols


def test_the_spike_comes_after_hundreds_of_updates_and_takes_everything():
    run, _ = both("spike")
    record = run.history.read()
    at = int(record.norm_before.argmax())
    assert at > 250
    assert record.norm_before[at] > 30 * np.median(record.norm_before[at - 64 : at])
    assert np.median(record.loss[at - 20 : at]) < 0.6 * run.problem.baseline
    assert len(record) > at + 200 and level(run) > 0.95
    assert record.saturated[-40:].mean() > 0.9  # units that are off do not learn


@pytest.mark.parametrize("seed", [7, 1, 2, 3])
def test_clipped_the_run_of_the_spike_solves_the_task_from_other_starts_too(seed):
    config = replace(BY_NAME["spike"].versus, seed=seed)
    assert trained(config).solved_step


@pytest.mark.parametrize("name", ["spike", "hair"])
def test_what_decides_comes_before_a_rounding_error_can_be_seen(name):
    """Processors round differently, and in these two scenes errors grow: a learning rate which is
    another in its eleventh digit, a change many times as large, must not change what is told."""
    scene = BY_NAME[name]
    for config in (scene.config, scene.versus) if name == "hair" else (scene.config,):
        one = trained(config, True)
        other = trained(replace(config, learning_rate=config.learning_rate * (1 + 1e-11)), True)
        assert one.solved_step == other.solved_step
        assert abs(level(one) - level(other)) < 0.2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_clipping_it_breaks_and_with_it_does_not(seed):
    one, other = both("clip_norm", seed)
    assert one.event is not None and one.updates < 100
    assert other.event is None and other.solved_step


def test_a_hair_decides():
    """With this seed; it is chance which of the two it is, if any."""
    scene = BY_NAME["hair"]
    assert scene.versus.learning_rate == pytest.approx(scene.config.learning_rate, rel=0.002)
    one, other = both("hair", to_the_end=True)
    assert one.solved_step and level(one) < 0.1
    assert other.solved_step is None and level(other) > 0.8


def test_the_two_curves_of_a_hair_are_one_at_first():
    one, other = (run.history.read().loss for run in both("hair", to_the_end=True))
    apart = np.abs(one / other - 1)
    assert apart[:50].max() < 0.02 and apart[50:120].max() > 0.5


def test_clipping_by_value_turns_the_gradient_and_by_norm_does_not():
    by_value, by_norm = (run.history.read() for run in both("clip_value"))
    assert np.median(by_value.cosine[by_value.clipped]) < 0.95
    assert by_norm.clipped.any() and (by_norm.cosine == 1).all()
    assert all(run.solved_step for run in both("clip_value"))


def test_the_low_threshold_clips_everything():
    run, _ = both("clip_low")
    record = run.history.read()
    assert record.clipped.all() and np.median(record.factor) < 0.1


def test_the_window_of_the_truncated_run_ends_before_what_counts():
    run, _ = both("truncation")
    norms = run.history.read().state_norms
    assert (norms[:, :20] == -np.inf).all() and (norms[:, 20:] > -np.inf).all()


def test_the_curriculum_starts_at_four_bits_and_arrives():
    run, _ = both("curriculum")
    lengths = run.history.read().seq_len
    assert lengths[0] == 4 and lengths[-1] == 30 and (np.diff(lengths) >= 0).all()
