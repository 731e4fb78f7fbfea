"""Browser sessions, as Streamlit's runtime knows them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ui.internals import context
from ui.internals.context import GONE


def current() -> str:
    """The id of the browser session whose script is running in this thread, or ""."""
    return getattr(context.run(), "session_id", "")


def served() -> bool:
    """Whether a server runs the script; under AppTest none does."""
    return context.server() is not None


def connected(session: str) -> bool | None:
    """Whether the session's page is open and in contact; None where no server knows (tests).

    The websocket of a closed tab is gone at once, that of a hidden tab stays, whatever becomes of
    its timers.
    """
    with contextlib.suppress(*GONE):
        if server := context.server():
            return bool(server.is_active_session(session))
    return None


def send(session: str, data: bytes) -> bool:
    """Send a payload to the session's page past its script; False if there is no such page.

    It travels as the answer to a question that was never asked, which the page passes over where
    nobody takes it off the connection. May be called from any thread.
    """
    with contextlib.suppress(*GONE):
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        server = context.server()
        there = server.get_app_session(session) if server else None
        if there is None:
            return False
        message = ForwardMsg()
        message.backend_operation_response.request_id = "unroll"
        message.backend_operation_response.dataframe_chunk.arrow_data.data = data
        there._enqueue_forward_msg(message)
        return True
    return False


def on_error(show: Callable[[Exception], bool]) -> None:
    """Have `show` called for what is raised in this session from here on, whether by app.py, by a
    fragment alone or by a widget's callback. True from it keeps Streamlit from showing it too.

    Streamlit has an option for this only where it is started as an ASGI app
    (`st.App(on_script_error=)`); the attribute it sets is a session's, so it is set here. Under
    AppTest there is no server, and an exception stays what a test can see.
    """
    with contextlib.suppress(*GONE):
        from streamlit.runtime import Runtime

        run, server = context.run(), context.server()
        if run is None or type(server) is not Runtime:
            return
        run.on_script_error = show  # this run; the next ones take it from the session
        found = server._session_mgr.get_session_info(run.session_id)
        if found is not None:
            found.session._on_script_error = show
