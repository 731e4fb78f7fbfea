"""Who is connected: the one place that asks Streamlit's runtime about its sessions."""

from __future__ import annotations

import time

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.server import limits


def session() -> str:
    """The id of the browser session whose script is running in this thread."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def connected(session: str, last_heard: float) -> bool:
    """Whether the session's page is open and in contact.

    The server knows: the websocket of a closed tab is gone at once, that of a hidden tab stays,
    whatever becomes of its timers. Without a server (tests) whoever has asked for something lately
    (`last_heard`, by time.monotonic) counts as connected.
    """
    if runtime.exists():
        return runtime.get_instance().is_active_session(session)
    return time.monotonic() - last_heard < limits.SILENCE
