"""Firefox and WebKit, each by the protocol that it speaks by itself: one window with one page.

WebKit by W3C WebDriver, through the driver of WebKitGTK and its MiniBrowser in a virtual screen;
Firefox by WebDriver BiDi, through the port it opens, so that no driver is needed.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.tools.server import free_port

SIZE = (1366, 768)
PATIENCE = 60.0  # seconds, as everywhere: the machine may be busy
_STARTS = 30.0

# Keys that are no letters, as WebDriver writes them.
KEYS = {"End": "\ue010", "Home": "\ue011", "ArrowRight": "\ue014", "Escape": "\ue00c"}


class Missing(Exception):
    """What of a browser is not installed."""


class Window:
    """A browser's page."""

    def goto(self, url: str) -> None:
        raise NotImplementedError

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        raise NotImplementedError

    def press(self, key: str) -> None:
        """A key goes down and up again, wherever the focus is."""
        raise NotImplementedError

    def errors(self) -> list[str]:
        """What the page has reported since it was opened, where the protocol tells."""
        return []

    def wait(self, expression: str, seconds: float = PATIENCE) -> Any:
        """The value of an expression as soon as it is true in JavaScript's sense."""
        give_up = time.monotonic() + seconds
        while True:
            if found := self.ask(expression):
                return found
            if time.monotonic() > give_up:
                text = self.ask("document.body.innerText.slice(0, 400)")
                raise AssertionError(f"never true: {expression}; the page says: {text!r}")
            time.sleep(0.05)


# -- WebKit


class _WebKit(Window):
    def __init__(self, port: int, browser: str) -> None:
        self._root = f"http://127.0.0.1:{port}"
        options = {"binary": browser, "args": ["--automation"]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._root += f"/session/{self._post('/session', asked)['sessionId']}"
        self._post("/window/rect", dict(zip(("width", "height"), SIZE, strict=True)))

    def _post(self, path: str, body: dict) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data, {"content-type": "text/plain"})
        with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:
            return json.load(answer)["value"]

    def goto(self, url: str) -> None:
        self._post("/url", {"url": url})

    def ask(self, expression: str) -> Any:
        return self._post("/execute/sync", {"script": f"return ({expression});", "args": []})

    def press(self, key: str) -> None:
        self._post("/actions", {"actions": [_strokes(key)]})

    def end(self) -> None:
        request = urllib.request.Request(self._root, method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()


def _strokes(key: str) -> dict:
    value = KEYS.get(key, key)
    strokes = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
    return {"type": "key", "id": "keys", "actions": strokes}


@contextmanager
def webkit(log: Path) -> Iterator[Window]:
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("xvfb-run")
    found = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.1/MiniBrowser"))
    for there, name in (
        (driver, "WebKitWebDriver (Debian: webkit2gtk-driver)"),
        (found, "WebKit's MiniBrowser (Debian: webkit2gtk-driver)"),
        (screen, "xvfb-run (Debian: xvfb)"),
    ):
        if not there:
            raise Missing(f"no {name}")
    port = free_port()
    size = "x".join(map(str, (*SIZE, 24)))
    command = [screen, "-a", "-s", f"-screen 0 {size}", driver, f"--port={port}"]
    # Without animations, which a virtual screen paints by the processor.
    settings = log.parent / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir()
    settings.write_text("[Settings]\ngtk-enable-animations=0\n")
    still = {"XDG_CONFIG_HOME": str(log.parent), "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    with _running(command, log, **still):
        window = _soon(lambda: _WebKit(port, str(found[0])))
        try:
            yield window
        finally:
            window.end()


# -- Firefox


class _Firefox(Window):
    def __init__(self, address: str) -> None:
        from websockets.sync.client import connect

        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(connect(f"{address}/session", max_size=None))
        self._numbers = itertools.count(1)
        self._errors: list[str] = []
        self._do("session.new", capabilities={})
        self._do("session.subscribe", events=["log.entryAdded"])
        tree = self._do("browsingContext.getTree", maxDepth=0)
        self._page = tree["contexts"][0]["context"]
        viewport = dict(zip(("width", "height"), SIZE, strict=True))
        self._do("browsingContext.setViewport", context=self._page, viewport=viewport)

    def _do(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(timeout=PATIENCE))
            if told.get("type") == "event":
                self._note(told["params"])
            elif told.get("id") == number:
                if told.get("type") == "error":
                    raise AssertionError(f"{method}: {told['message']}")
                return told["result"]

    def _note(self, entry: dict) -> None:
        text = str(entry.get("text"))
        # A page that is left in the midst of loading a font says that this has failed.
        if entry.get("level") == "error" and not text.startswith("downloadable font"):
            self._errors.append(text)

    def goto(self, url: str) -> None:
        # A page that is left in the midst of loading a module says so, before the next one begins.
        for address in ("about:blank", url):
            self._errors.clear()
            self._do("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def ask(self, expression: str) -> Any:
        told = self._do(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._page},
            awaitPromise=False,
        )
        if told["type"] == "exception":
            raise AssertionError(f"{expression}: {told['exceptionDetails']['text']}")
        value = told["result"].get("value")
        return None if value is None else json.loads(value)

    def press(self, key: str) -> None:
        self._do("input.performActions", context=self._page, actions=[_strokes(key)])

    def errors(self) -> list[str]:
        return self._errors

    def end(self) -> None:
        self._open.close()


@contextmanager
def firefox(log: Path) -> Iterator[Window]:
    browser = shutil.which("firefox-esr") or shutil.which("firefox")
    if not browser:
        raise Missing("no Firefox (Debian: firefox-esr)")
    profile = log.parent / "firefox"
    profile.mkdir()
    (profile / "user.js").write_text('user_pref("ui.prefersReducedMotion", 1);\n')
    command = [browser, "--headless", "--no-remote", "--profile", str(profile)]
    with _running([*command, "--remote-debugging-port", str(free_port())], log):
        said = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
        address = _soon(lambda: said.search(log.read_text(errors="replace")).group(1))
        window = _Firefox(address)
        try:
            yield window
        finally:
            window.end()


# -- processes


@contextmanager
def _running(command: list[str], log: Path, **environment: str) -> Iterator[None]:
    """A process with all that it starts."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, start_new_session=True, env=os.environ | environment
        )
    try:
        yield
    finally:
        for ending in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, ending)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def _soon(make: Any) -> Any:
    """What `make` gives once it can."""
    give_up = time.monotonic() + _STARTS
    while True:
        try:
            return make()
        except (OSError, AttributeError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


BROWSERS = {"Firefox": firefox, "WebKit": webkit}
