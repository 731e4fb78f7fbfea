"""Start, stop, reload and close training tabs for a while; then nothing may be left of them.

    python -m benchmarks.app.soak [--minutes 20] [--tabs 4] [--json]

A server of its own, and Chromium tabs that come and go at random: a run is started, then paused,
stopped, reset, left for another page, reloaded, or the tab is closed in the middle of it. Every
ten seconds the server's threads and resident memory are read from /proc. At the end all tabs are
closed; after the time a forgotten run is kept, threads and memory are read once more.

Bars: no training thread left; memory at the end at most 10 % above that after the first minute.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.tools.server import free_port

ROOT = Path(__file__).resolve().parents[2]
READ_EVERY = 10.0  # seconds
SETTLE = 75.0  # seconds: longer than a run without a tab is kept
SCENES = (
    "",
    "?train_cell=lstm",
    "?train_cell=gru&train_length=100",
    "?train_clip=none&train_optimizer=sgd&train_learning_rate=5&train_activation=linear",
    "?train_task=hello&train_length=26",
)


def serve(port: int, log) -> subprocess.Popen:
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--server.fileWatcherType", "none"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return server
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server did not start")


def reading(pid: int) -> dict[str, float]:
    """Threads, and resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    return {"threads": int(status["Threads"]), "mb": int(status["VmRSS"].split()[0]) / 1024}


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def click(page: Page, label: str) -> bool:
    button = page.get_by_role("button", name=label, exact=True)
    try:
        if button.count() and button.first.is_enabled(timeout=500):
            button.first.click(timeout=1500)
            return True
    except Error:
        pass  # it went away under the pointer, as it would under a user's
    return False


def act(page: Page, url: str, rng: random.Random, done: dict[str, int]) -> bool:
    """One thing that a user does; False if it was to close the tab."""
    kind = rng.choices(
        ["start", "pause", "step", "stop", "reset", "reload", "leave", "close"],
        [8, 3, 1, 4, 3, 2, 2, 3],
    )[0]
    if kind == "reload":
        page.reload(wait_until="commit")
    elif kind == "leave":
        page.get_by_role("link", name="Gradient flow").first.click(timeout=3000)
        page.wait_for_timeout(800)
        page.go_back(wait_until="commit")
    elif kind != "close":
        labels = {
            "start": ("Start", "Continue", "Resume"),
            "pause": ("Pause",),
            "step": ("Step",),
            "stop": ("Stop",),
            "reset": ("Reset",),
        }[kind]
        if not any(click(page, label) for label in labels):
            return True
    done[kind] = done.get(kind, 0) + 1
    return kind != "close"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--tabs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    rng, port = random.Random(args.seed), free_port()
    url, readings, done, errors = f"http://127.0.0.1:{port}/training", [], {}, []
    with tempfile.TemporaryFile() as log, sync_playwright() as playwright:
        server = serve(port, log)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        tabs: list[Page] = []
        start = last = time.monotonic()
        while time.monotonic() - start < 60 * args.minutes:
            if len(tabs) < args.tabs:
                page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
                page.on("pageerror", lambda error: errors.append(str(error)))
                page.goto(url + rng.choice(SCENES), wait_until="commit")
                tabs.append(page)
            page = rng.choice(tabs)
            try:
                stays = act(page, url, rng, done)
            except Error:
                stays = True
            if page.locator("[data-testid=stException]").count():
                errors.append(page.locator("[data-testid=stException]").first.inner_text())
            if not stays:
                tabs.remove(page)
                page.context.close()
            time.sleep(rng.uniform(0.2, 1.5))
            if time.monotonic() - last > READ_EVERY:
                last = time.monotonic()
                readings.append({"s": last - start, "tabs": len(tabs), **reading(server.pid)})
        browser.close()
        before = processor_seconds(server.pid)
        time.sleep(SETTLE)
        busy = (processor_seconds(server.pid) - before) / SETTLE
        after = reading(server.pid)
        time.sleep(10)
        idle = processor_seconds(server.pid)
        time.sleep(10)
        idle = (processor_seconds(server.pid) - idle) / 10
        server.terminate()
        server.wait(timeout=20)
        log.seek(0)
        tracebacks = log.read().decode(errors="replace").count("Traceback")
    early = [r["mb"] for r in readings if 30 <= r["s"] <= 90] or [readings[0]["mb"]]
    report = {
        "minutes": args.minutes,
        "actions": done,
        "mb_after_a_minute": statistics.median(early),
        "mb_most": max(r["mb"] for r in readings),
        "mb_end": after["mb"],
        "threads_most": max(r["threads"] for r in readings),
        "threads_end": after["threads"],
        "processor_while_settling": busy,
        "processor_idle": idle,
        "page_errors": errors,
        "tracebacks": tracebacks,
        "readings": readings,
    }
    if args.json:
        print(json.dumps(report, indent=1))
        return
    print(f"{args.minutes:g} minutes, {sum(done.values())} actions: {done}")
    print(
        f"  memory {report['mb_after_a_minute']:.0f} MB after a minute, at most "
        f"{report['mb_most']:.0f}, {report['mb_end']:.0f} at the end"
    )
    print(f"  threads: at most {report['threads_most']}, {report['threads_end']} at the end")
    print(f"  processor at the end: {100 * idle:.1f} % of a core")
    print(f"  errors in pages: {len(errors)}, tracebacks in the log: {tracebacks}")


if __name__ == "__main__":
    main()
