"""Figures in a course page: ten of ours in frames beside one Streamlit page in a frame.

    python -m benchmarks.app.embedding [--rounds 3] [--json]

A page of another site with frames, opened in Chromium with nothing in its cache; each contestant
has a server of its own, started for it and seen by one browser before. Medians of the rounds:

drawn     ms from opening the page until every frame's picture stands
again     the same with everything in the browser's cache
requests  those that went over the wire, and how many of them asked for an answer
kB        what came over the wire
sockets   websockets that stay open: sessions of Streamlit
server    ms of the server's processor until all stand
MB        by which the server has grown while the page is open

ten views    every kind of figure, some of them twice at other settings, all in view
ten alike    ten rivers of other gains
ten below    the same, but nine of them below the screen, as Share's code has them (loading=lazy)
one page     one page of ours, `?embed=true`: Streamlit's own client and a session
bare page    a bare Streamlit app with a slider and a chart in a frame

Bars: ten figures come over the wire with fewer bytes than one Streamlit page, with no websocket;
nine figures that nobody sees cost the server no answer.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    WebSocket,
    sync_playwright,
)

from benchmarks.app.latency import BARE_CHART, RIVER, STAMPED, chromium_path
from benchmarks.app.load import BARE, OURS, memory, serve
from tests.conftest import CHROMIUM_FLAGS
from tests.tools.course import site
from tests.tools.server import wait_until_healthy
from ui.views import VIEWS

TIMEOUT = 120_000
STILL = 2000  # ms
DRAWN = ".unroll-view[data-drawn]:not([data-drawn=''])"
SEEN = {"width": 1300, "height": 7200}  # all ten at once
SCREEN = {"width": 1300, "height": 700}  # one of them
_TICK = os.sysconf("SC_CLK_TCK")


def frame(query: str, height: int, more: str = "") -> str:
    return f'<p><iframe src="{{app}}/?{query}" width="100%" height="{height}" {more}></iframe></p>'


def views(names: list[str], more: str = "") -> str:
    """Ten frames; those of one name stand at other gains."""
    heights = {view.name: view.height for view in VIEWS}
    sliders = {view.name: view.sliders[0] for view in VIEWS}
    return "".join(
        frame(f"view={name}&{sliders[name]}={0.5 + 0.05 * i:.2f}", heights[name], more)
        for i, name in enumerate(names)
    )


EVERY = [view.name for view in VIEWS]
TEN = (EVERY + ["river", "curve", "neuron", "cells"] * 2)[:10]
# name: server, body, size of the window, what is drawn in each frame, how many frames draw
CONTESTANTS = {
    "ten views": (OURS, views(TEN), SEEN, DRAWN, 10),
    "ten alike": (OURS, views(["river"] * 10), SEEN, DRAWN, 10),
    "ten below": (OURS, views(["river"] * 10, 'loading="lazy"'), SCREEN, DRAWN, 1),
    "one page": (OURS, frame("embed=true", 900), SEEN, f"{RIVER}{STAMPED}", 1),
    "bare page": (BARE, frame("embed=true", 900), SEEN, BARE_CHART, 1),
}


def processor(process: subprocess.Popen) -> float:
    """Milliseconds that the server's processor has worked."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / _TICK


def opened(page: Page, address: str, selector: str, frames: int) -> float:
    """Milliseconds until the first `frames` frames have drawn."""
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    page.wait_for_function("n => document.querySelectorAll('iframe').length >= n", arg=frames)
    for element in page.query_selector_all("iframe")[:frames]:
        inner = element.content_frame()
        inner.wait_for_selector(selector, state="attached", timeout=TIMEOUT)
    return page.evaluate("performance.now()")


def visit(browser: Browser, name: str) -> dict[str, float]:
    """One contestant, once."""
    app, body, size, selector, frames = CONTESTANTS[name]
    with serve(app) as (process, port), site() as (address, pages):
        wait_until_healthy(port)
        pages["/lesson"] = body.replace("{app}", f"http://127.0.0.1:{port}")

        def context() -> BrowserContext:
            made = browser.new_context(viewport=size)
            made.set_default_timeout(TIMEOUT)
            return made

        first = context()  # whatever only the first reader of a server waits for
        opened(first.new_page(), f"{address}/lesson", selector, frames)
        first.close()
        # Other readers come with settings that the server has seen: an answer is kept for all.
        before = processor(process), memory(process)
        second = context()
        page = second.new_page()
        finished: list[Request] = []
        sockets: list[WebSocket] = []
        page.on("requestfinished", lambda request: finished.append(request))
        page.on("websocket", lambda socket: sockets.append(socket))
        drawn = opened(page, f"{address}/lesson", selector, frames)
        page.wait_for_timeout(STILL)  # what comes a moment later belongs to it
        worked, grown = processor(process) - before[0], memory(process) - before[1]
        found = [(r, r.sizes()) for r in finished if f":{port}/" in r.url]
        # What the browser's own cache has answered has no size.
        wire = [(r, size["responseBodySize"]) for r, size in found if size["responseBodySize"] > 0]
        again = opened(page, f"{address}/lesson", selector, frames)
        second.close()
    return {
        "drawn": drawn,
        "again": again,
        "requests": len(wire),
        "answers": sum("/live/" in request.url and "?" in request.url for request, _ in wire),
        "kB": sum(size for _, size in wire) / 1000,
        "sockets": len(sockets),
        "server": worked,
        "MB": grown,
    }


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """The medians, by contestant."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
        for _ in range(rounds):
            for name in CONTESTANTS:  # in turns: a busy machine slows all of them
                found[name].append(visit(browser, name))
        browser.close()
    return {
        name: {key: statistics.median(one[key] for one in all_) for key in all_[0]}
        for name, all_ in found.items()
    }


def missed(figures: dict[str, dict[str, float]]) -> list[str]:
    """The bars that are not held."""
    ten, below, page = figures["ten views"], figures["ten below"], figures["one page"]
    return [
        said
        for held, said in (
            (ten["kB"] < page["kB"], "ten figures weigh more than one page"),
            (ten["sockets"] == 0, "a figure opens a websocket"),
            (below["answers"] <= 2, "figures that nobody sees ask for answers"),
        )
        if not held
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    figures = measure(args.rounds)
    if args.json:
        print(json.dumps(figures))
    else:
        columns = list(next(iter(figures.values())))
        print(f"{'':10}" + "".join(f"{column:>10}" for column in columns))
        for name, row in figures.items():
            print(f"{name:10}" + "".join(f"{row[column]:10.0f}" for column in columns))
    if wrong := missed(figures):
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
