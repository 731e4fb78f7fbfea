"""Who is connected."""

from __future__ import annotations

import time

from ui.internals import sessions
from ui.server import limits


def session() -> str:
    """The id of the browser session whose script is running in this thread."""
    return sessions.current()


def connected(session: str, last_heard: float) -> bool:
    """Whether the session's page is open and in contact.

    Without a server (tests) whoever has asked for something lately (`last_heard`, by
    time.monotonic) counts as connected.
    """
    known = sessions.connected(session)
    return time.monotonic() - last_heard < limits.SILENCE if known is None else known
