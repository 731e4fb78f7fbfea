"""A thing is one file and one line: a made-up law, task, activation, initialisation and page go
through all that the app does with its own.

Each stands in tests/made_up as a complete file. A copy of this checkout gets the files, and of each
registry the one line; what runs there is the copy, with the very tests that it came with.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import ROOT

# The file, where it goes, the registry, what stands there, and what is added behind it.
ADDED = {
    "mean_slope": (
        "rnn_core/laws",
        "rnn_core/laws/__init__.py",
        '"lstm_shortcut",',
        '"mean_slope",',
    ),
    "second_bit": ("rnn_core/tasks", "rnn_core/tasks/__init__.py", '"pasted",', '"second_bit",'),
    "softsign": (
        "rnn_core/network/activations",
        "rnn_core/network/activations/__init__.py",
        '"linear"',
        ', "softsign"',
    ),
    "reflection": (
        "rnn_core/network/initialisations",
        "rnn_core/network/initialisations/__init__.py",
        '"non_normal",',
        '"reflection",',
    ),
    "two_ends": (
        "pages",
        "ui/pages.py",
        "PAGES: tuple[Page, ...] = (",
        'Page(name="two_ends", title="Two ends", verdict=(".unroll-verdict",), '
        'chart=("live_two_ends",)),',
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """This checkout with all of them."""
    there = tmp_path_factory.mktemp("copy")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there / name)
    for name, (folder, registry, before, line) in ADDED.items():
        shutil.copy(ROOT / "tests/made_up" / f"{name}.py", there / folder / f"{name}.py")
        text = (there / registry).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{registry} holds {before} {text.count(before)} times"
        if name == "two_ends":  # behind the first page, which opens without a path
            head, entries = text.split(before)
            first = entries.index("\n    ),\n") + len("\n    ),\n")
            text = f"{head}{before}{entries[:first]}    {line}\n{entries[first:]}"
        else:
            text = text.replace(before, before + line)
        (there / registry).write_text(text, encoding="utf-8")
    return there


def run(copy: Path, *args: str) -> str:
    """What Python prints in the copy; its files, not ours."""
    done = subprocess.run(
        [sys.executable, *args],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def tested(copy: Path, *args: str) -> None:
    """The tests of the copy pass, and there are some."""
    said = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", *args)
    assert " passed" in said, said


def test_the_house_stands(copy):
    """Import rules, no circle, every page in the table, nobody asks for one of them by name."""
    tested(copy, "tests/test_house.py")


@pytest.mark.parametrize("name", ["mean_slope", "softsign", "reflection", "second_bit"])
def test_every_test_that_asks_each_of_a_kind_asks_it(copy, name):
    """Derivatives, moments, gradients by differences, predictions, baselines, both engines, and the
    exported training program."""
    tested(copy, "tests/engine", "tests/learning", "tests/screen", "-k", name)


def test_laws_hold_what_they_owe_and_each_is_drawn(copy):
    tested(
        copy,
        "tests/engine/test_laws.py",
        "tests/engine/test_prediction.py",
        "tests/screen/test_figures.py",
        "-k",
        "law or laws or owe",
    )


def test_the_page_of_training_trains_and_shows_them(copy):
    tested(copy, "tests/pages/test_training.py", "-k", "softsign or reflection or second_bit")


def test_the_new_page_is_shared_presented_and_fuzzed_like_the_others(copy):
    tested(copy, "tests/screen/test_share.py")
    tested(copy, "tests/pages/test_fuzz.py")


def test_every_page_opens_with_all_of_them_chosen(copy):
    code = """
from tests.tools.on_page import html, open_app, payloads
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from ui.pages import PAGES

asked = dict(activation="softsign", init="reflection", laws=",".join(LAWS), inits=",".join(
    INITIALISATIONS), activations=",".join(ACTIVATIONS), shown_init="reflection",
    shown_activation="softsign", neuron_activation="softsign", train_task="second_bit",
    train_activation="softsign", train_init="reflection", seq_len=20, hidden_size=12, bits="101",
    node="phi2")
assert [page.name for page in PAGES][1] == "two_ends"
for page in PAGES:
    app = open_app(page.script, **asked)
    assert not app.exception and not app.warning, page
    assert payloads(app), page
app = open_app(activation="softsign", init="orthogonal", laws="mean_slope", gain="0.8")
drawn = [trace["name"] for trace in payloads(app)["gradient_norms"]["figure"]["data"]]
assert "mean slope" in drawn, drawn
"""
    run(copy, "-c", code)


def test_exported_programs_run_by_themselves_and_print_the_same(copy, tmp_path):
    code = f"""
from pathlib import Path
import numpy as np
from rnn_core import RNNConfig, gradient_flow
from rnn_core.studies.one_neuron import Neuron, one_neuron
from tests.tools.output import run_alone
from ui import export
from ui.architectures import export as architectures
from ui.initialisation import export as initialisation
from ui.one_neuron import export as neuron

folder = Path({str(tmp_path)!r})
small = dict(hidden_size=8, seq_len=12, batch_size=3)
config = RNNConfig(activation="softsign", init="reflection", gain=0.9, **small)
printed = run_alone(export.script(config), folder).splitlines()[1:13]
curve = [float(line.split()[1]) for line in printed]
assert np.allclose(curve, gradient_flow(config).spread.median, atol=1e-9)
assert "reflection.softsign" in run_alone(
    initialisation.script(config, ("gaussian", "reflection"), ("tanh", "softsign")), folder)
run_alone(architectures.script(config, ("vanilla", "gru"), [0]), folder)
unit = one_neuron(Neuron(w_in=0.8, w_h=0.5, w_out=1.0, activation="softsign"), "10110")
assert f"L {{unit.loss:.12g}}" in run_alone(neuron.script(unit), folder)
"""
    run(copy, "-c", code)
