"""From a moved slider to a changed picture, in Chromium: our pages against a bare, stock Streamlit
app.

    python -m benchmarks.app.latency [app.py | http://address] [--presses 30] [--drags 3]
                                     [--only keys,drags] [--json]

All of it in one run, ours and the bare app in turns:

keys   from a keydown event to the moment the page says that it shows another state (data-stamp, set
       after drawing): the river, and the main chart. The bare app builds its chart anew; there it
       is the moment its lines differ
drags  the pointer goes once along the slider of W_h scale in 3 s: how many different states the
       leading picture of each page has shown while it was down. A network of its own for every
       drag, so that nothing of it is known before

Both servers run on this machine; over a network add the round trip, once for either.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks import report
from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.tools.server import free_port

ROOT = Path(__file__).resolve().parents[2]
BARE_APP = ROOT / "benchmarks" / "app" / "bare_app.py"
SERVE = ["-m", "streamlit"]
# Streamlit uses uvloop where it is installed; stock means without.
SERVE_STOCK = [
    "-c",
    "import sys; sys.modules['uvloop'] = None; from streamlit.web.cli import main; main()",
]
BLOCKS = 3
DRAG_SECONDS, MOVE_SECONDS = 3.0, 1 / 60
PARTS = ("keys", "drags")
CHART_BAR, PICTURE_BAR = 0.3, 0.2
TIMEOUT = 60_000

RIVER, CHART = ".unroll-river[data-key=river]", ".unroll-chart[data-key=gradient_norms]"
OUR_SLIDER = ".unroll-slider[data-key=gain] input[type=range]"
BARE_CHART = ".js-plotly-plot .scatterlayer"


@dataclass(frozen=True)
class View:
    """A page, and what is looked at on it: selectors by name. Ours say what they show (`stamped`),
    of the bare app the lines are compared."""

    name: str
    targets: dict[str, str]
    slider: str = OUR_SLIDER
    path: str = ""
    settings: dict[str, int] = field(default_factory=dict)
    stamped: bool = True
    bar: float = 10  # updates per second of a drag

    def address(self, server: str, **more: int) -> str:
        query = "&".join(f"{k}={v}" for k, v in (self.settings | more).items())
        return f"{server}/{self.path}" + (f"?{query}" if query else "")


BARE = View("bare app", {"chart": BARE_CHART}, slider="input[type=range]", stamped=False)
OURS = View("ours", {"picture": RIVER, "chart": CHART})
DRAGGED = (
    View("gradient flow, T=60", {"picture": RIVER}, bar=20),
    View("gradient flow, T=1000", {"picture": RIVER}, settings={"seq_len": 1000}),
    View(
        "architectures, 6 × 5, T=1000",
        {"picture": ".unroll-chart[data-key=architectures]"},
        path="architectures",
        settings={"seq_len": 1000},
    ),
    View(
        "initialisation, 8 × 5, T=1000",
        {"picture": ".unroll-panels"},
        path="initialisation",
        settings={"seq_len": 1000},
    ),
)

# `seen`: when each target first changed since the key; `states`: what it has shown, told apart by
# its stamp or by its lines.
WATCH = """
({ targets, stamped }) => {
  const watch = (window.watch = { key: 0, seen: {}, states: {} });
  const now = {};
  const state = (selector) => {
    const root = document.querySelector(selector);
    if (!root) return "";
    if (stamped) return root.dataset.stamp ?? "";
    return [...root.querySelectorAll("path")].map((path) => path.getAttribute("d")).join();
  };
  watch.reset = () => {
    watch.seen = {};
    for (const name in targets) watch.states[name] = new Set();
  };
  watch.reset();
  for (const name in targets) now[name] = state(targets[name]);
  document.addEventListener("keydown", () => { watch.key = performance.now(); }, true);
  new MutationObserver(() => {
    const at = performance.now();
    for (const name in targets) {
      const found = state(targets[name]);
      if (!found || found === now[name]) continue;
      now[name] = found;
      watch.seen[name] ??= at;
      watch.states[name].add(found);
    }
  }).observe(document.body, {
    subtree: true,
    childList: !stamped,
    attributes: true,
    attributeFilter: [stamped ? "data-stamp" : "d"],
  });
}
"""

STAMPED = "[data-stamp]:not([data-stamp=''])"


def chromium_path() -> str:
    """Chromium, wherever the tests find theirs."""
    if path := find_chromium():
        return path
    sys.exit("no Chromium found: install it, or name it in $CHROMIUM")


@contextmanager
def serve(python_args: list[str], script: Path, folder: Path):
    """A Streamlit server for `script` with `folder` as its working directory; yields its
    address."""
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    options += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    process = subprocess.Popen(
        [sys.executable, *python_args, "run", str(script), *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{script} could not be served")
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def new_page(browser: Browser) -> Page:
    """With nothing in its cache."""
    return browser.new_context(viewport={"width": 1366, "height": 768}).new_page()


def show(page: Page, view: View, address: str) -> None:
    page.goto(address)
    for selector in view.targets.values():
        wanted = f"{selector}{STAMPED}" if view.stamped else f"{selector} path"
        page.wait_for_selector(wanted, state="attached", timeout=TIMEOUT)
    page.wait_for_timeout(2000)  # everything below the fold, too
    page.evaluate(WATCH, {"targets": view.targets, "stamped": view.stamped})


# -- keys


def press(page: Page, view: View, presses: int, times: dict[str, list[float]]) -> None:
    """Press an arrow key `presses` times with rests between; add milliseconds to `times`."""
    page.bring_to_front()
    page.locator(view.slider).first.focus()
    for _ in range(presses):
        page.wait_for_timeout(600 + 200 * random.random())
        page.evaluate("watch.reset()")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "(names) => names.every((name) => watch.seen[name])",
            arg=list(view.targets),
            polling=50,
            timeout=10_000,
        )
        for name, delay in page.evaluate(
            "() => Object.entries(watch.seen).map(([name, at]) => [name, at - watch.key])"
        ):
            times[name].append(delay)


def measure_keys(browser: Browser, servers: dict[str, str], presses: int) -> dict:
    views = {"bare": BARE, "ours": OURS}
    pages, times = {}, {}
    for name, view in views.items():
        pages[name] = new_page(browser)
        show(pages[name], view, view.address(servers[name]))
        times[name] = {target: [] for target in view.targets}
    for block in range(BLOCKS):
        for name, view in views.items():
            count = presses // BLOCKS + (block < presses % BLOCKS)
            press(pages[name], view, count, times[name])
    for page in pages.values():
        page.context.close()
    bare = summary(times["bare"]["chart"])
    found = {"bare": bare}
    for target in OURS.targets:
        own = summary(times["ours"][target])
        found[target] = own | {"ratio": round(own["median_ms"] / bare["median_ms"], 3)}
    return found


def summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
        "samples": len(ordered),
    }


# -- drags


def drag(page: Page, view: View) -> tuple[float, float]:
    """Different states shown and positions of the pointer, a second, while it is down."""
    page.bring_to_front()
    # Streamlit hides its own range input; its thumb is found by its value label.
    thumb = page.locator("[data-testid=stSliderThumbValue]")
    slider = page.locator(view.slider).first
    track = (page.locator("[data-testid=stSlider]") if thumb.count() else slider).bounding_box()
    if thumb.count():
        box = thumb.locator("..").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    else:
        x, y = track["x"] + 0.1 * track["width"], track["y"] + track["height"] / 2
    way = track["x"] + 0.95 * track["width"] - x
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(700)  # what the press itself has moved is drawn
    page.evaluate("watch.reset()")
    start, moves = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < DRAG_SECONDS:
        page.mouse.move(x + way * elapsed / DRAG_SECONDS, y)
        moves += 1
        time.sleep(max(0, start + moves * MOVE_SECONDS - time.perf_counter()))
    states = page.evaluate(f"watch.states.{next(iter(view.targets))}.size")
    elapsed = time.perf_counter() - start
    page.mouse.up()
    # Streamlit's own slider tells of a drag once it is over. What was dragged must have been one.
    lead = next(iter(view.targets))
    page.wait_for_function(f"watch.states.{lead}.size > 0", polling=50, timeout=10_000)
    return states / elapsed, moves / elapsed


def measure_drags(browser: Browser, servers: dict[str, str], drags: int) -> dict:
    rates: dict[str, list[tuple[float, float]]] = {v.name: [] for v in (BARE, *DRAGGED)}
    for _ in range(drags):
        for view in (BARE, *DRAGGED):
            page = new_page(browser)
            if view is BARE:
                address = view.address(servers["bare"])
            else:
                address = view.address(servers["ours"], seed=random.randrange(10**6))
            show(page, view, address)
            rates[view.name].append(drag(page, view))
            page.context.close()
    medians = {
        name: tuple(statistics.median(column) for column in zip(*seen, strict=True))
        for name, seen in rates.items()
    }
    bare = medians[BARE.name][0]
    return {
        name: {
            "updates_per_second": round(updates, 1),
            "moves_per_second": round(moves, 1),
            "ratio": round(updates / bare, 1) if bare else None,
            "drags": drags,
        }
        for name, (updates, moves) in medians.items()
    }


# -- all of it


def measure(app: str, parts: set[str], args: argparse.Namespace) -> dict:
    found: dict = {"machine": report.machine()}
    with ExitStack() as stack:
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # no config.toml: stock
        servers = {"bare": stack.enter_context(serve(SERVE_STOCK, BARE_APP, empty))}
        if app.startswith(("http://", "https://")):
            servers["ours"] = app.rstrip("/")
        else:
            script = Path(app).resolve()
            servers["ours"] = stack.enter_context(serve(SERVE, script, script.parent))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        found["machine"]["chromium"] = browser.version
        if "keys" in parts:
            found["keys"] = measure_keys(browser, servers, args.presses)
        if "drags" in parts:
            found["drags"] = measure_drags(browser, servers, args.drags)
    found["bars"] = {
        "chart_ratio": CHART_BAR,
        "picture_ratio": PICTURE_BAR,
        "updates_per_second": {view.name: view.bar for view in DRAGGED},
    }
    return found


def table(found: dict) -> str:
    lines = [f"{report.on(found['machine'])}, Chromium {found['machine']['chromium']}"]

    def rows(seen: dict, names: dict[str, str], bars: dict[str, float]) -> None:
        for key, name in names.items():
            row = seen[key]
            line = f"  {name:36}{row['median_ms']:9.1f}{row['p95_ms']:9.1f}"
            if "ratio" in row:
                line += f"{row['ratio']:8.2f}×"
            if bar := bars.get(key):
                line += f" {report.verdict(bar, row['ratio'] <= bar)}"
            lines.append(line)

    if seen := found.get("keys"):
        what = f"key press to drawn, {seen['bare']['samples']} each"
        lines += ["", f"{what:38}{'median':>9}{'p95 ms':>9}{'of bare':>9}"]
        names = {"bare": "bare app: chart", "picture": "ours: picture", "chart": "ours: main chart"}
        rows(seen, names, {"picture": PICTURE_BAR, "chart": CHART_BAR})
    if seen := found.get("drags"):
        what = f"drags of {DRAG_SECONDS:g} s, {seen[BARE.name]['drags']} each"
        lines += ["", f"{what:38}{'updates/s':>10}{'moves/s':>9}{'of bare':>9}"]
        bars = {view.name: view.bar for view in DRAGGED}
        for name, row in seen.items():
            line = f"  {name:36}{row['updates_per_second']:10.1f}{row['moves_per_second']:9.1f}"
            if name != BARE.name:
                bar = bars[name]
                met = row["updates_per_second"] >= bar
                ratio = f"{row['ratio']:8.1f}×" if row["ratio"] else f"{'':9}"
                line += f"{ratio} {report.verdict(bar, met)}"
            lines.append(line)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app", nargs="?", default=str(ROOT / "app.py"), help="script or address")
    parser.add_argument("--presses", type=int, default=30, help="of each app")
    parser.add_argument("--drags", type=int, default=3, help="of each page")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, by commas")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    parts = set(args.only.split(","))
    if unknown := parts - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    try:
        found = measure(args.app, parts, args)
    except Error as error:  # a page that did not show what is to be measured
        sys.exit(f"could not measure: {error}")
    report.tell(found, table, args)


if __name__ == "__main__":
    main()
