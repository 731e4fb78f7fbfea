"""What stands in examples/ runs as it is, with the real libraries, and says what it says there."""

import ast
import html
import json
import os
import re
import subprocess
import sys

import pytest

from rnn_core.recording import Recording
from tests.tools import ROOT
from tests.tools.ecosystem import need

EXAMPLES = ROOT / "examples"
NOTEBOOK = EXAMPLES / "forgetting_lstm.ipynb"


def cells():
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def sources():
    """The Python of each example by name."""
    found = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py")}
    own = ["".join(cell["source"]) for cell in cells() if cell["cell_type"] == "code"]
    return found | {NOTEBOOK.name: "\n".join(own)}


def test_examples_need_only_what_everybody_may_import():
    public = {"rnn_core.pytorch": {"tap"}, "rnn_core.recording": {"Recording"}}
    for name, source in sources().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("rnn_core"):
                assert {one.name for one in node.names} <= public[node.module], name


def test_the_notebook_has_ten_cells_and_no_result_of_yesterday():
    assert len(cells()) == 10
    assert [cell for cell in cells() if cell.get("outputs") or cell.get("execution_count")] == []


def python(folder, *lines, **environment):
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def scalars(path):
    with Recording.open(path) as run:
        assert run.steps == [1, 21, 41] and run.check("lstm") < 1e-5
        return run.scalars()


def test_scalars_arrive_in_tensorboard(tmp_path):
    need("tensorboard")
    (events,) = need("tensorboard.backend.event_processing.event_accumulator")
    python(tmp_path, "from examples.to_tensorboard import main", "main('runs/it', 50)")
    board = events.EventAccumulator(str(tmp_path / "runs/it"))
    board.Reload()
    latest = scalars(tmp_path / "runs/it/run.unroll")
    assert set(latest) | {"loss"} == set(board.Tags()["scalars"]) and len(latest) >= 5
    for name, value in latest.items():
        found = board.Scalars(name)
        assert [one.step for one in found] == [1, 21, 41]
        assert found[-1].value == pytest.approx(value, rel=1e-5)
    assert len(board.Scalars("loss")) == 50


def test_scalars_arrive_in_trackio(tmp_path):
    need("trackio")
    told = python(
        tmp_path,
        "from examples.to_trackio import main",
        "main('run.unroll', 50)",
        "import json, trackio",
        "(run,) = trackio.SQLiteStorage.get_runs('unroll')",
        "print(json.dumps(trackio.SQLiteStorage.get_logs('unroll', run)))",
        TRACKIO_DIR=str(tmp_path / "trackio"),
    )
    rows = json.loads(told.splitlines()[-1])
    assert [row["step"] for row in rows] == list(range(1, 51))
    assert all("loss" in row for row in rows)
    latest = scalars(tmp_path / "run.unroll")
    assert [row["step"] for row in rows if set(latest) <= set(row)] == [1, 21, 41]
    assert {name: rows[40][name] for name in latest} == pytest.approx(latest)


def test_the_notebook_finds_and_mends_what_it_says_and_survives_its_export(tmp_path, monkeypatch):
    nbformat, nbclient = need("nbformat", "nbclient")
    exporters, _ = need("nbconvert.exporters", "ipykernel")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # of the kernel
    nbclient.NotebookClient(notebook, timeout=300, resources=where).execute()

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = ["".join(out.get("text", "") for out in cell.outputs) for cell in code]
    found = [re.findall(r"(\d+)% right in the last 20 of (\d+) updates", text) for text in said]
    (guessed, long), (knew, short) = (map(int, one) for text in found for one in text)
    assert guessed < 70 and long == 200 and knew == 100 and short < 150
    (doctor,) = (text for text in said if "forgets.unroll: 20 records" in text)
    assert "the gradient vanishes" in doctor and "Open the forget gate" in doctor
    with Recording.open(tmp_path / "forgets.unroll") as run:
        (vanishing,) = (one for one in run.doctor() if one.kind == "vanishing")
        assert vanishing.remedies[0].code in code[-2].source  # it does what the doctor says
        assert run.reading("lstm", step=0).scalars["ratio"] < -8
    with Recording.open(tmp_path / "remembers.unroll") as run:
        assert run.reading("lstm", step=0).scalars["ratio"] > -3
    assert "forgets.unroll: vanishing in update 1" in said[-1]

    page, _ = exporters.HTMLExporter().from_notebook_node(notebook)
    frames = re.findall(r'<iframe [^>]*sandbox="" srcdoc="([^"]*)"', page)
    titles = [re.search(r"<title>(.*?)</title>", html.unescape(frame))[1] for frame in frames]
    assert titles == ["Gradients of Reader"] * 2
    assert "Open the forget gate" in html.unescape(frames[0])
    assert "Open the forget gate" not in html.unescape(frames[1])
