"""Open pages of a running Unroll in Chromium and say what went wrong: used by the two proofs.

.venv/bin/python -m deploy.look http://127.0.0.1:8501        one page
.venv/bin/python -m deploy.look http://127.0.0.1:8501 --all  every page
... --keep-training   starts training and waits for the server's end
"""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from ui.live import assets
from ui.pages import PAGES

PATHS = [page.path for page in PAGES]
# Quiet: neither a run of the script under way, nor a chart of ours without its drawing.
DRAWN = """() => {
  const running = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
  const charts = [...document.querySelectorAll('.unroll-chart')];
  return running === 'notRunning' && document.querySelector('[data-testid="stMainBlockContainer"]')
    && charts.length > 0 && charts.every((chart) => 'stamp' in chart.dataset);
}"""


class Visit:
    """A browser of its own (cookies included), and all it complains about."""

    def __init__(self, browser, url: str) -> None:
        self.url = url
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.elsewhere: set[str] = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self._request)

    def _console(self, line) -> None:
        # Opened on a page other than the first, Streamlit asks beside it first for its base path.
        if "404" in line.text and "/_stcore/" in line.location.get("url", ""):
            return
        if line.type == "error" or "Content Security Policy" in line.text:
            self.complaints.append(line.text)

    def _request(self, request) -> None:
        there = urlsplit(request.url)
        if there.scheme in ("http", "https", "ws", "wss") and there.netloc != self.host:
            self.elsewhere.add(there.netloc)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def open(self, path: str = "", seconds: float = 60) -> float:
        """Go to a page; the seconds until everything on it is drawn."""
        start = time.perf_counter()
        self.page.goto(f"{self.url}/{path}", wait_until="commit")
        self.drawn(seconds)
        return time.perf_counter() - start

    def drawn(self, seconds: float = 60) -> None:
        self.page.wait_for_function(DRAWN, timeout=1000 * seconds)

    def alerts(self) -> list[str]:
        """What the page itself says went wrong."""
        found = self.page.locator(
            '[data-testid="stException"], [data-testid="stAlertContentError"]'
        )
        return found.all_inner_texts()


@contextmanager
def chromium() -> Iterator:
    """Chromium, headless."""
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    if executable is None:
        raise SystemExit("no Chromium found: install it, or name it in $CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def asleep(url: str) -> socket.socket:
    """A download like that of a sleeping laptop: begun, and never read to its end."""
    host = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host.hostname, host.port))
    connection.sendall(
        f"GET /{assets.plotly_js()} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode()
    )
    answer = connection.recv(100).split(b"\r\n")[0].decode()
    print(f"  a download that is not read to its end: {answer}")
    return connection


def keep_training(url: str) -> None:
    """Train, beside a download that stands still, until the server has gone."""
    with chromium() as browser, asleep(url):
        visit = Visit(browser, url)
        visit.open("training")
        visit.page.get_by_role("button", name="Start").first.click()
        visit.page.get_by_role("button", name="Pause").first.wait_for(timeout=20_000)
        visit.page.wait_for_timeout(2000)
        print("  training", flush=True)
        while True:
            visit.page.wait_for_timeout(500)
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            except OSError:
                break
        visit.page.wait_for_timeout(2000)
        print(
            f"  then the page says: {visit.page.get_by_test_id('stStatusWidget').inner_text()!r}",
            flush=True,
        )


def main(url: str, *flags: str) -> None:
    """Print a line per page; end with code 1 if any page complained."""
    if "--keep-training" in flags:
        return keep_training(url)
    bad = 0
    with chromium() as browser:
        visit = Visit(browser, url)
        for path in PATHS if "--all" in flags else [""]:
            seconds = visit.open(path)
            visit.page.wait_for_timeout(500)
            wrong = visit.complaints + visit.alerts()
            wrong += [f"asked {host}" for host in sorted(visit.elsewhere)]
            print(
                f"  /{path:<16} drawn after {seconds:.1f} s, {'; '.join(wrong) or 'no complaint'}"
            )
            bad += len(wrong)
            visit.complaints.clear()
            visit.elsewhere.clear()
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main(*sys.argv[1:])
