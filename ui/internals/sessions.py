"""Browser sessions, as Streamlit's runtime knows them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

# What is raised where a version of Streamlit lacks a private name, or means something else by it.
_GONE = (AttributeError, ImportError, TypeError, ValueError)


def current() -> str:
    """The id of the browser session whose script is running in this thread, or ""."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def served() -> bool:
    """Whether a server runs the script; under AppTest none does."""
    return bool(runtime.exists())


def connected(session: str) -> bool | None:
    """Whether the session's page is open and in contact; None where no server knows (tests).

    The websocket of a closed tab is gone at once, that of a hidden tab stays, whatever becomes of
    its timers.
    """
    if runtime.exists():
        with contextlib.suppress(*_GONE):
            return runtime.get_instance().is_active_session(session)
    return None


def send(session: str, data: bytes) -> bool:
    """Send a payload to the session's page past its script; False if there is no such page.

    It travels as the answer to a question that was never asked, which the page passes over where
    nobody takes it off the connection. May be called from any thread.
    """
    with contextlib.suppress(*_GONE):
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        there = runtime.get_instance().get_app_session(session) if runtime.exists() else None
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
    context = get_script_run_ctx(suppress_warning=True)
    if (
        context is None
        or not runtime.exists()
        or type(runtime.get_instance()) is not runtime.Runtime
    ):
        return
    context.on_script_error = show  # this run; the next ones take it from the session
    with contextlib.suppress(*_GONE):
        found = runtime.get_instance()._session_mgr.get_session_info(context.session_id)
        if found is not None:
            found.session._on_script_error = show
