"""The commands of the README: the Makefile, the pins, the browser lookup, Streamlit's settings."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.tools import ROOT
from tests.tools.ecosystem import need

REQUIREMENT_FILES = (
    "requirements.txt",
    "requirements-postgres.txt",
    "requirements-dev.txt",
    "requirements-ecosystem.txt",
)
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


def pins(name: str) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r ")]


def installed(name: str) -> bool:
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.mark.parametrize("name", REQUIREMENT_FILES)
def test_every_requirement_is_pinned_exactly_and_installed_as_pinned(name):
    for pin in pins(name):
        assert [part.operator for part in pin.specifier] == ["=="], f"{pin} is not an exact pin"
        if name == "requirements-ecosystem.txt" and not installed(pin.name):
            need(pin.name)  # skips, or fails where all of them must be here
        if pin.marker is None or pin.marker.evaluate():
            # torch's CPU build is "2.13.0+cpu": the pin asks for the part before the plus
            assert pin.specifier.contains(importlib.metadata.version(pin.name)), str(pin)


def test_what_the_app_imports_is_what_is_required():
    """No import without a pin; no pin without an import, save uvloop, which Streamlit finds. Who
    takes the callback of a trainer has the trainer."""
    files = [ROOT / "app.py"]
    for folder in ("pages", "ui", "rnn_core"):
        files += (ROOT / folder).rglob("*.py")
    imported = set()
    for file in filter(Path.exists, files):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    ours = {path.stem for path in ROOT.iterdir()}
    third_party = imported - set(sys.stdlib_module_names) - ours
    trainers = {"lightning", "pytorch_lightning", "transformers"}
    assert third_party - trainers == {pin.name for pin in pins("requirements.txt")} - {"uvloop"}


@pytest.fixture
def checkout(tmp_path):
    """A bare checkout in which `make` can be tried without installing anything."""
    for name in ("Makefile", *REQUIREMENT_FILES):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=300,
    )


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@needs_make
def test_pip_runs_once_and_again_only_when_the_requirements_change(checkout):
    script(checkout / ".venv/bin/python", 'echo "$@" >> pip.log')
    log = checkout / "pip.log"
    stamp = re.search(r"touch (\S+)", make(checkout, "-n", "run").stdout)[1]

    assert make(checkout, stamp).returncode == 0
    assert log.read_text().split() == ["-m", "pip", "install", "-r", "requirements.txt"]
    later = (checkout / stamp).stat().st_mtime + 60
    os.utime(checkout / "requirements.txt", (later, later))  # a newer date alone changes nothing
    assert "pip install" not in make(checkout, "-n", "run").stdout
    with (checkout / "requirements.txt").open("a") as file:
        file.write("another==1.0\n")
    assert "pip install" in make(checkout, "-n", "run").stdout


@needs_make
def test_run_serves_on_the_port_asked_for_with_one_blas_thread(checkout):
    answer = make(checkout, "-n", "run", "PORT=9123").stdout
    assert "streamlit run app.py --server.address localhost --server.port 9123" in answer
    assert "unroll_rnn.addresses localhost 9123" in answer  # says where it is served
    variables = make(checkout, "-p", "-n", "run").stdout
    assert "OPENBLAS_NUM_THREADS = 1" in variables
    assert "OMP_NUM_THREADS = 1" in variables


@needs_make
@pytest.mark.parametrize(
    ("python", "says"),
    [
        (
            "import sys; sys.version_info = (3, 10, 4)",
            r"Python 3\.11 or newer is needed.* is 3\.10\.",
        ),
        ("import sys; sys.modules['ensurepip'] = None", r"sudo apt-get install python3\.\d+-venv"),
    ],
    ids=["too old", "no venv"],
)
def test_an_unfit_python_is_refused_in_one_line(checkout, python, says):
    fake = script(
        checkout / "fake-python",
        f"""exec {sys.executable} -c "{python}; import sys; exec(sys.argv[1])" "$2" """,
    )
    answer = make(checkout, "run", f"PYTHON={fake}", "APT=")
    assert answer.returncode != 0
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert re.search(says, lines[0])
    assert not (checkout / ".venv").exists()


@needs_make
@pytest.mark.parametrize("root", [True, False])
def test_a_missing_chromium_is_installed_by_root_and_else_explained_in_one_line(checkout, root):
    """The stand-in interpreter finds a browser as soon as the stand-in apt-get has installed it."""
    script(checkout / ".venv/bin/python", 'case "$1" in -c) test -e chromium-is-here;; esac')
    apt = script(
        checkout / "fake-apt",
        'echo "$@" >> apt.log; case "$*" in install*chromium) touch chromium-is-here;; esac',
    )
    answer = make(checkout, "chromium", f"APT={apt if root else ''}")
    assert answer.returncode == 0
    assert ("sudo apt-get install chromium" in answer.stdout) is not root
    if root:
        calls = (checkout / "apt.log").read_text().splitlines()
        assert calls == ["update", "install -y --no-install-recommends chromium"]
        make(checkout, "chromium", f"APT={apt}")
        assert len((checkout / "apt.log").read_text().splitlines()) == 2, "installed twice"


@pytest.mark.parametrize("required", [False, True])
def test_without_chromium_a_browser_test_is_skipped_by_name_or_fails_if_required(
    tmp_path, required
):
    (tmp_path / "test_needs_browser.py").write_text("def test_look(page):\n    pass\n")
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {
        **{key: value for key, value in os.environ.items() if key != "REQUIRE_BROWSER"},
        "CHROMIUM": str(tmp_path / "nothing-here"),
        **({"REQUIRE_BROWSER": "1"} if required else {}),
    }
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    word = "ERROR" if required else "SKIPPED"
    assert re.search(rf"^{word} .*test_needs_browser\.py::test_look - ", answer.stdout, re.M)
    assert "no Chromium found" in answer.stdout
    assert answer.returncode == (1 if required else 0)


@pytest.mark.parametrize("required", [False, True])
def test_without_the_ecosystem_its_tests_are_skipped_by_name_or_fail_if_required(
    monkeypatch, required
):
    monkeypatch.setenv("REQUIRE_ECOSYSTEM", "1" if required else "")
    outcome = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(outcome, match=r"no not_there here: `make ecosystem` installs it"):
        need("json", "not_there")


def test_streamlit_knows_every_setting_and_never_shows_a_traceback():
    answer = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "not a valid config option" not in answer.stdout + answer.stderr
    assert re.search(r'^showErrorDetails = "none"$', answer.stdout, re.M)
    assert re.search(r"^enableStaticServing = true$", answer.stdout, re.M)


def test_the_readme_names_only_commands_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b", " ".join(re.findall(r"`[^`]+`", readme))))
    assert {"run", "test", "check", "bench"} <= named <= targets


def a_training() -> dict:
    """What an engineer who reads the README has already: a model with an encoder, and its data."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.LSTM(3, 8)
            self.head = nn.Linear(8, 2)

        def forward(self, x):
            return self.head(self.encoder(x)[0][-1])

    model = Model()
    return {
        "model": model,
        "loader": [(torch.randn(12, 4, 3), torch.randn(4, 2)) for _ in range(3)],
        "criterion": nn.MSELoss(),
        "optimizer": torch.optim.Adam(model.parameters()),
    }


def test_the_readmes_python_runs(tmp_path, monkeypatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", readme, re.S)
    assert examples
    monkeypatch.chdir(tmp_path)  # one of them writes a file, the next one reads it
    given = a_training()
    for example in examples:
        exec(example, dict(given))
