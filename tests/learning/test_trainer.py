"""Training: its gradients are true, its fast path is the plain path, and it stops cleanly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.cells import CELLS
from rnn_core.flow.forward import forward
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import not_finite
from rnn_core.tasks import TASKS, Batch, loss_and_direct
from rnn_core.training import numpy_engine
from rnn_core.training.additive_pass import AdditivePass
from rnn_core.training.config import LIVE, MOST_UNIT_STEPS, TRAIN_CHOICES, TRAIN_LIMITS, TrainConfig
from rnn_core.training.numpy_engine import NumpyEngine, state_norms
from rnn_core.training.tape_pass import TapePass, back
from rnn_core.training.trainer import VALIDATE_EVERY, NonFinite, Trainer, measured_every, spectral
from rnn_core.training.update import learned, starting_parameters

SMALL = {"task": "adding", "length": 7, "hidden_size": 5, "batch_size": 3, "clip": "none"}
SGD = {"optimizer": "sgd", "learning_rate": 1e-3}
ADDITIVE = [name for name, cell in CELLS.items() if cell.additive]


def lengths(task: str) -> int:
    low, high = TASKS[task].lengths
    return min(max(low, 6), high)


def started(config: TrainConfig) -> NumpyEngine:
    """An engine whose biases are not 0: a ReLU at exactly 0 has no one derivative."""
    engine = NumpyEngine(config)
    engine.theta += 0.1 * np.random.default_rng(11).standard_normal(engine.theta.shape)
    return engine


def gradient_of(config: TrainConfig, batch: Batch) -> np.ndarray:
    """∂L/∂θ from what one step of plain gradient descent does."""
    engine = started(config)
    before = engine.theta.copy()
    engine.update(config, config.problem, batch)
    return (before - engine.theta) / config.learning_rate


def by_differences(config: TrainConfig, batch: Batch, entries: np.ndarray) -> np.ndarray:
    """∂L/∂θ of some entries from the loss alone."""
    engine, found = started(config), []
    for k in entries:
        start, losses = engine.theta[k], []
        for step in (-1e-5, 1e-5):
            engine.theta[k] = start + step
            y = engine.outputs(config.problem, batch.x)
            losses.append(loss_and_direct(config.problem, y, batch.target)[0])
        engine.theta[k] = start
        found.append((losses[1] - losses[0]) / 2e-5)
    return np.array(found)


@pytest.mark.parametrize("task", ["adding", "first_bit", "copy", "hello"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_every_cell_is_that_of_finite_differences(cell, task):
    # An even number of units: the one without a partner in a linear recurrent unit has no phase.
    own = {"cell": cell, "task": task, "length": lengths(task), "hidden_size": 6}
    config = TrainConfig(**{**SMALL, **SGD, **own})
    rng = np.random.default_rng(3)
    batch = config.problem.draw(rng, config.batch_size)
    found = gradient_of(config, batch)
    entries = rng.choice(len(found), size=min(60, len(found)), replace=False)
    expected = by_differences(config, batch, entries)
    np.testing.assert_allclose(found[entries], expected, rtol=2e-5, atol=2e-8)


@pytest.mark.parametrize("truncation", [0, 1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cell", ADDITIVE)
def test_the_fast_pass_is_the_plain_one(cell, activation, truncation):
    config = TrainConfig(**{**SMALL, "cell": cell, "activation": activation, "length": 11})
    network, params = config.network(), starting_parameters(config)
    rng = np.random.default_rng(1)
    x, direct = rng.standard_normal((11, 3, 2)), rng.standard_normal((4, 3, 5))
    fast, plain = (kind(network, 11, 3, 2, np.float64) for kind in (AdditivePass, TapePass))
    results = []
    for each in (fast, plain):
        h, share = each.forward(params, x)
        delta = each.back(params, direct, truncation)
        into = {n: np.empty_like(getattr(params, n)) for n in ("W_h", "W_x", "b_h", "b_x")}
        each.gradients(into)
        results.append((h.copy(), share, delta.copy(), into))
    (h, share, delta, grads), (h_2, share_2, delta_2, grads_2) = results
    np.testing.assert_allclose(h, h_2, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(delta, delta_2, rtol=1e-11, atol=1e-14)
    assert share == share_2
    for name, gradient in grads.items():
        np.testing.assert_allclose(gradient, grads_2[name], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(fast.states_only(params, x), h_2, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_truncation_cuts_the_gradient_and_nothing_else(cell):
    """Windows of k, from the end: inside the last one δ is the full one, before it nothing."""
    config = TrainConfig(**{**SMALL, "cell": cell, "length": 11})
    params, x = starting_parameters(config), np.random.default_rng(2).standard_normal((11, 3, 2))
    tape = forward(config.network(), params, x).tape
    direct = np.random.default_rng(3).standard_normal((1, 3, 5))
    full, cut = back(tape, direct).copy(), back(tape, direct, 4)
    np.testing.assert_array_equal(cut[-4:], full[-4:])
    assert not cut[:-4].any()
    assert np.abs(full[:-4]).max(axis=(1, 2)).min() > 0  # what there is to cut
    np.testing.assert_array_equal(back(tape, direct, 11), full)


def test_with_a_loss_at_every_step_truncation_keeps_what_each_window_teaches_itself():
    config = TrainConfig(**{**SMALL, "length": 9})
    params, x = starting_parameters(config), np.random.default_rng(2).standard_normal((9, 3, 2))
    tape = forward(config.network(), params, x).tape
    direct = np.random.default_rng(3).standard_normal((9, 3, 5))
    cut = back(tape, direct, 4)
    for start, stop in ((0, 1), (1, 5), (5, 9)):
        own = np.zeros_like(direct)
        own[start:stop] = direct[start:stop]
        np.testing.assert_allclose(cut[start:stop], back(tape, own)[start:stop], rtol=1e-12)


def test_the_norm_before_clipping_is_that_of_all_parameters_and_after_it_the_threshold():
    config = TrainConfig(**{**SMALL, **SGD, "clip": "norm", "max_norm": 1e-3})
    batch = config.problem.draw(np.random.default_rng(0), 3)
    raw = gradient_of(replace(config, clip="none"), batch)
    made = started(config).update(config, config.problem, batch)
    assert made.norm_before == pytest.approx(np.linalg.norm(raw), rel=1e-9)
    assert made.norm_after == pytest.approx(
        1e-3 * made.norm_before / (made.norm_before + 1e-6), rel=1e-12
    )
    clipped = gradient_of(config, batch)
    np.testing.assert_allclose(clipped, raw * made.norm_after / made.norm_before, rtol=1e-6)
    assert made.cosine == 1.0


def test_clipping_by_value_bounds_every_entry_and_turns_the_gradient():
    config = TrainConfig(**{**SMALL, **SGD, "clip": "value", "clip_value": 1e-3})
    batch = config.problem.draw(np.random.default_rng(0), 3)
    raw = gradient_of(replace(config, clip="none"), batch)
    made = started(config).update(config, config.problem, batch)
    clipped = np.clip(raw, -1e-3, 1e-3)
    np.testing.assert_allclose(gradient_of(config, batch), clipped, rtol=1e-6, atol=1e-12)
    assert made.norm_after == pytest.approx(np.linalg.norm(clipped), rel=1e-6)
    expected = raw @ clipped / np.linalg.norm(raw) / np.linalg.norm(clipped)
    assert made.cosine == pytest.approx(expected, rel=1e-6)
    assert made.cosine < 0.999


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-3, 1.0, 1e170, 1e300])
@pytest.mark.parametrize("columns", [False, True])
def test_state_norms_hold_at_any_size(size, columns):
    delta = np.random.default_rng(0).uniform(0.5, 1.0, (4, 3, 5)) * size
    expected = [math.hypot(*row.ravel()) for row in delta]
    if columns:
        delta = np.ascontiguousarray(delta.swapaxes(1, 2)).swapaxes(1, 2)
    np.testing.assert_allclose(state_norms(delta), expected, rtol=1e-12)


def test_state_norms_of_float32_do_not_underflow_and_keep_what_is_not_finite():
    delta = np.zeros((4, 2, 3), np.float32)
    delta[0], delta[1, 0, 0], delta[2, 0, 0] = 1e-30, np.inf, np.nan
    found = state_norms(delta)
    assert found[0] == pytest.approx(math.sqrt(6) * 1e-30, rel=1e-6)
    assert np.isposinf(found[1])
    assert np.isnan(found[2])
    assert found[3] == 0.0


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_gate_is_saturated_below_a_tenth_of_its_largest_slope(cell):
    gate, tanh = (ACTIVATIONS[name].ends for name in ("sigmoid", "tanh"))
    assert pytest.approx(0.025) == gate(0.025)[1] * (1 - gate(0.025)[1])
    assert pytest.approx(0.1) == 1 - tanh(0.1)[1] ** 2
    config = TrainConfig(**{**SMALL, "cell": cell, "gain": 6.0, "length": 20})
    batch = config.problem.draw(np.random.default_rng(0), 3)
    made = NumpyEngine(config).update(config, config.problem, batch)
    trace = forward(config.network(), starting_parameters(config), batch.x)
    slopes = {
        block.name: 4 * g * (1 - g) if block.activation == "sigmoid" else 1 - g**2
        for block in CELLS[cell].blocks
        for g in [trace.gates[block.name]]
    }
    share = np.mean([(slope < 0.1).mean() for slope in slopes.values()])
    assert made.saturated == pytest.approx(share)
    assert share > 0


def record_of(config: TrainConfig):
    trainer = Trainer(config)
    while trainer.step():
        pass
    return trainer, trainer.history.read()


def test_a_run_is_decided_by_its_config():
    config = TrainConfig(**SMALL, steps=40)
    first, second = record_of(config)[1], record_of(config)[1]
    np.testing.assert_array_equal(first.loss, second.loss)
    np.testing.assert_array_equal(first.state_norms, second.state_norms)
    other = record_of(replace(config, seed=8))[1]
    assert (other.loss != first.loss).any()


def test_a_record_describes_the_network_that_entered_the_update():
    config = TrainConfig(**SMALL, steps=VALIDATE_EVERY + 1)
    trainer, record = record_of(config)
    rho, sigma = spectral(config, starting_parameters(config))
    assert (record.rho[0], record.sigma[0]) == (rho, sigma)
    engine = NumpyEngine(config)
    held = config.problem.validation(config.seed)
    y = engine.outputs(config.problem, held.x)
    assert record.val_loss[0] == pytest.approx(
        loss_and_direct(config.problem, y, held.target)[0], rel=1e-12
    )
    measured = ~np.isnan(record.val_loss)
    assert record.step[measured].tolist() == [1, VALIDATE_EVERY + 1]
    assert trainer.done
    assert len(record) == record.steps == config.steps
    assert record.state_norms.shape == (config.steps, 7)


@pytest.mark.parametrize("hidden_size", range(1, 257))
def test_spectra_are_measured_at_powers_of_two(hidden_size):
    every = measured_every(hidden_size)
    assert every & (every - 1) == 0
    assert 1 <= every <= 32


@pytest.mark.parametrize("cell, gate", [("gru", "n"), ("lstm", "g")])
def test_the_spectra_of_a_gated_cell_are_those_of_its_candidate(cell, gate):
    config = TrainConfig(**SMALL, cell=cell, init="gaussian")
    params = NumpyEngine(config).params
    first = CELLS[cell].gates.index(gate) * config.hidden_size
    W = params.W_h[first : first + config.hidden_size]
    rho, sigma = spectral(config, params)
    assert sigma == pytest.approx(np.linalg.svd(W)[1][0])
    assert rho == pytest.approx(np.abs(np.linalg.eigvals(W)).max())


def test_an_exploding_run_stops_and_names_update_tensor_and_timestep():
    config = TrainConfig(
        task="first_bit",
        length=400,
        activation="relu",
        gain=9.0,
        hidden_size=8,
        clip="none",
        precision="float32",
        steps=20,
    )
    trainer, record = record_of(config)
    event = trainer.event
    assert event == NonFinite(1, "h", event.timestep)
    # The first step at which a float32 forward pass by hand is not finite.
    params = starting_parameters(config)
    batch = config.problem.draw(Trainer(config)._rng, config.batch_size)
    states, step = np.zeros((config.batch_size, 8), np.float32), 0
    with np.errstate(over="ignore", invalid="ignore"):
        while np.isfinite(states).all():
            x = batch.x[step].astype(np.float32)
            states = np.maximum(states @ params.W_h.T + x @ params.W_x.T, 0)
            step += 1
    assert event.timestep == step
    assert trainer.done
    assert not trainer.step()
    assert len(record) == 1
    assert not math.isfinite(record.loss[0])


def test_a_gradient_that_overflows_is_named_too():
    """A linear unit whose state stays 0 forward, while δ grows by 9 a step on the way back."""
    config = TrainConfig(
        task="first_bit",
        length=400,
        activation="linear",
        init="identity",
        gain=9.0,
        hidden_size=4,
        precision="float32",
        clip="none",
    )
    engine = NumpyEngine(config)
    engine.params.W_x[...] = 0.0
    batch = config.problem.draw(np.random.default_rng(0), 4)
    made = engine.update(config, config.problem, batch)
    assert made.tensor == "∂L/∂h"
    finite = np.isfinite(made.state_norms)
    assert made.timestep == len(finite) - int(finite[::-1].argmin())
    assert finite[made.timestep :].all()


def test_an_output_that_is_not_finite_is_named_with_its_step_in_the_sequence():
    """The loss sees the last K of T steps only."""
    h, y = np.zeros((5, 2, 3)), np.zeros((2, 2, 1))
    assert not_finite.on_the_way_there(h, y) == ("loss", None)
    y[1, 0] = math.inf
    assert not_finite.on_the_way_there(h, y) == ("y", 5)
    h[2, 1] = math.nan
    assert not_finite.on_the_way_there(h, y) == ("h", 3)


def test_an_update_that_breaks_the_weights_is_named():
    config = TrainConfig(**{**SMALL, "optimizer": "sgd", "learning_rate": 100.0, "length": 4})
    engine = NumpyEngine(config)
    engine.params.W_y[...] = 1e300
    batch = config.problem.draw(np.random.default_rng(0), 3)
    made = engine.update(config, config.problem, batch)
    assert made.tensor is not None


def test_what_may_change_in_a_run_does_and_is_recorded():
    trainer = Trainer(TrainConfig(**SMALL, steps=6))
    trainer.step()
    trainer.change(learning_rate=0.5, clip="norm", max_norm=0.001, steps=3)
    trainer.step()
    trainer.change(learning_rate=0.5)  # nothing new
    trainer.step()
    record = trainer.history.read()
    assert record.changes == (
        (1, "learning_rate", 0.5),
        (1, "clip", "norm"),
        (1, "max_norm", 0.001),
        (1, "steps", 3),
    )
    assert record.clipped.tolist() == [False, True, True]
    assert trainer.done


@pytest.mark.parametrize("field", ["task", "hidden_size", "seed", "gain", "optimizer"])
def test_what_may_not_change_in_a_run_is_refused(field):
    assert field not in LIVE
    with pytest.raises(ValueError, match=field):
        Trainer(TrainConfig(**SMALL)).change(**{field: 3})


def test_a_live_change_outside_its_limits_names_field_limit_and_value():
    trainer = Trainer(TrainConfig(**SMALL))
    with pytest.raises(ValueError, match=r"learning_rate must be from 1e-06 to 100, got -1"):
        trainer.change(learning_rate=-1.0)
    assert trainer.config.learning_rate == TrainConfig().learning_rate
    assert not trainer.history.read().changes


def test_a_curriculum_starts_short_and_lengthens_when_solved():
    config = TrainConfig(
        task="first_bit",
        length=16,
        cell="lstm",
        hidden_size=12,
        learning_rate=0.02,
        curriculum=True,
        steps=900,
    )
    trainer, record = record_of(config)
    lengths_seen = np.unique(record.seq_len)
    assert lengths_seen[0] == 2
    assert lengths_seen[-1] == 16
    assert (np.diff(record.seq_len) >= 0).all()
    assert trainer.solved_step is not None
    # Rows of shorter sequences end where these do.
    short = record.state_norms[0]
    assert np.isfinite(short[:2]).all()
    assert np.isnan(short[2:]).all()


def test_solved_is_when_validation_said_so_first():
    config = TrainConfig(task="first_bit_3", length=3, hidden_size=8, learning_rate=0.01, steps=200)
    trainer, record = record_of(config)
    said = record.step[record.val_accuracy >= 1.0]
    assert len(said) > 1 and trainer.solved_step == said[0]


def test_a_prediction_is_what_the_network_says_of_validation_sequences():
    trainer = Trainer(TrainConfig(**SMALL))
    seen = trainer.predict(4)
    assert seen.batch.x.shape == (7, 4, 2)
    np.testing.assert_array_equal(
        seen.y, trainer.engine.outputs(trainer.problem, trainer._task[1].x)[:, :4]
    )


@pytest.mark.parametrize("field", TRAIN_LIMITS)
def test_a_number_outside_its_limits_names_field_limit_and_value(field):
    low, high = TRAIN_LIMITS[field]
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=rf"{field} must be from .* to .*, got"):
            TrainConfig(**{field: value})


@pytest.mark.parametrize("field", TRAIN_CHOICES)
def test_a_choice_that_there_is_not_names_field_and_choices(field):
    with pytest.raises(ValueError, match=rf"{field} must be one of .*, got 'none of these'"):
        TrainConfig(**{field: "none of these"})


@pytest.mark.parametrize("cell", ["vanilla", "lstm"])
def test_what_would_hold_up_a_server_names_field_limit_and_value(cell):
    most = MOST_UNIT_STEPS // (1000 * len(CELLS[cell].gates))
    TrainConfig(task="first_bit", length=1000, cell=cell, hidden_size=most)
    with pytest.raises(ValueError, match=f"hidden_size must be at most {most} .*, got {most + 1}"):
        TrainConfig(task="first_bit", length=1000, cell=cell, hidden_size=most + 1)


@pytest.mark.parametrize("cell", ["vanilla", "gru"])
def test_validation_is_the_same_in_parts_and_holds_no_more_than_one(cell, monkeypatch):
    trainer = Trainer(TrainConfig(task="adding", length=9, cell=cell))
    task, held = trainer._task
    whole = trainer.engine.outputs(task, held.x)
    np.testing.assert_allclose(trainer.engine.validate(task, held.x), whole, rtol=1e-12)
    monkeypatch.setattr(numpy_engine, "VALIDATED_WHOLE", 0)
    np.testing.assert_allclose(trainer.engine.validate(task, held.x), whole, rtol=1e-12)
    if cell == "vanilla":
        assert trainer.engine._held.shape == (9, numpy_engine.VALIDATED_AT_ONCE, 2)


def test_what_needs_more_than_a_cell_has_is_refused():
    with pytest.raises(ValueError, match="omega must be 0"):
        TrainConfig(cell="lstm", omega=1.0)
    with pytest.raises(
        ValueError, match="keep_matrix must be 'free' for a cell that learns no W_h"
    ):
        TrainConfig(cell="lru", keep_matrix="orthogonal")


@settings(max_examples=25, deadline=None)
@given(
    cell=st.sampled_from(sorted(CELLS)),
    task=st.sampled_from(["adding", "first_bit", "copy", "temporal_order", "parity", "hello"]),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    optimizer=st.sampled_from(TRAIN_CHOICES["optimizer"]),
    clip=st.sampled_from(TRAIN_CHOICES["clip"]),
    truncation=st.integers(0, 40),
    precision=st.sampled_from(TRAIN_CHOICES["precision"]),
    gain=st.floats(0, 10),
    learning_rate=st.sampled_from([1e-6, 1e-2, 1.0, 100.0]),
)
def test_any_run_goes_on_or_stops_with_a_name(**choices):
    config = TrainConfig(hidden_size=6, batch_size=2, length=12, steps=6, **choices)
    trainer, record = record_of(config)
    assert trainer.updates == record.steps
    if trainer.event is None:
        assert record.steps == 6
        assert np.isfinite(record.norm_before).all()
        assert (record.norm_after <= record.norm_before).all()
    else:
        assert trainer.event.step == record.steps
        assert trainer.event.tensor
    assert set(learned(config)) <= set(vars(trainer.engine.params))
