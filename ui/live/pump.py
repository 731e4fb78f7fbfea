"""New drawings from the server to the page while nothing is asked.

A rerun of a fragment sends ten messages, and Streamlit's page renders itself for most of them:
twenty a second leave a small machine no time for anything else. A pumped drawing is one message
that Streamlit's page never sees; static/live/early.js takes it off the connection and draws it.

The fragment that shows a chart asks for its drawings anew whenever it runs (a few times a second),
and each time grants so many. A page that is gone, hidden or slow asks less, and gets less.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ui.internals import sessions

INTERVAL = 0.06  # seconds between two drawings: 16 a second
GRANTED = 12  # drawings after one run of the fragment
SERVED = 3  # pages that are served that often; more of them share as many drawings

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Feed:
    draw: Callable[[int], list[bytes]]
    left: int
    count: int = 0


class Pump:
    """Draws for every session that has asked lately; its thread ends when nobody has."""

    def __init__(self, send: Callable[[str, bytes], bool]) -> None:
        self._send = send
        self._feeds: dict[str, _Feed] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, session: str, draw: Callable[[int], list[bytes]]) -> None:
        """For the next GRANTED intervals send `session` what `draw(n)` gives, n = 0, 1, 2, …"""
        with self._lock:
            before = self._feeds.get(session)
            self._feeds[session] = _Feed(draw, GRANTED, before.count if before else 0)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="live-pump", daemon=True)
                self._thread.start()

    def end(self, session: str) -> None:
        """Send `session` nothing more."""
        with self._lock:
            self._feeds.pop(session, None)

    def _work(self) -> None:
        due = time.monotonic()
        while True:
            with self._lock:
                feeds = list(self._feeds.items())
                if not feeds:
                    self._thread = None
                    return
            for session, feed in feeds:
                if not self._serve(session, feed):
                    with self._lock:
                        if self._feeds.get(session) is feed:
                            del self._feeds[session]
            # No catching up: a late drawing shows what is newest then.
            pause = INTERVAL * max(1.0, len(feeds) / SERVED)
            due = max(due + pause, time.monotonic() + pause / 4)
            # Between the two readings of the clock this thread may have waited for its turn.
            time.sleep(max(due - time.monotonic(), 0.0))

    def _serve(self, session: str, feed: _Feed) -> bool:
        """One drawing; False if there will be no more."""
        try:
            sent = [self._send(session, data) for data in feed.draw(feed.count)]
        except Exception:
            # The fragment itself draws the same: what is wrong will be seen there.
            _log.exception("a drawing could not be made")
            return False
        feed.count += 1
        feed.left -= 1
        return feed.left > 0 and all(sent)


_PUMP = Pump(sessions.send)


def pump(draw: Callable[[int], list[bytes]]) -> None:
    """Keep the page's charts moving until the running fragment's next run.

    `draw(n)` gives what `drawing` makes of the charts due at the n-th time; it is called in a
    thread of its own, without a session.
    """
    if sessions.served() and (session := sessions.current()):
        _PUMP.ask(session, draw)


def still() -> None:
    """No further drawings for this page: it rests."""
    if session := sessions.current():
        _PUMP.end(session)
