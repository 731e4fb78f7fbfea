"""A thing is one file and one line: a made-up cell, law, task, activation, initialisation, remedy
and page go through all that the app does with its own.

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

# The file, the folder it goes to, its registry, what stands there before and after, and the line
# that is added between.
ADDED = {
    "ugrnn": (
        "rnn_core/cells",
        "rnn_core/cells/__init__.py",
        ("", '    ),\n    "CELL"'),
        '"ugrnn",',
    ),
    "mean_slope": (
        "rnn_core/laws",
        "rnn_core/laws/__init__.py",
        ("", '    ),\n    "LAW"'),
        '"mean_slope",',
    ),
    "second_bit": (
        "rnn_core/tasks",
        "rnn_core/tasks/__init__.py",
        ('"pasted",', ""),
        '"second_bit",',
    ),
    "softsign": (
        "rnn_core/network/activations",
        "rnn_core/network/activations/__init__.py",
        ('"linear"', ""),
        ', "softsign"',
    ),
    "reflection": (
        "rnn_core/network/initialisations",
        "rnn_core/network/initialisations/__init__.py",
        ('"non_normal",', ""),
        '"reflection",',
    ),
    "three_batches": (
        "rnn_core/remedies",
        "rnn_core/remedies/__init__.py",
        ("", '        ),\n        "REMEDY"'),
        '"three_batches",',
    ),
    "two_ends": (
        "pages",
        "ui/pages.py",
        ("    ),\n", ")\n\n\ndef grouped"),  # as the last one: the first one opens without a path
        '    Page(name="two_ends", title="Two ends", pictures=("chart/chart",), '
        'verdict=(".unroll-verdict",), chart=("live_two_ends",)),\n',
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """This checkout with all of them."""
    there = tmp_path_factory.mktemp("copy")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():  # a file may be deleted and not yet committed
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there / name)
    for name, (folder, registry, (before, after), line) in ADDED.items():
        assert not (there / folder / f"{name}.py").exists()
        shutil.copy(ROOT / "tests/made_up" / f"{name}.py", there / folder / f"{name}.py")
        text = (there / registry).read_text(encoding="utf-8")
        place = before + after
        assert text.count(place) == 1, f"{registry} holds {place} {text.count(place)} times"
        text = text.replace(place, before + line + after)
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


def pass_there(copy: Path, *args: str) -> None:
    """The tests of the copy pass, and there are some."""
    said = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", *args)
    assert " passed" in said, said


def test_each_made_up_file_has_its_line():
    made_up = {path.stem for path in (ROOT / "tests" / "made_up").glob("*.py")}
    assert made_up == {*ADDED, "prove_cell", "prove_others"}


def test_the_house_stands(copy):
    """Import rules, no circle, every page in the table, nobody asks for one of them by name."""
    pass_there(copy, "tests/test_house.py")


def test_every_test_that_asks_each_of_a_kind_asks_them(copy):
    """Gradients against autograd and differences, both engines update by update, derivatives,
    moments, predictions, baselines, sampling, exported programs; laws hold what they owe, and each
    is drawn."""
    asked = " or ".join(name for name in ADDED if name != "two_ends")
    of_laws = "(test_laws or test_prediction or test_figures) and (law or owe)"
    folders = ("tests/engine", "tests/learning", "tests/screen")
    pass_there(copy, *folders, "-k", f"{asked} or {of_laws}")


def test_every_page_shows_them_and_the_new_one_is_like_the_others(copy):
    """They have every page, chart, table and program; the page of training trains and shows them;
    the new page is shared, presented and fuzzed."""
    trained = "test_training and (softsign or reflection or second_bit or ugrnn)"
    files = [f"tests/made_up/prove_{name}.py" for name in ("cell", "others")]
    files += ["tests/pages/test_training.py", "tests/screen/test_share.py"]
    files += ["tests/pages/test_fuzz.py"]
    pass_there(copy, *files, "-k", f"{trained} or prove_ or test_share or test_fuzz")
