"""`unroll view run.unroll`: serve the app on a recording, and follow it while it grows."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path
from urllib.parse import urlencode

RUNS = "UNROLL_RUNS"  # as ui/settings/shelf.py has it
PATIENCE = 60.0  # seconds for the server to start


def page_of(recording: str) -> str:
    """The page that shows the file, from the root of the server, which then offers it by name.

    Raises FileNotFoundError and BadRecording.
    """
    from rnn_core.recording import Recording

    Recording.open(recording).close()
    path = Path(recording).absolute()
    os.environ[RUNS] = str(path)
    return f"your_model?{urlencode({'recording': path.name})}"


def open_later(address: str, host: str, port: int) -> None:
    """Open a browser there once the server listens; not where there is no screen."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        return

    def wait() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection((host, port), timeout=1.0).close()
            except OSError:
                time.sleep(0.2)
            else:
                webbrowser.open(address)
                return

    threading.Thread(target=wait, name="browser", daemon=True).start()
