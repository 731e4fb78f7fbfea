"""The modules as one file: it holds what they hold, and refuses what it does not understand."""

import json
import shutil
import subprocess
from graphlib import TopologicalSorter

import pytest

from ui.live import assets, bundle

SOURCES = assets._sources()
NODE = shutil.which("node")


def run(script: str) -> str:
    if NODE is None:
        pytest.skip("no node found")
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_import_is_circular():
    """A module runs when it is first wanted: in a circle one would be wanted before it is done."""
    graph = {name: bundle.imports(name, text) for name, text in SOURCES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(SOURCES)


def test_everything_is_in_it_and_node_reads_it(tmp_path):
    path = tmp_path / "all.mjs"
    path.write_text(bundle.bundle(SOURCES))
    assert set(bundle.imports("page/early", SOURCES["page/early"])) < set(SOURCES)
    for name in SOURCES:
        assert f'"{name}"(here) {{' in path.read_text()
    run(f"await import({json.dumps(path.as_uri())});")


def test_a_module_exports_the_same_from_it_as_by_itself(tmp_path):
    """Bindings stay alive: what a function changes later is seen, as in an ES module."""
    made_up = {
        "a/one": """
import * as all from "../b/two.js";
import { add as plus, Counter } from "../b/two.js";
import "../b/said.js";
export const { first, second } = { first: all.start, second: plus(2, 3) };
export async function later() { return new Counter().next(); }
export default class {};
const kept = 7;
export { kept };
// export const none = "a comment";
""",
        "b/two": """
export const start = 1; // of them
export function add(a,
  b) { return a + b; }
export class Counter { next() { return add(start, 1); } }
""",
        "b/said": "globalThis.said = import.meta.url;",
    }
    for name, text in made_up.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.js").write_text(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "all.js").write_text(bundle.bundle(made_up))
    seen = run(f"""
      const folder = {json.dumps(tmp_path.as_uri())};
      const tell = async (one) => [Object.keys(one).sort(), one.first, one.second, one.kept,
        await one.later(), typeof one.default, globalThis.said];
      const itself = await tell(await import(`${{folder}}/a/one.js`));
      delete globalThis.said;
      const packed = await tell((await import(`${{folder}}/all.js`)).$use("a/one"));
      console.log(JSON.stringify([itself, packed]));
    """)
    itself, packed = json.loads(seen)
    assert itself[1:6] == [1, 5, 7, 2, "function"]
    assert packed == itself


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import one from "./b.js";', "a imports one"),
        ('import { x } from "./gone.js";', "which is none of the modules"),
        ("export let count = 0;", "an export of a form"),
        ('export * from "./b.js";', "an export of a form"),
    ],
)
def test_another_form_is_refused_with_its_place(text, said):
    with pytest.raises(bundle.NotPlain, match=said):
        bundle.bundle({"a": text, "b": "export const x = 1;"})
