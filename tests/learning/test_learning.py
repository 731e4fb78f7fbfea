"""Networks learn what they can and no more: the claims of the page "Training", run for real."""

import numpy as np
import pytest

from rnn_core.training.config import TrainConfig
from tests.tools.trained import level, trained


def run(**settings):
    return trained(TrainConfig(**settings))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_gated_cell_learns_to_add_over_thirty_steps(cell):
    """Mean squared error below 0.02 on the validation set; guessing costs 0.167."""
    trainer = run(task="adding", cell=cell, hidden_size=12, learning_rate=0.02, steps=600)
    record = trainer.history.read()
    assert trainer.solved_step and trainer.problem.length == 30
    assert np.nanmin(record.val_loss) < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_vanilla_unit_gets_all_strings_of_three_bits_right(seed):
    trainer = run(
        task="first_bit_3", length=3, hidden_size=4, learning_rate=0.02, steps=300, seed=seed
    )
    assert trainer.solved_step and trainer.history.read().best_accuracy == 1.0


# With Adam at 0.01 even a small W_h grows in time: the rate at which the starts differ is lower.
FIRST_OF_30 = {"task": "first_bit", "length": 30, "learning_rate": 0.007, "steps": 700}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_of_thirty_bits_by_lstm_and_by_an_orthogonal_start(seed):
    lstm = run(**FIRST_OF_30, cell="lstm", forget_bias=3.0, hidden_size=12, seed=seed)
    orthogonal = run(**FIRST_OF_30, init="orthogonal", hidden_size=48, seed=seed)
    assert lstm.solved_step and orthogonal.solved_step


@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_start_never_learns_the_first_of_thirty_bits(seed):
    record = run(**FIRST_OF_30, init="small", hidden_size=48, seed=seed).history.read()
    # 128 validation sequences: chance is 50 ± 4 %.
    assert record.best_accuracy < 0.67
    assert np.median(record.loss[-100:]) > 0.98 * np.log(2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_exploding_network_diverges_without_clipping_and_survives_with_it(seed):
    settings = {
        "task": "temporal_order",
        "length": 20,
        "activation": "linear",
        "gain": 1.5,
        "hidden_size": 16,
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "steps": 600,
        "seed": seed,
    }
    without, with_it = run(**settings, clip="none"), run(**settings, clip="norm")
    assert without.event is not None and without.updates < 20
    assert with_it.event is None and with_it.solved_step


def test_a_curriculum_lengthens_step_by_step_and_reaches_what_is_out_of_reach_without():
    settings = {"task": "first_bit", "length": 30, "learning_rate": 0.003, "steps": 500, "seed": 1}
    short_first = run(**settings, curriculum=True)
    lengths = np.unique(short_first.history.read().seq_len)
    assert lengths.tolist() == [4, 6, 9, 14, 21, 30] and short_first.solved_step
    assert level(run(**settings)) > 0.95


@pytest.mark.parametrize("seed", [1, 2])
def test_omega_keeps_the_gradient_nearer_to_its_length(seed):
    settings = {
        "task": "first_bit",
        "length": 20,
        "init": "gaussian",
        "gain": 0.5,
        "hidden_size": 16,
        "learning_rate": 0.003,
        "steps": 60,
        "seed": seed,
    }

    def decades(trainer):
        norms = trainer.history.read().state_norms[32:64]
        return float(np.median(np.abs(norms[:, 0] - norms[:, -1])))

    kept, lost = (decades(trained(TrainConfig(**settings, omega=w), True)) for w in (5.0, 0.0))
    assert kept < lost / 2 and lost > 4


@pytest.mark.parametrize("seed", [6, 7])
def test_truncation_shorter_than_the_lag_stays_at_the_baseline(seed):
    """The symbols to tell apart are 12 steps back and more; the window has 10.

    What still falls of the loss is read from what the state happens to carry.
    """
    settings = {
        "task": "temporal_order",
        "length": 30,
        "hidden_size": 32,
        "learning_rate": 0.003,
        "steps": 700,
        "seed": seed,
    }
    cut, whole = run(**settings, truncation=10), run(**settings)
    assert cut.solved_step is None and level(cut) > 0.85
    assert whole.solved_step
