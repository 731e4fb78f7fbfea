"""A training run taken away: the script makes the same run, the files hold what was recorded."""

import ast
import dataclasses
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from rnn_core.cells import CELLS
from rnn_core.config import CHOICES
from rnn_core.tasks import TASKS
from rnn_core.tasks.pasted import checked
from rnn_core.tasks.text import alice
from rnn_core.training.config import LIVE, TrainConfig
from rnn_core.training.history import COLUMNS
from rnn_core.training.trainer import Trainer
from tests.tools.output import comments, read_csv
from ui.training import export

SMALL = {"task": "adding", "length": 10, "hidden_size": 7, "batch_size": 5, "steps": 30}
PASTED = 'Äpfel "und" \'Birnen\'\n""" + {x} \\n %s und noch mehr Äpfel, viel mehr. ' * 2


def own_of(cell: str) -> dict:
    """What only such a cell knows, each a step from its usual value."""
    found: dict = {"cell": cell}
    for own in CELLS[cell].settings:
        step = own.step if own.default + own.step <= own.high else -own.step
        found[own.name] = type(own.default)(own.default + step)
    return found


# name: settings, and what is changed after how many updates
RUNS: dict[str, tuple[dict, dict]] = {
    **{f"cell-{cell}": ({"cell": cell}, {}) for cell in CELLS},
    **{f"own-{cell}": (own_of(cell), {}) for cell in CELLS if CELLS[cell].settings},
    **{f"phi-{phi}": ({"activation": phi}, {}) for phi in CHOICES["activation"]},
    **{f"init-{init}": ({"init": init}, {}) for init in CHOICES["init"]},
    **{f"start-{name}": ({"start": name, "cell": "lstm"}, {}) for name in CHOICES["start"]},
    "start-radius": ({"start": "keras", "cell": "gru", "scale_sets": "radius", "gain": 0.8}, {}),
    "start-rnn": ({"start": "pytorch", "input_gain": 0.7}, {}),
    "start-added": ({"start": "keras", "cell": "lstm", "added_bias": 1.5, "input_bias": -1.0}, {}),
    "start-chrono": ({"start": "pytorch", "cell": "gru", "chrono": 30}, {}),
    "chrono": ({"cell": "lstm", "chrono": 30}, {}),
    "start-linear": ({"start": "pytorch", "cell": "min_lstm"}, {}),
    **{
        f"task-{name}": (
            {
                "task": name,
                "length": max(min(11, task.lengths[1]), task.lengths[0]),
                "text": PASTED,
            },
            {},
        )
        for name, task in TASKS.items()
    },
    "live": (
        {"clip": "none"},
        {
            5: {"learning_rate": 0.1},
            11: {"clip": "norm", "max_norm": 0.05},
            20: {"clip": "value", "clip_value": 0.01, "learning_rate": 0.02},
            25: {"steps": 28},
        },
    ),
    "by tensor": ({"clip": "tensor", "max_norm": 0.05}, {}),
    "by unit": ({"clip": "unit", "clip_value": 0.003}, {9: {"clip": "tensor", "max_norm": 0.03}}),
    "back to units": ({"clip": "none"}, {9: {"clip": "unit", "clip_value": 0.003}}),
    "rmsprop": ({"optimizer": "rmsprop", "learning_rate": 0.01}, {}),
    "live rate": ({"clip": "value", "optimizer": "momentum"}, {7: {"learning_rate": 0.05}}),
    "curriculum of bits": (
        {
            "task": "first_bit",
            "length": 12,
            "curriculum": True,
            "cell": "gru",
            "steps": 200,
            "learning_rate": 0.02,
            "batch_size": 16,
        },
        {},
    ),
    # Short windows leave a tenth of this text to validation, long ones do not.
    "curriculum of a text": (
        {
            "task": "pasted",
            "text": "abcabdacd" * 20,
            "length": 20,
            "curriculum": True,
            "steps": 200,
            "learning_rate": 0.02,
            "hidden_size": 16,
        },
        {},
    ),
    "curriculum of hello": (
        {
            "task": "hello",
            "length": 16,
            "curriculum": True,
            "steps": 200,
            "learning_rate": 0.02,
            "hidden_size": 16,
        },
        {},
    ),
    "curriculum of sums": (
        {
            "length": 16,
            "curriculum": True,
            "cell": "gru",
            "steps": 200,
            "learning_rate": 0.02,
            "hidden_size": 16,
        },
        {},
    ),
    "sgd": ({"optimizer": "sgd", "learning_rate": 0.05, "clip": "none"}, {}),
    "value": ({"clip": "value", "clip_value": 0.01}, {}),
    "omega": ({"omega": 1.5}, {}),
    "omega, relu": ({"omega": 1.5, "activation": "relu", "truncation": 4}, {}),
    "omega, irnn": ({"omega": 0.5, "cell": "irnn"}, {}),
    "orthogonal": ({"keep_matrix": "orthogonal", "cell": "gru", "gain": 1.3}, {}),
    "norm1": (
        {"keep_matrix": "norm1", "gain": 1.3, "init": "gaussian"},
        {7: {"learning_rate": 0.05}},
    ),
    "other numbers": (
        {"seed": 3, "optimizer": "momentum", "momentum": 0.5, "input_gain": 0.4, "max_norm": 0.2},
        {},
    ),
    "truncated": ({"task": "copy", "length": 2, "truncation": 6}, {}),
    "truncated lstm": ({"task": "copy", "length": 2, "truncation": 5, "cell": "lstm"}, {}),
    "radius": ({"scale_sets": "radius", "gain": 0.8, "cell": "gru", "init": "gaussian"}, {}),
    "forget bias": ({"cell": "lstm", "forget_bias": -0.5}, {}),
    "update bias": ({"cell": "gru", "update_bias": 2.5}, {}),
    "keep bias": ({"cell": "min_gru", "keep_bias": 2.5}, {}),
    "odd lru": ({"cell": "lru", "lambda_low": 0.5, "lambda_high": 0.8}, {}),
    "alpha": ({"cell": "leaky", "alpha": 0.37, "activation": "relu"}, {}),
    "float32": ({"precision": "float32", "task": "copy", "length": 2}, {}),
    "float32 curriculum": ({"precision": "float32", "curriculum": True, "steps": 40}, {}),
    "by torch": ({"engine": "torch", "cell": "lstm"}, {}),
    "broken forward": (
        {
            "activation": "relu",
            "gain": 1.5,
            "length": 40,
            "clip": "none",
            "optimizer": "sgd",
            "learning_rate": 0.5,
            "hidden_size": 16,
        },
        {},
    ),
    "broken backward": (
        {
            "activation": "relu",
            "gain": 3.0,
            "length": 40,
            "precision": "float32",
            "hidden_size": 16,
        },
        {},
    ),
}

RUNNER = """
import contextlib, io, json, runpy, sys, warnings
warnings.simplefilter("error")
printed = {}
for path in sys.argv[1:]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(path, run_name="__main__")
    printed[path] = out.getvalue()
print(json.dumps(printed))
"""


def trained(settings: dict, changes: dict) -> Trainer:
    trainer = Trainer(TrainConfig(**SMALL | settings))
    while trainer.step():
        if trainer.updates in changes:
            trainer.change(**changes[trainer.updates])
    return trainer


@pytest.fixture(scope="module")
def runs() -> dict[str, Trainer]:
    return {name: trained(*run) for name, run in RUNS.items()}


@pytest.fixture(scope="module")
def scripts(runs) -> dict[str, str]:
    return {
        name: export.script(trainer.started, trainer.history.read())
        for name, trainer in runs.items()
    }


@pytest.fixture(scope="module")
def printed(scripts, tmp_path_factory) -> dict[str, str]:
    """What every script prints; one process, since importing torch takes a second."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = {name: folder / f"{n}.py" for n, name in enumerate(scripts)}
    for name, path in paths.items():
        path.write_text(scripts[name], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, *map(str, paths.values())],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: found[str(path)] for name, path in paths.items()}


@pytest.mark.parametrize("name", RUNS)
def test_the_script_makes_the_same_run(name, runs, printed):
    trainer, lines = runs[name], printed[name].splitlines()
    assert trainer.updates > 0
    tolerance = export.TOLERANCE[trainer.config.precision]
    words, _, compared = lines[-1].partition(" at updates ")
    assert words == f"agrees to {tolerance} with the recorded run", lines
    compared = [int(step) for step in compared.split()]
    assert compared[0] == 1 and compared[-1] == trainer.updates
    assert len(compared) > min(trainer.updates - 1, export.COMPARED // 2)


def test_the_runs_are_what_their_names_say(runs):
    """Otherwise agreement would show little."""
    for name, trainer in runs.items():
        record = trainer.history.read()
        if name.startswith("curriculum"):
            assert len(set(record.seq_len.tolist())) > 2, name
        if name.startswith("broken"):
            assert trainer.event is not None and trainer.event.step == trainer.updates, name
        else:
            assert trainer.event is None, name
            assert record.loss[-1] != record.loss[0], name
    assert len(runs["live"].history.read().changes) == 7
    assert runs["live"].updates == 28
    assert runs["live"].history.read().clipped.any()


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(TrainConfig)])
def test_every_setting_is_another_one_in_some_run(field):
    """A setting that the script forgot would show in the run that changes it."""
    usual = (SMALL | {"text": ""}).get(field, getattr(TrainConfig(), field))
    assert any(settings.get(field, usual) != usual for settings, _ in RUNS.values())


def test_a_run_that_ends_with_a_number_that_is_not_finite_says_so(runs, printed):
    for name, what in (("broken forward", "loss"), ("broken backward", "gradient")):
        assert f"{runs[name].updates:6d}  the {what} is not finite" in printed[name], name


def test_a_script_that_does_not_agree_says_where(scripts, runs, tmp_path):
    name = "cell-vanilla"
    record = runs[name].history.read()
    text = scripts[name].replace("lr=0.003", "lr=0.004")
    assert text != scripts[name]
    path = tmp_path / "other.py"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr
    # Adam's first step has another length already; its gradient was the same.
    assert "agrees to 1e-08 with the recorded run at updates 1\n" in done.stdout
    assert "differs at update 2:" in done.stdout
    assert f"recorded {float(record.loss[1])!r}" in done.stdout


def test_without_a_record_the_script_makes_all_updates():
    trainer = Trainer(TrainConfig(**SMALL))
    text = export.script(trainer.started, trainer.history.read())
    assert "for step in range(1, 30 + 1):" in text and "recorded run" not in text
    done = subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.splitlines()[-1].startswith("    30  loss ")


@pytest.mark.parametrize("name", RUNS)
def test_the_script_needs_numpy_and_torch_alone_and_is_readable(name, scripts):
    tree = ast.parse(scripts[name])
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    assert modules <= {"__future__", "math", "functools", "typing", "numpy", "torch"}
    assert all(len(line) <= 100 for line in scripts[name].splitlines())


@pytest.mark.parametrize(
    ("cell", "module"),
    [
        ("vanilla", "nn.RNNCell(I, H)"),
        ("irnn", 'nn.RNNCell(I, H, nonlinearity="relu")'),
        ("gru", "nn.GRUCell(I, H)"),
        ("lstm", "nn.LSTMCell(I, H)"),
        ("layer_norm", "nn.LayerNorm(H)"),
    ],
)
def test_the_script_uses_the_modules_that_torch_has(cell, module, scripts):
    assert module in scripts[f"cell-{cell}"]


def text_of(script: str) -> tuple[str, str]:
    """The text of a character task in a script, and the script without it."""
    for node in ast.parse(script).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TEXT":
            written = ast.get_source_segment(script, node.value)
            return ast.literal_eval(node.value), script.replace(written, "")
    raise AssertionError("no TEXT")


def test_a_pasted_text_cannot_leave_its_string(scripts):
    """Whoever sends a link chooses the text; whoever opens it may run the script."""
    text, rest = text_of(scripts["task-pasted"])
    assert text == checked(PASTED)
    assert "Birnen" not in rest


def test_the_text_that_comes_with_the_app_is_in_its_script(scripts):
    assert text_of(scripts["task-text"])[0] == alice()


# -- files


def test_the_csv_holds_every_column_of_every_record(runs):
    record, config = runs["live"].history.read(), runs["live"].started
    text = export.history_csv(config, record)
    said, rows = comments(text), read_csv(text)
    assert f"# setting: seed = {config.seed}" in said
    assert f"# setting: max_norm = {config.max_norm}" in said
    assert f"# clipped_steps = {record.clipped_steps}" in said
    assert "# changed after update 11: max_norm = 0.05" in said
    assert len(rows) == len(record) == 28
    for name in COLUMNS:
        column = [float(row[name]) if row[name] else math.nan for row in rows]
        assert np.array_equal(column, getattr(record, name).astype(float), equal_nan=True), name
    assert rows[1]["val_loss"] == ""


@pytest.mark.parametrize("name", ["live", "curriculum of bits", "broken forward", "task-pasted"])
def test_the_json_holds_the_run(name, runs):
    trainer = runs[name]
    record = trainer.history.read()
    text = export.history_json(trainer.started, record)
    whole = json.loads(text, parse_constant=lambda constant: pytest.fail(constant))

    def numbers(values):
        return [math.nan if v is None else float(v) for v in values]

    assert TrainConfig(**whole["config"]) == trainer.started
    assert set(whole["config"]) == {f.name for f in dataclasses.fields(TrainConfig)}
    for column in COLUMNS:
        expected = getattr(record, column).astype(float)
        found = numbers(whole["columns"][column])
        assert np.array_equal(found, expected, equal_nan=True), column
    assert whole["totals"]["steps"] == trainer.updates
    assert [tuple(c.values()) for c in whole["changes"]] == list(record.changes)
    norms = np.array([numbers(row) for row in whole["state_norms"]["log10"]])
    assert np.allclose(norms, record.state_norms, atol=1e-5, equal_nan=True)
    assert whole["state_norms"]["step"] == record.state_steps.tolist()
    assert whole["state_norms"]["every"] == record.state_every


def test_a_zero_gradient_is_minus_infinity_in_the_json_and_what_is_beyond_it_null(runs):
    trainer = trained({"task": "first_bit", "length": 10, "truncation": 3, "steps": 4}, {})
    whole = json.loads(export.history_json(trainer.started, trainer.history.read()))
    assert whole["state_norms"]["log10"][0][0] == "-inf"
    short = json.loads(
        export.history_json(
            runs["curriculum of bits"].started, runs["curriculum of bits"].history.read()
        )
    )
    assert short["state_norms"]["log10"][0][-1] is None


def test_the_json_leaves_state_norms_out_evenly_and_says_so(runs, monkeypatch):
    trainer = runs["cell-vanilla"]
    monkeypatch.setattr(export, "STATE_VALUES", 100)
    record = trainer.history.read()
    whole = json.loads(export.history_json(trainer.started, record))["state_norms"]
    assert whole["every"] == 4 and whole["step"] == record.state_steps[::4].tolist()
    assert np.allclose(whole["log10"], record.state_norms[::4], atol=1e-5)


def test_every_live_setting_is_known_to_the_script():
    assert set(LIVE) == {"learning_rate", "clip", "max_norm", "clip_value", "steps"}
