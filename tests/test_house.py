"""The house: who may import whom, no circle, few files to a room; and torch stays away until it is
asked for."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from rnn_core.cells import CELLS
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.tasks import TASKS
from tests.tools import ROOT
from ui import pages
from ui.look import colours

OURS = ("rnn_core", "ui", "pages", "app")
WATCHED = {"streamlit", "starlette", "sqlalchemy", "plotly", "torch", "numpy", "scipy", *OURS}

# What the files of a room may import besides the room itself. The longest name that fits a file
# counts; a file that none fits is refused, so a new folder needs a line here.
ENGINE = [
    f"rnn_core.{room}"
    for room in (
        "numbers",
        "network",
        "cells",
        "tasks",
        "config",
        "limits",
        "network_settings",
        "settings",
        "registry",
        "start",
        "flow",
        "jacobians",
        "laws",
    )
]
# A page's folder holds what the page tells, which needs no screen, and what draws it. The last word
# of a file's name says which: captions, quiz_words and memory_figures tell.
PAGES = tuple(page.name for page in pages.PAGES if (ROOT / "ui" / page.name).is_dir())
TELLING = (
    "captions",
    "export",
    "figures",
    "glossary",
    "miniatures",
    "nodes",
    "river",
    "scenes",
    "script",
    "tables",
    "words",
)


def tells(path: Path) -> bool:
    """Whether a file of a page's folder is of the kinds that need no screen."""
    of_a_page = path.parent.parent == ROOT / "ui" and path.parent.name in PAGES
    return of_a_page and path.stem.split("_")[-1] in TELLING


def files_of(page: str) -> list[Path]:
    """The modules of a page's folder."""
    return list((ROOT / "ui" / page).glob("*.py"))


TELLS = ["numpy", "rnn_core", "ui.look", "ui.settings", "ui.export"]
DRAWS = [*TELLS, "streamlit", "ui.controls", "ui.frame", "ui.live", "ui.run"]
RULES: dict[str, list[str]] = {
    "app.py": [
        "streamlit",
        "ui.answers",
        "ui.frame",
        "ui.internals.version",
        "ui.pages",
        "ui.rooms",
        "ui.server",
    ],
    "pages": ["streamlit", "ui"],
    # the engine: from the ground up
    "rnn_core/__init__.py": [*ENGINE, "rnn_core.renamed"],
    "rnn_core/renamed.py": [],
    "rnn_core/__main__.py": ["numpy", "rnn_core"],
    "rnn_core/terminal.py": ["numpy", "rnn_core"],
    "rnn_core/limits.py": [],
    "rnn_core/registry.py": [],
    "rnn_core/settings.py": ["rnn_core.registry"],
    "rnn_core/network_settings.py": ["rnn_core.cells", "rnn_core.network", "rnn_core.settings"],
    "rnn_core/numbers": ["numpy"],
    "rnn_core/network": ["numpy", "rnn_core.registry"],
    "rnn_core/cells": [
        "numpy",
        "rnn_core.numbers",
        "rnn_core.network",
        "rnn_core.registry",
        "rnn_core.settings",
    ],
    "rnn_core/tasks": ["numpy", "rnn_core.network", "rnn_core.limits", "rnn_core.registry"],
    "rnn_core/config.py": [
        "rnn_core.cells",
        "rnn_core.network",
        "rnn_core.network_settings",
        "rnn_core.settings",
    ],
    "rnn_core/start.py": ["numpy", "rnn_core.config", "rnn_core.cells", "rnn_core.network"],
    # A prediction must not look at the answer: never rnn_core.flow.
    "rnn_core/laws": [
        "numpy",
        "rnn_core.cells",
        "rnn_core.config",
        "rnn_core.network",
        "rnn_core.numbers",
        "rnn_core.jacobians.lyapunov",
        "rnn_core.registry",
        "rnn_core.start",
    ],
    "rnn_core/flow": [
        "numpy",
        "rnn_core.cells",
        "rnn_core.config",
        "rnn_core.limits",
        "rnn_core.network",
        "rnn_core.numbers",
        "rnn_core.start",
    ],
    "rnn_core/jacobians": [
        "numpy",
        "rnn_core.flow",
        "rnn_core.limits",
        "rnn_core.network",
        "rnn_core.numbers",
    ],
    "rnn_core/training": ["numpy", *ENGINE, "rnn_core.pytorch"],
    "rnn_core/training/torch_engine.py": [
        "torch",
        "numpy",
        *ENGINE,
        "rnn_core.pytorch",
        "rnn_core.training",
    ],
    "rnn_core/pytorch": [
        "numpy",
        "torch",
        "rnn_core.__version__",
        "rnn_core.cells",
        "rnn_core.flow",
        "rnn_core.network",
        "rnn_core.recording",
    ],
    "rnn_core/recording": [
        "numpy",
        "rnn_core.cells",
        "rnn_core.config",
        "rnn_core.flow",
        "rnn_core.network",
        "rnn_core.numbers",
    ],
    "rnn_core/studies": ["numpy", *ENGINE],
    "rnn_core/studies/mistakes": ["numpy", *ENGINE, "rnn_core.studies", "rnn_core.training"],
    "rnn_core/remedies": ["numpy", *ENGINE, "rnn_core.training"],
    "rnn_core/claims": ["numpy", *ENGINE, "rnn_core.studies"],
    "rnn_core/doctor": [
        "numpy",
        "rnn_core.network",
        "rnn_core.numbers",
        "rnn_core.tasks",
        "rnn_core.training",
    ],
    "rnn_core/readings": [
        "numpy",
        *ENGINE,
        "rnn_core.doctor",
        "rnn_core.studies",
        "rnn_core.training",
    ],
    # the app
    "ui/__init__.py": [],
    "ui/pages.py": [],  # above all not NumPy, see there
    "ui/views.py": ["ui.pages"],  # the same
    "ui/run.py": ["rnn_core", "ui.server"],
    "ui/export.py": ["numpy", "rnn_core"],
    "ui/settings": ["rnn_core", "ui.pages"],
    "ui/internals": ["streamlit"],
    "ui/look": ["numpy", "rnn_core"],
    "ui/server": ["streamlit", "rnn_core", "ui.internals"],
    "ui/live": ["streamlit", "plotly", "numpy", "ui.internals", "ui.server"],
    "ui/lessons": ["rnn_core", "ui.pages", "ui.settings"],
    "ui/controls": [
        "streamlit",
        "numpy",
        "rnn_core",
        "ui.lessons",
        "ui.live",
        "ui.look",
        "ui.look",
        "ui.pages",
        "ui.server",
        "ui.settings",
        "ui.views",
    ],
    # Which page's function an answer is, it looks up by name.
    "ui/answers/__init__.py": [],
    "ui/answers/lessons.py": ["rnn_core", "ui.controls", "ui.server"],
    "ui/answers/made.py": ["ui.controls", "ui.frame", "ui.lessons", "ui.live", "ui.pages"],
    "ui/answers/route.py": [
        "streamlit",
        "starlette",
        "ui.frame",
        "ui.live",
        "ui.pages",
        "ui.server",
    ],
    "ui/answers/shell.py": [
        "streamlit",
        "starlette",
        "ui.frame",
        "ui.live",
        "ui.pages",
        "ui.server",
    ],
    "ui/answers/framed.py": [
        "streamlit",
        "starlette",
        "rnn_core.settings",
        "ui.controls",
        "ui.frame",
        "ui.live",
        "ui.pages",
        "ui.server",
        "ui.settings",
        "ui.views",
    ],
    # No screen: what a phone and a projector show, they draw themselves.
    "ui/rooms": [
        "sqlalchemy",
        "starlette",
        "numpy",
        "rnn_core",
        "ui.controls",
        "ui.frame.errors",
        "ui.frame.frame",
        "ui.live.assets",
        "ui.claims.figures",
        "ui.gradient_flow.quiz_words",
        "ui.gradient_flow.scenes",
        "ui.gradient_flow.words",
        "ui.lessons",
        "ui.look",
        "ui.run",
        "ui.settings",
    ],
    "ui/frame": [
        "streamlit",
        "rnn_core",
        "ui.controls",
        "ui.export",
        "ui.internals",
        "ui.lessons",
        "ui.live",
        "ui.look",
        "ui.pages",
        "ui.server",
        "ui.settings",
    ],
    "ui/background": ["streamlit", "rnn_core.training", "ui.internals", "ui.live", "ui.server"],
    # a page's folder: never another page's
    **{f"ui/{page}": DRAWS for page in PAGES},
    **{f"ui/{page}/<telling>": TELLS for page in PAGES if any(map(tells, files_of(page)))},
    "ui/course": [*DRAWS, "ui.answers.lessons", "ui.lessons", "ui.pages"],
    "ui/classroom": [*DRAWS, "ui.rooms"],
    "ui/training": [*DRAWS, "ui.background", "ui.server", "ui.views"],
    "ui/what_helps": [*DRAWS, "ui.background", "ui.pages", "ui.server"],
    "ui/your_model": [*DRAWS, "ui.server"],
}
# Torch costs a second and 190 MB: imported inside functions, where it is the point.
TORCH = ("rnn_core/pytorch/", "rnn_core/training/torch_engine.py")


@cache
def files() -> dict[str, Path]:
    """Every module of ours, by its dotted name."""
    found = [ROOT / "app.py", *(p for top in OURS[:3] for p in (ROOT / top).rglob("*.py"))]
    parts = {path: path.relative_to(ROOT).with_suffix("").parts for path in sorted(found)}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): path for path, p in parts.items()}


@cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """(what, at top level) for every import of a file."""
    tree = ast.parse(path.read_text())
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative path"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [(name, node not in inside) for name in names]
    return found


def room(path: Path) -> str | None:
    """The longest name in RULES that fits a file."""
    if tells(path):
        return f"ui/{path.parent.name}/<telling>"
    name = path.relative_to(ROOT).as_posix()
    fitting = [rule for rule in RULES if name == rule or name.startswith(rule + "/")]
    return max(fitting, key=len, default=None)


def test_every_file_belongs_to_a_room():
    assert [str(path) for path in files().values() if room(path) is None] == []


def test_every_rule_has_files():
    assert {room(path) for path in files().values()} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_each_room_imports_only_what_it_may(rule):
    own = rule.removesuffix(".py").replace("/", ".")
    if own.startswith("ui."):  # a file with a rule of its own still stands in its folder
        own = ".".join(own.split(".")[:2])
    allowed = [own, *RULES[rule]]
    for path in (path for path in files().values() if room(path) == rule):
        for name, _ in imports(path):
            fits = any(name == a or name.startswith(a + ".") for a in allowed)
            assert fits or name.split(".")[0] not in WATCHED, f"{path} imports {name}"


def test_only_one_room_reaches_into_streamlit():
    """What `import streamlit as st` does not give is not promised."""
    elsewhere = {
        "ui/server/serve.py": "streamlit.web.cli",  # what the command `streamlit` itself calls
        "ui/frame/errors.py": "streamlit.logger.get_logger",  # where Streamlit logs
    }
    for path in files().values():
        name = path.relative_to(ROOT).as_posix()
        reached = {what for what, _ in imports(path) if what.startswith("streamlit.")}
        if not name.startswith("ui/internals/"):
            assert reached <= {elsewhere.get(name)}, f"{name} imports {reached}"


def test_only_one_module_reaches_into_plotly():
    """What begins with an underscore on a plot is not promised."""
    private = re.compile(r"\._(?:full|offset|length|size|module|base|visible|hover|dragging)\w*")
    for path in (ROOT / "static/live").rglob("*.js"):
        if path.name != "internals.js":
            assert private.findall(path.read_text()) == [], path


def test_pages_are_short():
    """A page says what stands where; what draws it stands in the page's folder."""
    lengths = {path.name: len(path.read_text().splitlines()) for path in ROOT.glob("pages/*.py")}
    assert {name: length for name, length in lengths.items() if length > 150} == {}


def texts(path: Path) -> list[str]:
    """Every string in a file; in place of what an f-string puts in there is a 0."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(getattr(part, "value", 0)) for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return found


def test_style_sheets_stand_in_files():
    """In static/, not in Python: only ui/controls/share.py sends a rule, made from a table."""
    a_rule = re.compile(r"<style[^>]*>[^<]|[\w.\])]+ *\{ *[a-z-]+: [^{}]*; *\}")
    for path in files().values():
        if path.relative_to(ROOT).as_posix().startswith(("ui/controls/share", "ui/settings/shar")):
            continue
        assert [text for text in texts(path) if a_rule.search(text)] == [], path


def test_style_sheets_name_the_colours_that_figures_have():
    sheet = (ROOT / "static/styles/frame.css").read_text()
    named = dict(re.findall(r"--unroll-([a-z]+): (#[0-9a-f]{6});", sheet))
    assert named == {"line": colours.LINE, "exploding": colours.KIND_COLOURS["exploding"]}


def test_what_stands_there_early_has_the_colours_of_the_theme():
    sheet = (ROOT / "static/styles/early.css").read_text()
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    camel = re.compile(r"[A-Z]")
    light, dark = (
        {camel.sub(lambda m: f"-{m[0].lower()}", name): colour for name, colour in one.items()}
        for one in (theme["light"], theme["dark"])
    )
    for start, wanted in (
        ("#unroll-early {", light),
        ('#unroll-early[data-theme="dark"] {', dark),
        ('#unroll-early:not([data-theme="light"]) {', dark),
    ):
        rule = sheet[sheet.index(start) :].split("}")[0]
        named = dict(re.findall(r"--st-([a-z-]+): (#[0-9a-f]{6});", rule))
        assert named and named == {name: wanted[name] for name in named}
    for ground in (light, dark):
        assert f"html {{ background: {ground['background-color']}; }}" in sheet


def test_what_tells_needs_nothing_that_draws():
    for path in filter(tells, files().values()):
        of_the_page = ("ui", path.parent.name)
        for name in modules_of(path):
            here = tuple(name.split(".")[:2]) == of_the_page
            assert not here or tells(files()[name]), f"{path} imports {name}"


def modules_of(path: Path) -> set[str]:
    """The modules of ours that a file imports, at its top or inside."""
    known = files()
    wanted = (name if name in known else name.rpartition(".")[0] for name, _ in imports(path))
    return {name for name in wanted if name in known and known[name] != path}


def test_no_circle_of_imports():
    """Not even by types, nor inside functions: what needs each other stands in one file."""
    graph = {name: modules_of(path) for name, path in files().items()}
    done: set[str] = set()

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        assert name not in on_the_way, " → ".join((*on_the_way, name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*on_the_way, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


REGISTRIES = {
    "rnn_core/cells/": {*CELLS, "attention"},  # which stands beside them on a page
    "rnn_core/laws/": set(LAWS),
    "rnn_core/tasks/": set(TASKS) - {"text"},  # Plotly and a config have a text too
    "rnn_core/network/activations/": set(ACTIVATIONS),
    "rnn_core/network/initialisations/": set(INITIALISATIONS),
}


def asked_for(tree: ast.AST, names: set[str]) -> list[int]:
    """The lines that ask whether something is one of `names`, or look it up by one of them: in a
    comparison, a match, a table of nothing but such names, an index."""

    def named(node: ast.AST | None) -> bool:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return any(named(each) for each in node.elts)
        return isinstance(node, ast.Constant) and node.value in names

    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            asks = any(named(each) for each in (node.left, *node.comparators))
        elif isinstance(node, ast.MatchValue):
            asks = named(node.value)
        elif isinstance(node, ast.Dict):
            asks = bool(node.keys) and all(named(key) for key in node.keys)
        elif isinstance(node, ast.Subscript):
            asks = named(node.slice)
        else:
            continue
        if asks:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("home", REGISTRIES)
def test_nobody_outside_asks_for_an_entry_by_its_name(home):
    """Before you add a condition on a name, ask which field it should have been.

    Scenes are data: they may be called after a thing.
    """
    for path in files().values():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(home) and path.stem != "scenes":
            assert asked_for(ast.parse(path.read_text()), REGISTRIES[home]) == [], path


def test_few_files_lie_flat():
    assert len(list((ROOT / "rnn_core").glob("*.py"))) <= 10
    assert len(list((ROOT / "ui").glob("*.py"))) <= 8


def test_laws_never_see_the_answer():
    """Nothing that a law imports, directly or through our own modules, computes a gradient."""
    seen, pending = set(), [name for name in files() if name.startswith("rnn_core.laws")]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += modules_of(files()[name])
    assert {"rnn_core.laws.mean_field", "rnn_core.cells.cell", "rnn_core.start"} <= seen
    forbidden = ("flow", "pytorch", "training", "studies", "jacobians.product")
    assert [name for name in seen if name.removeprefix("rnn_core.").startswith(forbidden)] == []


@pytest.mark.parametrize(
    "code",
    [
        'if cell == "lstm": pass',
        'if "gru" != cell: pass',
        'x = cell in ("vanilla", "irnn")',
        'x = "lru" in own',
        'x = {"gru": 2, "lstm": 2}.get(cell, 0)',
        'x = CELLS["lstm"]',
        'match cell:\n    case "leaky": pass',
    ],
)
def test_a_question_for_a_name_is_seen(code):
    assert asked_for(ast.parse(code), set(CELLS))


@pytest.mark.parametrize(
    "code",
    [
        'RNNConfig(cell="lstm")',
        'replace(config, cell="vanilla")',
        'cell: str = "vanilla"',
        'SCENES = {"lstm": 1, "default": 2}',
        'pick(("vanilla", "gru"))',
    ],
)
def test_a_setting_is_no_question(code):
    assert asked_for(ast.parse(code), set(CELLS)) == []


def test_torch_is_imported_where_it_is_the_point_and_inside_functions():
    for path in files().values():
        for name, at_top in imports(path):
            if name.split(".")[0] == "torch":
                assert path.relative_to(ROOT).as_posix().startswith(TORCH) and not at_top, path


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


def test_every_page_stands_in_the_table():
    files = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("pages/*.py")]
    assert sorted(page.script for page in pages.PAGES) == sorted(files)


@pytest.mark.parametrize("page", sorted(ROOT.glob("pages/*.py")), ids=lambda p: p.stem)
def test_every_page_enters_the_frame_before_it_shows_anything(page):
    body = [
        node
        for node in ast.parse(page.read_text()).body
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Assign)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert ast.unparse(body[0]) == "frame.enter()"


def test_the_names_of_before_are_still_imported():
    from rnn_core import renamed

    for old, new in renamed.RENAMED.items():
        code = f"import {old}, {new}, sys; assert sys.modules['{old}'] is sys.modules['{new}']"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
