"""The first visit: our first page against a bare, stock Streamlit app with a slider and a chart.

    python -m benchmarks.app.first_visit [--visits 5] [--only cold,warm,cold-4,warm-4,far]
                                         [--json]

Milliseconds from the request, in Chromium, ours and the bare app in turns:

words     the verdict stands
picture   the river is drawn
chart     the main chart is drawn; plotly: by Plotly, which takes the place of a first drawing
answers   a slider that is moved as soon as it is there has changed the picture
requests  how many until the chart stands, and how many of these for files and answers of our own
kB        what came over the wire until then

cold      nothing in the cache; warm: the page was open in this browser before
-4        with a processor a quarter as fast (Chromium's throttling of the page's thread)
far       behind a proxy 50 ms away, cache cold

Bars, on every one: the picture at most 0.8 times, the chart at most 1.1 times as late as the bare
app's chart; at most 30 requests of our own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from benchmarks import report
from benchmarks.app.latency import (
    BARE_APP,
    BARE_CHART,
    CHART,
    OUR_SLIDER,
    RIVER,
    ROOT,
    SERVE,
    SERVE_STOCK,
    STAMPED,
    chromium_path,
    serve,
)
from tests.conftest import CHROMIUM_FLAGS
from tests.tools.proxy import delaying

TIMEOUT = 120_000
ROUND_TRIP = 0.05  # seconds
PICTURE_BAR, CHART_BAR, REQUESTS_BAR = 0.8, 1.1, 30
TIMES = ("words", "picture", "chart", "plotly", "answers")
OWN = ("/app/static/", "/live/")


@dataclass(frozen=True)
class Way:
    """How a visitor comes."""

    warm: bool = False
    slower: int = 1
    far: bool = False


WAYS = {
    "cold": Way(),
    "warm": Way(warm=True),
    "cold-4": Way(slower=4),
    "warm-4": Way(warm=True, slower=4),
    "far": Way(far=True),
}
DRAWN = {
    "ours": {
        "words": ".unroll-verdict h1",
        "picture": f"{RIVER}{STAMPED} path[d]",
        "chart": f"{CHART} [data-first] path[d], {CHART} path.js-line",
        "plotly": f"{CHART} path.js-line",
    },
    "bare": {"chart": f"{BARE_CHART} path.js-line"},
}

# Milliseconds after the request at which a frame first finds each selector, by name. With a slider:
# it is moved once it is there, and `answers` is when the picture shows another state.
WATCH = """
(() => {
  const { wanted, slider, picture } = %s;
  const firsts = (window.firsts = {});
  let shown = null;
  const look = () => {
    for (const name in wanted) {
      if (!(name in firsts) && document.querySelector(wanted[name])) {
        firsts[name] = performance.now();
      }
    }
    if (slider && !firsts.answers) {
      const input = document.querySelector(slider);
      const stamp = document.querySelector(picture)?.dataset.stamp;
      if (input && stamp && shown === null) {
        shown = stamp;
        input.value = String(0.9 * Number(input.value));
        input.dispatchEvent(new Event("input", { bubbles: true }));
      } else if (shown && stamp && stamp !== shown) firsts.answers = performance.now();
    }
    requestAnimationFrame(look);
  };
  look();
})();
"""


def visit(context: BrowserContext, way: Way, address: str, app: str, slider: bool) -> dict:
    """What one visit shows, and when."""
    page = context.new_page()
    wanted = {} if slider else DRAWN[app]
    told = {"wanted": wanted, "slider": OUR_SLIDER if slider else "", "picture": RIVER}
    page.add_init_script(WATCH % json.dumps(told))
    devtools = context.new_cdp_session(page)
    asked: list[str] = []
    received = 0

    def request(event: dict) -> None:
        asked.append(event["request"]["url"])

    def finished(event: dict) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    devtools.on("Network.requestWillBeSent", request)
    devtools.on("Network.loadingFinished", finished)
    devtools.send("Network.enable")
    if way.slower > 1:
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": way.slower})
    page.goto(address, wait_until="commit")
    page.wait_for_function(
        "(count) => Object.keys(window.firsts ?? {}).length === count",
        arg=1 if slider else len(wanted),
        polling=200,
        timeout=TIMEOUT,
    )
    found = dict(page.evaluate("firsts"))
    paths = [urlsplit(url).path for url in asked if url.startswith("http")]
    found["requests"] = len(paths)
    found["own"] = sum(any(part in path for part in OWN) for path in paths)
    found["kB"] = received / 1000
    page.wait_for_timeout(1500)  # what still comes is in the cache of the next visit
    page.close()
    return found


def measure_way(browser: Browser, servers: dict[str, str], way: Way, visits: int) -> dict:
    seen: dict[str, list[dict]] = {"bare": [], "ours": []}

    def new() -> BrowserContext:
        return browser.new_context(viewport={"width": 1366, "height": 768})

    contexts = {name: new() for name in seen} if way.warm else {}
    for name, context in contexts.items():
        for _ in range(2):
            visit(context, Way(), servers[name], name, slider=False)
    for _ in range(visits):
        for name, rows in seen.items():
            row: dict = {}
            for slider in (False, True) if name == "ours" else (False,):
                context = contexts.get(name) or new()
                got = visit(context, way, servers[name], name, slider)
                row |= {"answers": got["answers"]} if slider else got
                if not way.warm:
                    context.close()
            rows.append(row)
    for context in contexts.values():
        context.close()
    medians = {
        name: {key: round(statistics.median(row[key] for row in rows)) for key in rows[0]}
        for name, rows in seen.items()
    }
    bare, ours = medians["bare"], medians["ours"]
    ratios = {key: round(ours[key] / bare["chart"], 2) for key in TIMES}
    return {"bare": bare, "ours": ours, "ratios": ratios, "visits": visits}


def measure(names: list[str], visits: int) -> dict:
    found: dict = {"machine": report.machine(), "ways": {}}
    with ExitStack() as stack:
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # no config.toml: stock
        servers = {
            "bare": stack.enter_context(serve(SERVE_STOCK, BARE_APP, empty)),
            "ours": stack.enter_context(serve(SERVE, ROOT / "app.py", ROOT)),
        }
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        found["machine"]["chromium"] = browser.version
        for name, address in servers.items():  # the first reader waits for the server's imports
            context = browser.new_context()
            visit(context, Way(), address, name, slider=False)
            context.close()
        for name in names:
            way = WAYS[name]
            with ExitStack() as proxies:
                behind = servers
                if way.far:
                    behind = {
                        app: proxies.enter_context(
                            delaying(ROUND_TRIP, int(address.rsplit(":", 1)[1]))
                        )
                        for app, address in servers.items()
                    }
                found["ways"][name] = measure_way(browser, behind, way, visits)
    return found


def table(found: dict) -> str:
    lines = [f"{report.on(found['machine'])}, Chromium {found['machine']['chromium']}", ""]
    columns = (*TIMES, "requests", "own", "kB")
    lines.append(f"{'ms after the request':22}" + "".join(f"{name:>10}" for name in columns))
    for name, seen in found["ways"].items():
        for app in ("bare", "ours"):
            cells = "".join(f"{seen[app].get(column, ''):>10}" for column in columns)
            lines.append(f"{name + ', ' + app:22}{cells}")
        ratios = seen["ratios"]
        cells = "".join(f"{ratios[column]:>9.2f}×" for column in TIMES)
        met = [
            report.verdict(PICTURE_BAR, ratios["picture"] <= PICTURE_BAR),
            report.verdict(CHART_BAR, ratios["chart"] <= CHART_BAR),
            report.verdict(REQUESTS_BAR, seen["ours"]["own"] <= REQUESTS_BAR),
        ]
        lines.append(f"{'  of the bare chart':22}{cells}  picture, chart, own: {' '.join(met)}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=5, help="of each app, on every way")
    parser.add_argument("--only", default=",".join(WAYS), help="ways, by commas")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    names = args.only.split(",")
    if unknown := set(names) - set(WAYS):
        parser.error(f"--only takes {', '.join(WAYS)}, got {', '.join(sorted(unknown))}")
    try:
        found = measure(names, args.visits)
    except Error as error:  # a page that did not show what is to be measured
        sys.exit(f"could not measure: {error}")
    report.tell(found, table, args)


if __name__ == "__main__":
    main()
