"""A real server for a test: a free port, started, waited for, spoken to."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

from tests.tools import ROOT

WITH_UVLOOP = ["-m", "streamlit"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(python_args: list[str], script: Path):
    """A Streamlit server running `script`; yields its port."""
    port = free_port()
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    process = subprocess.Popen(
        [sys.executable, *python_args, "run", str(script), *flags],
        cwd=script.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


WITH_ANOTHER_APP = """
import pathlib, sys
from ui.server import serve
serve.APP = pathlib.Path(sys.argv.pop())
serve.main()
"""


@contextmanager
def served(
    log: Path,
    app: Path | None = None,
    *,
    port: int | None = None,
    healthy: bool = True,
    path: str = "/",
) -> Iterator[tuple[subprocess.Popen, int]]:
    """`python -m ui.server.serve`, perhaps with another app or below a path; yields (process,
    port)."""
    port = port or free_port()
    settings = {
        "PORT": str(port),
        "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
        "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "none",
    }
    if path != "/":
        settings["STREAMLIT_SERVER_BASE_URL_PATH"] = path
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                *(("-c", WITH_ANOTHER_APP, str(app)) if app else ("-m", "ui.server.serve")),
            ],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=out,
            stderr=out,
        )
    try:
        if healthy:
            wait_until_healthy(port, path=path)
        yield process, port
    finally:
        process.kill()
        process.wait()


def wait_until_healthy(port: int, seconds: float = 60, path: str = "/") -> None:
    address = f"http://127.0.0.1:{port}{path}_stcore/health"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no server on port {port} after {seconds} s")


def stream(port: int):
    """The websocket that a page of the server on `port` opens."""
    return connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=f"http://127.0.0.1:{port}",
        compression=None,
        max_size=None,
    )
