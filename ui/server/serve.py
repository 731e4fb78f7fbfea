"""The server as a container runs it: `python -m ui.server.serve`, on $PORT.

It is `streamlit run app.py` and what a container wants besides:

- a log of one line per event: time, level, message, whoever writes it, a traceback included;
- an end with code 0 within seconds of a SIGTERM, whenever it comes. Streamlit alone cannot hear one
  while it starts (process 1 has no default action for signals), and waits without limit for a
  browser that does not read on in the middle of a download.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app.py"
GRACE = 3.0  # seconds for downloads that are under way; `docker stop` kills after 10
FORMAT = "%(asctime)s %(levelname)s %(message)s"

_log = logging.getLogger("unroll")


class _Printed(io.TextIOBase):
    """Stands in for stdout: every line printed becomes an event."""

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("text, not bytes")  # click tries with bytes what kind of stream it has
        for line in text.splitlines():
            if line.strip():
                _log.info(line.strip())
        return len(text)


def log_lines() -> None:
    """Let this process log one line per event, in UTC, on stderr.

    Streamlit and uvicorn make handlers and formatters of their own, at times of their own; all of
    them end in `logging.Formatter.format`.
    """
    plain = logging.Formatter.format
    logging.Formatter.format = lambda self, record: plain(self, record).replace("\n", "\\n")
    logging.Formatter.converter = time.gmtime
    logging.Formatter.default_time_format = "%Y-%m-%dT%H:%M:%S"
    logging.Formatter.default_msec_format = "%s.%03d"
    logging.basicConfig(format=FORMAT)
    _log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = lambda *error: _log.critical("uncaught", exc_info=error)
    threading.excepthook = lambda args: _log.error(
        "uncaught in %s", args.thread, exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
    )


def _end(code: int) -> None:
    """Leave at once: no thread in the middle of a computation is waited for."""
    logging.shutdown()
    os._exit(code)


def _interrupted(_signal: int, _frame: object) -> None:
    """On a SIGINT that nobody else takes: before the server serves, and once more after uvicorn has
    closed its connections, when it hands on the one that ended it."""
    _log.info("stopped")
    _end(0)


def _wait_for_sigterm() -> None:
    signal.sigwait({signal.SIGTERM})
    _log.info("SIGTERM")
    if signal.getsignal(signal.SIGINT) is _interrupted:
        _end(0)  # not serving yet
    os.kill(os.getpid(), signal.SIGINT)  # Streamlit closes its connections, and main goes on
    time.sleep(GRACE)
    _log.info("%g s after SIGTERM connections are still open: not waiting for them", GRACE)
    _end(0)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    log_lines()
    # Every thread made from here on leaves the signal to the one that waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.signal(signal.SIGINT, _interrupted)
    threading.Thread(target=_wait_for_sigterm, name="sigterm", daemon=True).start()
    from streamlit.web import cli

    options = {
        "server.port": os.environ.get("PORT", "8501"),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "logger.messageFormat": FORMAT,
        "logger.hideWelcomeMessage": "true",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    code = 0
    with contextlib.redirect_stdout(_Printed()):
        try:
            cli.main(["run", str(APP), *flags], standalone_mode=False)
        except SystemExit as end:  # the port is taken, an option does not exist
            code = end.code if isinstance(end.code, int) else 1
        except Exception:
            _log.critical("the server failed", exc_info=True)
            code = 1
    _log.info("stopped")
    _end(code)


if __name__ == "__main__":
    main()
