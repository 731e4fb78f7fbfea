"""A thing is one file and one line: made-up things are added to a copy of this checkout, and taken
through everything that a thing of their kind goes through."""

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tools import ROOT


@dataclass(frozen=True)
class Added:
    """One thing: its file in tests/made_up and where that goes, the registry and the line in it;
    and the tests that it must pass there: files, of which the tests with its name are run, and
    parts of the names of tests that take all things of its kind at once."""

    file: str
    place: str
    registry: str
    line: str
    tests: tuple[str, ...]
    of_all: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return Path(self.place).stem


ADDED = (
    Added(
        file="min_gru.py",
        place="rnn_core/cells/min_gru.py",
        registry="rnn_core/cells/__init__.py",
        line='"min_gru",',
        tests=(
            "tests/made_up/prove_cell.py",  # every page, chart and table, and its programs, run
            "tests/engine/test_cells.py",  # its gradient against autograd and differences
            "tests/engine/test_any_cell.py",
            "tests/engine/test_architectures.py",
            "tests/engine/test_laws.py",
            "tests/engine/test_truncation.py",
            "tests/learning/test_trainer.py",
            "tests/learning/test_torch_engine.py",  # both engines, equal update by update
            "tests/learning/test_sampling.py",
            "tests/screen/test_export.py",
        ),
        of_all=("every_cell_says", "any_setting_of_any", "every_prediction", "gets_the_laws"),
    ),
)


def with_line(text: str, line: str) -> str:
    """The source of a registry with one line more, after the last name that it loads."""
    call = next(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "load"
    )
    last = call.args[1].elts[-1]
    lines = text.splitlines(keepends=True)
    lines.insert(last.end_lineno, " " * last.col_offset + line + "\n")
    return "".join(lines)


def copied(folder: Path) -> Path:
    """This checkout as it is now, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():  # a file may be deleted and not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize("added", ADDED, ids=lambda added: added.name)
def test_a_thing_is_one_file_and_one_line(added, tmp_path):
    copy = copied(tmp_path)
    assert not (copy / added.place).exists()
    shutil.copyfile(copy / "tests" / "made_up" / added.file, copy / added.place)
    registry = copy / added.registry
    registry.write_text(with_line(registry.read_text(), added.line))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    chosen = " or ".join((added.name, *added.of_all))
    done = subprocess.run(
        [*command, "-k", chosen, *added.tests], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_each_made_up_file_has_its_line():
    made_up = {path.name for path in (ROOT / "tests" / "made_up").glob("*.py")}
    assert made_up == {added.file for added in ADDED} | {
        Path(name).name for added in ADDED for name in added.tests if "made_up" in name
    }
