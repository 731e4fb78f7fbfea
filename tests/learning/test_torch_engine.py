"""The two training engines are one: our backpropagation and PyTorch's autograd, step for step."""

import itertools
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_core.cells import CELLS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.tasks import TASKS
from rnn_core.training.config import TRAIN_CHOICES, TrainConfig
from rnn_core.training.kept import KEPT
from rnn_core.training.numpy_engine import NumpyEngine
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.torch_engine import TorchEngine
from rnn_core.training.trainer import Trainer
from rnn_core.training.update import learned

UPDATES = 50
SIZES = {"hidden_size": 6, "batch_size": 3, "steps": UPDATES}
LENGTHS = {"first_bit_3": 3, "copy": 2, "adding": 14, "first_bit": 14}  # others: 12
TEXT = "the quick brown fox jumps over the lazy dog, and over the cat"


def config_of(task: str, **more) -> TrainConfig:
    low, high = TASKS[task].lengths
    length = LENGTHS.get(task, max(min(12, high), low))
    return TrainConfig(task=task, length=length, text=TEXT, **SIZES | more)


def covering() -> list[TrainConfig]:
    """Every cell with every optimiser and with every clipping, these two in every pair, and over
    them every task, activation, window of truncation and the regulariser; not their product."""
    found = []
    optimisers, clips = TRAIN_CHOICES["optimizer"], TRAIN_CHOICES["clip"]
    for c, cell in enumerate(CELLS):
        for n in range(8):
            optimizer = optimisers[n % len(optimisers)]
            found.append(
                config_of(
                    list(TASKS)[(n + c) % len(TASKS)],
                    cell=cell,
                    activation=list(ACTIVATIONS)[(n + 2 * c) % len(ACTIVATIONS)],
                    optimizer=optimizer,
                    clip=clips[(n + c) % len(clips)],
                    learning_rate=0.003 if OPTIMISERS[optimizer].scale_free else 0.02,
                    max_norm=0.3,
                    clip_value=0.02,
                    truncation=(0, 4, 1)[(n + c) % 3],
                    omega=float(CELLS[cell].two_factors and n % 2),
                    gain=(0.9, 1.2)[n % 2],
                    init=("orthogonal", "gaussian", "identity")[(n + c) % 3],
                    seed=n,
                )
            )
    return found


def name_of(c: TrainConfig) -> str:
    return f"{c.cell}-{c.optimizer}-{c.clip}-{c.task}-{c.activation}-{c.truncation}-{c.omega:g}"


def lockstep(config: TrainConfig, *engines, updates: int = UPDATES):
    """The updates of several engines on the same batches, until one breaks."""
    rng = np.random.default_rng(config.seed)
    for _ in range(updates):
        batch = config.problem.draw(rng, config.batch_size)
        made = [engine.update(config, config.problem, batch) for engine in engines]
        yield made
        if any(m.tensor for m in made):
            return


def apart(a, b) -> float:
    """Largest relative difference; 0 where both are the same, inf and NaN included."""
    a, b = np.atleast_1d(a).astype(float), np.atleast_1d(b).astype(float)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        gap = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-300)
    return float(np.where(same, 0.0, gap).max())


def parameters_apart(config: TrainConfig, a, b) -> float:
    """The same of each whole array: ‖a - b‖/‖a‖; one that went back to 0 counts as 1e-9."""
    found = []
    for name in learned(config):
        ours, theirs = getattr(a.params, name), getattr(b.params, name)
        size = np.linalg.norm(ours)
        found.append(float(np.linalg.norm(ours - theirs) / max(size, 1e-9)))
    return max(found)


NUMBERS = ("loss", "norm_before", "norm_after", "cosine", "saturated", "state_norms")


@pytest.mark.parametrize("config", covering(), ids=name_of)
def test_fifty_updates_give_the_same_numbers(config):
    ours, theirs = NumpyEngine(config), TorchEngine(config)
    before = ours.theta.copy()
    count = 0
    for mine, torchs in lockstep(config, ours, theirs):
        count += 1
        assert (mine.tensor, torchs.tensor) == (None, None)
        for name in NUMBERS:
            assert apart(getattr(mine, name), getattr(torchs, name)) < 1e-8, (name, count)
    assert count == UPDATES
    assert parameters_apart(config, ours, theirs) < 1e-8
    assert np.abs(ours.theta - before).max() > 1e-4
    held = config.problem.validation(config.seed)
    y = ours.outputs(config.problem, held.x), theirs.outputs(config.problem, held.x)
    assert y[0].shape == y[1].shape and np.allclose(*y, rtol=1e-8, atol=1e-10)
    assert np.array_equal(theirs.validate(config.problem, held.x), y[1])


@pytest.mark.parametrize("keep_matrix", KEPT)
@pytest.mark.parametrize("cell", ["vanilla", "lstm", "slstm", "cornn"])
def test_what_is_kept_stays_kept_and_the_same_in_both_engines(cell, keep_matrix):
    """Every block's singular values lie within the bounds after each of fifty updates, and the
    first is that of a free run, but for W_h."""
    kept, size = KEPT[keep_matrix], SIZES["hidden_size"]
    config = config_of(
        "adding", cell=cell, keep_matrix=keep_matrix, gain=1.2, init="gaussian", optimizer="rmsprop"
    )
    ours, theirs = NumpyEngine(config), TorchEngine(config)
    left = replace(config, keep_matrix="free")
    (one,) = next(iter(lockstep(left, other := NumpyEngine(left))))
    for n, (mine, torchs) in enumerate(lockstep(config, ours, theirs)):
        for name in NUMBERS:
            assert apart(getattr(mine, name), getattr(torchs, name)) < 1e-8, (name, n)
        for engine in (ours, theirs):
            for W in engine.params.W_h.reshape(-1, size, size):
                s = np.linalg.norm(W, 2), np.linalg.norm(W, -2)
                assert kept.low - 1e-13 <= s[1] and s[0] <= kept.high + 1e-13
                if kept.low == 1.0:
                    assert np.abs(W.T @ W - np.eye(size)).max() < 1e-13
        if n == 0:
            assert all(apart(getattr(mine, name), getattr(one, name)) == 0.0 for name in NUMBERS)
            free = {name: getattr(other.params, name) for name in learned(left)}
            same = [name for name in free if np.array_equal(free[name], getattr(ours.params, name))]
            assert set(free) - set(same) == {"W_h"}
    assert n == UPDATES - 1 and parameters_apart(config, ours, theirs) < 1e-8


def test_the_covering_set_covers():
    """Every value of every choice is in it, and each kind of clipping clips."""
    configs = covering()
    for name, values in TRAIN_CHOICES.items():
        if name in ("cell", "task", "activation", "optimizer", "clip"):
            assert {getattr(c, name) for c in configs} == set(values), name
    for one, other in (("cell", "optimizer"), ("cell", "clip"), ("optimizer", "clip")):
        assert {(getattr(c, one), getattr(c, other)) for c in configs} == set(
            itertools.product(TRAIN_CHOICES[one], TRAIN_CHOICES[other])
        )
    assert {c.truncation for c in configs} == {0, 1, 4} and any(c.omega for c in configs)
    for clip in TRAIN_CHOICES["clip"][1:]:
        some = next(c for c in configs if c.clip == clip)
        (made,) = next(iter(lockstep(some, TorchEngine(some))))
        assert made.norm_after < 0.99 * made.norm_before


@pytest.mark.parametrize(
    ("cell", "optimizer"), [*((cell, "momentum") for cell in CELLS), ("gru", "adam")]
)
def test_float32_agrees_as_far_as_its_digits_go(cell, optimizer):
    """Adam would move by rounding alone what has a gradient of 0: what an sLSTM remembers is an
    average, and does not change with the bias of its input gate."""
    config = config_of("adding", cell=cell, precision="float32", omega=0.0, optimizer=optimizer)
    ours, theirs = NumpyEngine(config), TorchEngine(config)
    assert theirs.params.W_x.dtype == np.float32
    for mine, torchs in lockstep(config, ours, theirs):
        for name in ("loss", "norm_before", "norm_after", "state_norms"):
            assert apart(getattr(mine, name), getattr(torchs, name)) < 2e-3, name
    assert parameters_apart(config, ours, theirs) < 1e-3


def test_a_float32_run_is_one_of_float32():
    """Otherwise the comparison above would be one of float64 with itself."""
    narrow, wide = (config_of("adding", cell="gru", precision=p) for p in ("float32", "float64"))
    for (a,), (b,) in zip(
        lockstep(narrow, TorchEngine(narrow)), lockstep(wide, TorchEngine(wide)), strict=True
    ):
        last = apart(a.loss, b.loss)
    assert 1e-9 < last < 1e-2


# -- where they cannot be the same


def test_in_deep_saturation_they_differ_by_the_rounding_of_1_minus_h2_and_no_more():
    """φ' = 1 - h² holds a rounding error of 2⁻⁵², here of a φ' near 1e-9, in both engines; each
    step back adds it once more. Loss and parameters do not feel it."""
    config = config_of("adding", gain=10.0, init="identity", clip="none")
    ours, theirs = NumpyEngine(config), TorchEngine(config)
    rng, T = np.random.default_rng(0), config.problem.seq_len
    batch = config.problem.draw(rng, config.batch_size)
    _, z = theirs._unroll(batch.x)
    least = float((1.0 / np.cosh(z["h"].numpy()[1:])).min() ** 2)
    assert 1e-10 < least < 1e-8
    mine, torchs = (e.update(config, config.problem, batch) for e in (ours, theirs))
    gaps = [apart(*pair) for pair in zip(mine.state_norms, torchs.state_norms, strict=True)]
    assert max(gaps) > 1e-8
    for back, gap in enumerate(reversed(gaps)):
        assert gap <= 2.0 * (back + 1) * 2.0**-52 / least, T - back
    assert apart(mine.loss, torchs.loss) < 1e-14


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_saturated_gates_do_not_set_them_apart(cell):
    """The gradient takes the open roads: where φ' has lost its digits, next to nothing passes."""
    biases = {"forget_bias": 10.0, "update_bias": 10.0}
    config = config_of("adding", cell=cell, gain=10.0, init="identity", **biases)
    blocked = []
    for mine, torchs in lockstep(config, NumpyEngine(config), TorchEngine(config)):
        blocked.append(mine.saturated)
        assert apart(mine.state_norms, torchs.state_norms) < 1e-9
    assert min(blocked) > 0.3


def test_a_run_that_explodes_magnifies_rounding_as_much_as_the_last_bit_of_its_weights():
    """Not a difference between the engines: one engine, started from weights that differ in their
    last bit, ends as far from itself."""
    config = TrainConfig(
        activation="relu",
        gain=3.0,
        length=40,
        hidden_size=16,
        batch_size=4,
        optimizer="sgd",
        learning_rate=0.5,
    )
    ours, theirs, moved = NumpyEngine(config), TorchEngine(config), NumpyEngine(config)
    bits = np.random.default_rng(1).choice([-1.0, 1.0], moved.theta.size)
    moved.theta *= 1.0 + bits * 2.0**-52
    between = within = 0.0
    for mine, torchs, other in lockstep(config, ours, theirs, moved):
        between = max(between, apart(mine.loss, torchs.loss))
        within = max(within, apart(mine.loss, other.loss))
        assert between < 10.0 * within
    assert between > 1e-8 and within > 1e-8


# -- what is not finite

BROKEN = {
    "h": {"cell": "vanilla", "activation": "relu", "gain": 1.5},
    "h, irnn": {"cell": "irnn", "gain": 1.5},
    "h, at once": {"activation": "relu", "gain": 10.0, "length": 400},
    "loss": {"cell": "residual", "activation": "relu", "gain": 3.0},
    "‖gradient‖": {"activation": "relu", "gain": 3.0, "precision": "float32"},
    "h, float32": {"activation": "linear", "gain": 10.0, "precision": "float32"},
    "∂L/∂nu": {"cell": "lru", "learning_rate": 10.0, "length": 14, "hidden_size": 8},
}


@pytest.mark.parametrize("name", BROKEN)
def test_both_stop_at_the_same_update_and_name_the_same_tensor_and_timestep(name):
    settings = {
        "length": 40,
        "hidden_size": 16,
        "batch_size": 4,
        "clip": "none",
        "optimizer": "sgd",
        "learning_rate": 0.5,
        "steps": 20,
    } | BROKEN[name]
    runs = [Trainer(TrainConfig(engine=engine, **settings)) for engine in ("numpy", "torch")]
    for run in runs:
        while run.step():
            pass
    assert runs[0].event is not None
    assert runs[0].event == runs[1].event
    assert runs[0].event.tensor == name.partition(",")[0]
    assert (runs[0].event.timestep is None) == (runs[0].event.tensor != "h")
    assert runs[0].updates == runs[1].updates == runs[0].event.step


def test_a_gradient_that_breaks_on_the_way_back_is_named_with_its_timestep_by_both():
    config = TrainConfig(
        length=20, hidden_size=8, batch_size=3, gain=10.0, clip="none", activation="linear", seed=3
    )
    found = []
    for kind in (NumpyEngine, TorchEngine):
        engine = kind(config)
        engine.params.W_x[...] = 0.0
        engine.params.W_y[...] *= 1e300
        batch = config.problem.draw(np.random.default_rng(0), 3)
        made = engine.update(config, config.problem, batch)
        found.append((made.tensor, made.timestep, np.isfinite(made.state_norms).tolist()))
    assert found[0] == found[1]
    assert found[0][0] == "∂L/∂h" and 1 < found[0][1] < 20


def test_no_step_is_taken_when_the_gradient_is_not_finite():
    config = TrainConfig(length=20, hidden_size=8, batch_size=3, gain=10.0, activation="linear")
    engine = TorchEngine(config)
    engine.params.W_x[...] = 0.0
    engine.params.W_y[...] *= 1e300
    before = engine.params.W_h.copy()
    made = engine.update(config, config.problem, config.problem.draw(np.random.default_rng(0), 3))
    assert made.tensor is not None and np.array_equal(engine.params.W_h, before)


# -- whole runs


@pytest.mark.parametrize("cell", ["gru", "lstm", "vanilla"])
def test_whole_runs_with_live_changes_and_a_curriculum_are_the_same(cell):
    """Trainer and History around both engines: lengthened and clipped at the same updates."""
    records = []
    for engine in ("numpy", "torch"):
        run = Trainer(
            TrainConfig(
                task="first_bit",
                length=8,
                cell=cell,
                curriculum=True,
                engine=engine,
                hidden_size=8,
                batch_size=8,
                steps=130,
                learning_rate=0.01,
            )
        )
        while run.step():
            if run.updates == 60:
                run.change(learning_rate=0.005, max_norm=0.02)
            if run.updates == 90:
                run.change(clip="value", clip_value=0.001)
        records.append(run.history.read())
    ours, theirs = records
    assert len(set(ours.seq_len.tolist())) > 1
    # A loss of 1e-9 is ln Σ exp y - y of numbers near 1, and has lost nine of its sixteen digits.
    assert ours.smallest_loss > 1e-6
    assert ours.changes == theirs.changes and len(ours.changes) == 4
    assert np.array_equal(ours.seq_len, theirs.seq_len)
    assert np.array_equal(ours.clipped, theirs.clipped) and ours.clipped.any()
    for name in ("loss", "val_loss", "norm_before", "norm_after", "factor", "rho", "sigma"):
        assert apart(getattr(ours, name), getattr(theirs, name)) < 1e-8, name
    assert np.array_equal(ours.val_accuracy, theirs.val_accuracy, equal_nan=True)


def test_the_parameters_are_the_tensors_that_learn():
    config = config_of("adding", cell="lru")
    engine = TorchEngine(config)
    start = {name: getattr(engine.params, name).copy() for name in learned(config)}
    for _ in lockstep(config, engine, updates=2):
        pass
    for name, array in start.items():
        assert not np.array_equal(getattr(engine.params, name), array), name


def test_one_thread_is_used_whichever_thread_trains():
    import torch

    config = config_of("adding")
    engine, seen = TorchEngine(config), []

    def train():
        for _ in lockstep(config, engine, updates=1):
            seen.append(torch.get_num_threads())

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [1]


def test_training_by_numpy_needs_no_torch():
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from rnn_core.training.trainer import Trainer\n"
        "from rnn_core.training.config import TrainConfig\n"
        "import rnn_core.training.torch_engine\n"
        "run = Trainer(TrainConfig(steps=2, length=10))\n"
        "while run.step(): pass\n"
        "print(run.history.read().loss)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
