"""The real app and a real browser, shared by every test that asks for them.

`page` is a browser tab, `app_url` the running app, `console_errors` what went wrong in the tab.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import app_test

ROOT = Path(__file__).parent.parent
PROJECTOR = {"width": 1366, "height": 768}
PATIENCE = 60.0  # seconds to wait for what takes two: the machine may be busy
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",  # containers and CI run as root, where Chromium's sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# No deadline: timing on a shared machine says nothing about correctness. In CI the same examples
# every time; elsewhere new ones, and the blob to repeat a failure.
settings.register_profile(
    "unroll", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("unroll")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and run them last.

    Playwright's sync API keeps an event loop running in the main thread until the session ends;
    after it has started, `asyncio.run` fails there.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Side by side (`-n 2`): a worker takes a file at a time, since its tests share what they have
    computed, and of the browser tests one at a time, with a server and a Chromium of its own."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith("tests/browser/") else nodeid.split("::")[0]

    config.option.loadscopereorder = False  # the browser tests stay last
    return Scheduling(config, log)


@contextmanager
def _in_the_room(alone: bool) -> Iterator[None]:
    """Among the tests of other workers, or alone, when theirs have ended. Everybody takes a lock on
    one file, shared or not, and goes to it through another: who wants to be alone closes that door
    behind them, and nobody comes in between."""
    import fcntl

    with (ROOT / "pyproject.toml").open() as door, Path(__file__).open() as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """What measures time (`@pytest.mark.alone`) shares the machine with no other test."""
    if sys.platform == "win32" or not hasattr(item.config, "workerinput"):
        return (yield)
    with _in_the_room(alone=item.get_closest_marker("alone") is not None):
        return (yield)


class _PagesOfARunningServer(PagesManager):
    """What a server knows once `st.navigation` has run in it; AppTest forgets it before each run,
    and would run a page's file alone (see `ui.frame.enter`)."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        PagesManager.uses_pages_directory = False


# Every installed package, searched for components of Streamlit: most of the time that AppTest takes
# to open a page. A server does it once, when it starts.
_components = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def running_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest behaves like a server after its first run."""
    monkeypatch.setattr(app_test, "PagesManager", _PagesOfARunningServer)
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _components)


def find_chromium() -> str | None:
    """Path of a Chromium: $CHROMIUM, one on the PATH, or the one Playwright installed."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Chromium, headless. Missing, it skips the test, or fails it under REQUIRE_BROWSER=1."""
    executable = find_chromium()
    if executable is None:
        message = "no Chromium found: install it, or name it in $CHROMIUM"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but {message}", pytrace=False)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="module")
def no_training_outlives_its_file() -> Iterator:
    """Nobody closes the tab of an AppTest, and the next file may count threads."""
    yield
    if background := sys.modules.get("ui.background"):
        background.TABS.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the test's page has reported so far: console errors and uncaught exceptions."""
    return []


# The river of the first page flows for ever, and Streamlit's placeholders shimmer while it comes:
# to draw each frame of that takes a quarter of a core from the other tests.
STILL_WATER = """addEventListener("DOMContentLoaded", () => {
  const style = document.createElement("style");
  style.textContent = ".ur-line { animation-play-state: paused !important; } " +
    "[data-testid=stSkeleton], [data-testid=stSkeleton] *, [data-testid=stStatusWidget] * " +
    "{ animation: none !important; }";
  document.head.append(style);
})"""


class Tab:
    """A tab that one test after the other finds as if it had just been opened.

    A page opens in it in less than half the time that a new tab takes, since all the JavaScript
    has been compiled."""

    def __init__(self, browser) -> None:
        self.browser = browser
        self.page = None

    def open(self):
        if self.page is None:
            context = self.browser.new_context(viewport=PROJECTOR)
            context.set_default_timeout(1000 * PATIENCE)
            context.add_init_script(STILL_WATER)
            self.page = context.new_page()
        return self.page

    def clear(self) -> None:
        """No page, nothing stored, no past; nothing emulated, no key or button held down."""
        page, context = self.page, self.page.context
        if page.is_closed():
            context.close()
            self.page = None
            return
        for other in context.pages:
            if other is not page:
                other.close()
        page.unroute_all()
        if page.url.startswith("http"):
            # At an empty page of the same origin: ours writes to its storage as it is left.
            page.route("**", lambda route: route.fulfill(body="", content_type="text/html"))
            page.goto(page.url)
            page.evaluate("() => { sessionStorage.clear(); localStorage.clear(); }")
            page.unroute_all()
        page.goto("about:blank")
        context.clear_cookies()
        page.emulate_media(
            media="null", color_scheme="null", reduced_motion="null", forced_colors="null"
        )
        page.set_viewport_size(PROJECTOR)
        page.mouse.up()
        page.mouse.move(0, 0)
        devtools = context.new_cdp_session(page)
        devtools.send("Page.resetNavigationHistory")  # it ends at 50 entries, and grows no more
        devtools.detach()


@contextmanager
def noting_errors(page, errors: list[str]) -> Iterator:
    """`page`, while its errors are written down, except for what Streamlit does at a link to one of
    its pages: it first looks for two addresses of its own below that page's, where they are not."""
    looked_for = re.compile(r"/\w+/_stcore/(health|host-config)$")

    def console(line) -> None:
        if line.type == "error" and not looked_for.search(line.location["url"]):
            errors.append(line.text)

    def uncaught(error) -> None:
        errors.append(f"uncaught: {error}")

    page.on("console", console)
    page.on("pageerror", uncaught)
    yield page
    if not page.is_closed():
        page.remove_listener("console", console)
        page.remove_listener("pageerror", uncaught)


@pytest.fixture(scope="session")
def _tab(browser) -> Tab:
    return Tab(browser)


@pytest.fixture
def page(_tab: Tab, console_errors: list[str]) -> Iterator:
    """An empty tab, as large as a projector: 1366x768."""
    with noting_errors(_tab.open(), console_errors) as page:
        yield page
    _tab.clear()


@pytest.fixture
def second_tab(page, console_errors: list[str]) -> Iterator:
    """A tab beside `page`, closed after the test: for `add_init_script`, which a tab keeps."""
    with noting_errors(page.context.new_page(), console_errors) as tab:
        yield tab


@pytest.fixture
def first_visit(browser, console_errors: list[str]) -> Iterator:
    """Such a tab in a browser that has never been here: nothing is cached, so a page takes twice as
    long to open."""
    context = browser.new_context(viewport=PROJECTOR)
    context.set_default_timeout(1000 * PATIENCE)
    with noting_errors(context.new_page(), console_errors) as page:
        yield page
    context.close()


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of the real app, `streamlit run app.py`, on a free port for the whole session."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    # Tests write beside the app all the time, and a server that watches does little else.
    options += ["--server.fileWatcherType", "none"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([*command, *options], cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_until_healthy(url, server, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_healthy(url: str, server: subprocess.Popen, log, timeout: float = PATIENCE) -> None:
    """Return once the server says "ok"; otherwise fail with the end of its log."""
    give_up = time.monotonic() + timeout
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    state = "is not healthy" if server.poll() is None else f"ended with code {server.returncode}"
    log.seek(0)
    tail = log.read().decode(errors="replace")[-4000:]
    pytest.fail(f"`streamlit run app.py` {state}. The end of its log:\n{tail}", pytrace=False)
