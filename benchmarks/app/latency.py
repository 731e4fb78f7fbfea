"""From a moved slider to a changed chart, in Chromium: our page against a bare, stock Streamlit
app.

    python -m benchmarks.app.latency [app.py | http://address] [--presses 30] [--json]

Both apps run in the same session, in alternating blocks. Measured per key press: from the keydown
event to the moment the chart's lines in the page differ (for ours also the picture of the unrolled
network). And during a drag of 32 steps in 1.5 s: how many different charts were seen while the
pointer was still down. Both servers run on this machine; over a network add the round trip, once
for either.
"""

import argparse
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

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
DRAG_STEPS, DRAG_SECONDS = 32, 1.5
CHART_BAR, PICTURE_BAR, RATE_BAR = 0.5, 0.3, 20

# What is on screen is the geometry of the paths. It is read when the page says that it has drawn
# (ours sets data-seq after drawing) or when a path appears or changes (the bare app builds a new
# chart each time).
WATCH = """
({ targets }) => {
  const geometry = (root) =>
    [...root.querySelectorAll("path")].map((path) => path.getAttribute("d")).join();
  const watch = (window.watch = { key: 0, seen: {}, updates: {} });
  document.addEventListener("keydown", () => { watch.key = performance.now(); }, true);
  for (const [name, { selector, inside, signal }] of Object.entries(targets)) {
    const read = () => {
      const root = document.querySelector(selector);
      return root && geometry(inside ? root.querySelector(inside) ?? root : root);
    };
    let last = read();
    watch.updates[name] = [];
    const look = () => {
      const at = performance.now();
      const now = read();
      if (!now || now === last) return;
      last = now;
      watch.updates[name].push(at);
      watch.seen[name] ??= at;
    };
    const observed = signal ? document.querySelector(selector) : document.body;
    const options = signal
      ? { attributes: true, attributeFilter: [signal] }
      : { childList: true, subtree: true, attributes: true, attributeFilter: ["d"] };
    new MutationObserver(look).observe(observed, options);
  }
}
"""

OURS = {
    "slider": ".unroll-slider[data-key=gain] input[type=range]",
    "targets": {
        "chart": {
            "selector": ".unroll-chart[data-key=gradient_norms]",
            "inside": ".scatterlayer",
            "signal": "data-seq",
        },
        "picture": {"selector": ".unroll-river[data-key=river]", "signal": "data-seq"},
    },
}
BARE = {
    "slider": "input[type=range]",
    "targets": {"chart": {"selector": ".js-plotly-plot .scatterlayer"}},
}


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


def open_page(browser, address: str, app: dict) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(address)
    for target in app["targets"].values():
        inside = target.get("inside", "")
        path = f"{target['selector']} {inside} path"
        page.wait_for_selector(path, state="attached", timeout=60_000)
    page.wait_for_timeout(2000)  # everything below the fold, too
    page.evaluate(WATCH, {"targets": app["targets"]})
    return page


def press(page: Page, app: dict, presses: int, times: dict[str, list[float]]) -> None:
    """Press an arrow key `presses` times with rests between; add milliseconds to `times`."""
    page.bring_to_front()
    page.locator(app["slider"]).first.focus()
    for _ in range(presses):
        page.wait_for_timeout(600 + 200 * random.random())
        page.evaluate("() => { watch.seen = {}; }")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "(names) => names.every((name) => watch.seen[name])",
            arg=list(app["targets"]),
            polling=50,
            timeout=10_000,
        )
        for name, delay in page.evaluate(
            "() => Object.entries(watch.seen).map(([name, at]) => [name, at - watch.key])"
        ):
            times[name].append(delay)


def drag(page: Page, app: dict) -> dict[str, int]:
    """Different charts seen while the pointer was down."""
    page.bring_to_front()
    page.wait_for_timeout(1000)
    # Streamlit hides its own range input; its thumb is found by its value label.
    thumb = page.locator("[data-testid=stSliderThumbValue]")
    slider = page.locator(app["slider"]).first
    track = (page.locator("[data-testid=stSlider]") if thumb.count() else slider).bounding_box()
    if thumb.count():
        box = thumb.locator("..").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    else:
        share = slider.evaluate("(s) => (s.value - s.min) / (s.max - s.min)")
        x = track["x"] + 9 + share * (track["width"] - 18)
        y = track["y"] + track["height"] / 2
    left = track["x"] + track["width"] - x > x - track["x"]
    step = (1 if left else -1) * 0.45 * track["width"] / DRAG_STEPS
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => { for (const name in watch.updates) watch.updates[name].length = 0; }")
    start = time.perf_counter()
    for number in range(1, DRAG_STEPS + 1):
        page.mouse.move(x + number * step, y)
        time.sleep(max(0, start + number * DRAG_SECONDS / DRAG_STEPS - time.perf_counter()))
    page.wait_for_timeout(100)  # the last step's chart is on its way; the pointer is still down
    counts = page.evaluate(
        "() => Object.fromEntries(Object.entries(watch.updates).map(([k, v]) => [k, v.length]))"
    )
    page.mouse.up()
    return counts


def summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median_ms": round(statistics.median(ordered), 1),
        "p90_ms": round(ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))], 1),
        "presses": len(ordered),
    }


def measure(app: str, presses: int) -> dict:
    with ExitStack() as stack:
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # no config.toml: stock
        bare_url = stack.enter_context(serve(SERVE_STOCK, BARE_APP, empty))
        if app.startswith(("http://", "https://")):
            our_url = app
        else:
            script = Path(app).resolve()
            our_url = stack.enter_context(serve(SERVE, script, script.parent))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        pages = {
            "bare": (open_page(browser, bare_url, BARE), BARE),
            "ours": (open_page(browser, our_url, OURS), OURS),
        }
        times = {name: {t: [] for t in app["targets"]} for name, (_, app) in pages.items()}
        for block in range(BLOCKS):
            for name, (page, app) in pages.items():
                count = presses // BLOCKS + (block < presses % BLOCKS)
                press(page, app, count, times[name])
        drags = {name: drag(page, app) for name, (page, app) in pages.items()}
        version = browser.version
    bare = summary(times["bare"]["chart"])
    chart, picture = summary(times["ours"]["chart"]), summary(times["ours"]["picture"])
    return {
        "bare_chart": bare,
        "chart": chart | {"ratio": round(chart["median_ms"] / bare["median_ms"], 3)},
        "picture": picture | {"ratio": round(picture["median_ms"] / bare["median_ms"], 3)},
        "drag": {
            "steps": DRAG_STEPS,
            "seconds": DRAG_SECONDS,
            "bare_updates": drags["bare"]["chart"],
            "chart_updates": drags["ours"]["chart"],
            "picture_updates": drags["ours"]["picture"],
            "chart_updates_per_second": round(drags["ours"]["chart"] / DRAG_SECONDS, 1),
        },
        "bars": {
            "chart_ratio": CHART_BAR,
            "picture_ratio": PICTURE_BAR,
            "updates_per_second": RATE_BAR,
        },
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "chromium": version,
        },
    }


def table(result: dict) -> str:
    def row(name: str, values: dict, bar: float | None = None) -> str:
        met = verdict(values["ratio"] <= bar) if bar else ""
        ratio = f"{values['ratio']:5.2f}x   <= {bar}x {met}" if bar else ""
        return f"{name:34}{values['median_ms']:8.1f}{values['p90_ms']:8.1f}   {ratio}"

    def verdict(met: bool) -> str:
        return "met" if met else "MISSED"

    drag = result["drag"]
    rate = drag["chart_updates_per_second"]
    return "\n".join(
        [
            f"key press to changed picture, {result['chart']['presses']} presses",
            f"{'':34}{'median':>8}{'p90 ms':>8}    ratio   bar",
            row("bare app: st.slider + plotly_chart", result["bare_chart"]),
            row("our page: main chart", result["chart"], CHART_BAR),
            row("our page: unrolled network", result["picture"], PICTURE_BAR),
            "",
            f"drag of {drag['steps']} steps in {drag['seconds']} s, seen while the pointer is down",
            f"{'bare app':34}{drag['bare_updates']:8d} updates",
            f"{'our page: main chart':34}{drag['chart_updates']:8d} updates = {rate}/s"
            f"   >= {RATE_BAR}/s {verdict(rate >= RATE_BAR)}",
            f"{'our page: unrolled network':34}{drag['picture_updates']:8d} updates",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app", nargs="?", default=str(ROOT / "app.py"), help="script or address")
    parser.add_argument("--presses", type=int, default=30)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    arguments = parser.parse_args()
    try:
        result = measure(arguments.app, arguments.presses)
    except Error as error:  # a page that did not show what is to be measured
        sys.exit(f"could not measure: {error}")
    print(json.dumps(result, indent=2) if arguments.json else table(result))


if __name__ == "__main__":
    main()
