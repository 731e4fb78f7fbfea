"""Who may import whom; and torch stays away until it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"rnn_core", "ui", "pages", "app"}
WATCHED = {"streamlit", "plotly", "torch", "numpy", "scipy"} | OURS


def imports(path):
    """(module, at top level) for every import of a file."""
    tree = ast.parse(path.read_text())
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield name, node not in inside


def breaches(pattern, *, allowed):
    """Imports of watched packages in files matching `pattern` that no allowed prefix covers."""
    found = []
    for path in sorted(ROOT.glob(pattern)):
        for name, _ in imports(path):
            if name.split(".")[0] in WATCHED and not any(
                name == a or name.startswith(a + ".") for a in allowed
            ):
                found.append(f"{path.relative_to(ROOT)} imports {name}")
    return found


WORDS = [f"ui.{path.stem}" for path in sorted(ROOT.glob("ui/*words.py"))]
DOCTOR = ["ui.diagnosis", *(f"ui.{path.stem}" for path in sorted(ROOT.glob("ui/doctor*.py")))]
RULES = [
    ("app.py", ["streamlit", "ui.frame", "ui.boot"]),
    ("pages/*.py", ["streamlit", "ui", "rnn_core.config", "rnn_core.theory"]),
    ("ui/controls*.py", ["streamlit", "rnn_core", "ui"]),
    ("ui/frame.py", ["streamlit", "ui.errors", "ui.live.again", "ui.waiting"]),
    ("ui/limits.py", []),
    ("ui/line.py", []),
    ("ui/waiting.py", ["streamlit"]),
    ("ui/errors.py", ["streamlit"]),
    ("ui/serve.py", ["streamlit"]),
    ("ui/glossary.py", []),
    ("ui/scenes.py", ["rnn_core.config"]),
    ("ui/run.py", ["streamlit", "rnn_core", "ui"]),
    ("ui/*figures*.py", ["plotly", "numpy", "rnn_core", "ui.style", "ui.figures", *WORDS]),
    ("ui/*words*.py", ["numpy", "rnn_core", "ui.style", *DOCTOR, *WORDS]),
    ("ui/doctor*.py", ["numpy", "rnn_core", "ui.style", *DOCTOR]),
    ("ui/diagnosis.py", ["rnn_core", *DOCTOR]),
    ("ui/train_scenes.py", ["rnn_core"]),
    ("ui/*export.py", ["numpy", "rnn_core", "ui.export", "ui.train_script", *WORDS]),
    ("ui/train_script.py", ["rnn_core"]),
    ("ui/neuron.py", ["streamlit", "numpy", "rnn_core", "ui"]),
    ("ui/neuron_scenes.py", []),
    ("ui/scene_row.py", ["streamlit", "ui.views"]),
    ("ui/clip.py", ["numpy", "rnn_core", "ui"]),
    ("ui/clip_scenes.py", []),
    ("ui/train_controls.py", ["streamlit", "numpy", "rnn_core", "ui"]),
    ("ui/train_settings.py", ["rnn_core", "ui.settings"]),
    ("ui/parts.py", ["ui.settings"]),
    ("ui/share.py", ["streamlit", "numpy", "ui"]),
    ("ui/quiz.py", ["streamlit", "rnn_core.config", "ui"]),
    ("ui/train_tables.py", ["numpy", "rnn_core", "ui.style"]),
    # streamlit: __init__ and presence
    ("ui/training/[!_p]*.py", ["rnn_core", "ui.limits", "ui.training"]),
    ("ui/style.py", ["plotly", "numpy", "rnn_core"]),
    ("rnn_core/*.py", ["numpy", "scipy", "rnn_core", "torch"]),
]


@pytest.mark.parametrize(("pattern", "allowed"), RULES, ids=[p for p, _ in RULES])
def test_each_layer_imports_only_what_it_may(pattern, allowed):
    assert list(ROOT.glob(pattern)), f"no file matches {pattern}"
    assert breaches(pattern, allowed=allowed) == []


TORCH = ("reference.py", "torch_cells.py", "torch_missing.py", "torch_steps.py", "torch_train.py")


def test_torch_is_imported_where_it_is_the_point_and_inside_functions():
    for path in [ROOT / "app.py", *ROOT.glob("*/**/*.py")]:
        if path.parts[len(ROOT.parts)] in ("tests", "benchmarks", ".venv"):
            continue
        for name, at_top in imports(path):
            if name.split(".")[0] == "torch":
                assert path.name in TORCH and not at_top, path


def test_the_engine_runs_without_torch_streamlit_or_plotly():
    code = (
        "import sys\n"
        "for name in ('torch', 'streamlit', 'plotly'): sys.modules[name] = None\n"
        "from rnn_core import RNNConfig, gradient_flow\n"
        "flow = gradient_flow(RNNConfig(seq_len=10))\n"
        "print(flow.verdict, flow.factor, flow.half_life, flow.horizon, flow.teaching.steps[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", sorted(ROOT.glob("pages/*.py")), ids=lambda p: p.stem)
def test_every_page_enters_the_frame_before_it_shows_anything(page):
    body = [
        node
        for node in ast.parse(page.read_text()).body
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Assign)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert ast.unparse(body[0]) == "frame.enter()"
