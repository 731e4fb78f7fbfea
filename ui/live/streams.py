"""New drawings from the server to the page while nothing is asked: a stream for each page.

A rerun of a fragment sends ten messages, and Streamlit's page renders itself for most of them:
twenty a second leave a small machine no time for anything else. The stream is an HTTP answer that
does not end (`ui.answers.route`); static/live/core/stream.js draws what comes.

The fragment that shows a chart asks for its drawings anew whenever it runs (a few times a second),
and each time grants so many. A page that is gone, hidden or slow asks less, and gets less.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import streamlit as st

from ui.server.version import version

INTERVAL = 0.06  # seconds between two drawings: 16 a second
GRANTED = 12  # drawings after one run of the fragment
SERVED = 3  # pages that are served that often; more of them share as many drawings
IDLE = 20.0  # seconds without a drawing after which a stream ends
BEAT = 2.0  # seconds of silence after which an empty frame asks whether anybody is there

_log = logging.getLogger(__name__)
_feeds: dict[str, _Feed] = {}
_lock = threading.Lock()


@dataclass(eq=False)
class _Feed:
    draw: Callable[[int], list[bytes]]
    left: int
    count: int = 0


def _token() -> str:
    """Names the stream of this session; nobody else can guess it."""
    return st.session_state.setdefault("_live_stream", secrets.token_urlsafe(16))


def path() -> str:
    """Where the browser finds this session's stream."""
    return f"live/{version()}/stream/{_token()}"


def stream(draw: Callable[[int], list[bytes]]) -> None:
    """Keep the page's charts moving until the running fragment's next run.

    `draw(n)` gives what `drawer` makes of the charts due at the n-th time; it is called in a thread
    of its own, without a session.
    """
    with _lock:
        before = _feeds.get(_token())
        _feeds[_token()] = _Feed(draw, GRANTED, before.count if before else 0)


def still() -> None:
    """No further drawings for this page: it rests."""
    with _lock:
        _feeds.pop(_token(), None)


def known(token: str) -> bool:
    """Whether a page has asked for drawings by this name."""
    with _lock:
        return token in _feeds


async def frames(token: str, threads: Executor) -> AsyncIterator[bytes]:
    """The drawings of one page as they are due, each behind its length; or an empty one."""
    loop = asyncio.get_running_loop()
    due = sent = drawn = time.monotonic()
    while time.monotonic() - drawn < IDLE:
        with _lock:
            feed, pages = _feeds.get(token), sum(feed.left > 0 for feed in _feeds.values())
        if feed and feed.left > 0:
            try:
                made = await loop.run_in_executor(threads, feed.draw, feed.count)
            except Exception:
                # The fragment itself draws the same: what is wrong will be seen there.
                _log.exception("a drawing could not be made")
                made, feed.left = [], 0
            feed.count += 1
            feed.left -= 1
            drawn = sent = time.monotonic()
            yield b"".join(struct.pack("<II", len(one), 0) + one for one in made)
        elif time.monotonic() - sent > BEAT:
            sent = time.monotonic()
            yield struct.pack("<II", 0, 0)
        # No catching up: a late drawing shows what is newest then.
        pause = INTERVAL * max(1.0, pages / SERVED)
        due = max(due + pause, time.monotonic() + pause / 4)
        await asyncio.sleep(due - time.monotonic())
