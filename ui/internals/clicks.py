"""What a click does, as Streamlit's runtime calls it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from ui.internals.context import GONE


def finish_what_began() -> None:
    """Have the callbacks of a message end before the next message stops their run.

    A click ends the run under way, at the next look into the session: in the midst of a callback,
    too, and a scene that was put there by two steps would have taken one of them. Once for a
    process.
    """
    with contextlib.suppress(*GONE):
        from streamlit.runtime.state.safe_session_state import SafeSessionState

        streamlits = SafeSessionState.on_script_will_rerun
        if not hasattr(streamlits, "__wrapped__"):
            SafeSessionState.on_script_will_rerun = whole(streamlits)


def whole(streamlits: Callable[..., Any]) -> Callable[..., Any]:
    """Streamlit's method of a session state that calls the callbacks, as it is used here."""

    @functools.wraps(streamlits)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        own = vars(self)
        if not {"_lock", "_yield_callback"} <= set(own):
            return streamlits(self, *args, **kwargs)
        # With the lock held, a run that has been stopped by now does nothing at all, and the
        # callbacks of the next one come after those of this.
        with own["_lock"]:
            stop = own["_yield_callback"]
            stop()
            object.__setattr__(self, "_yield_callback", _go_on)
            try:
                return streamlits(self, *args, **kwargs)
            finally:
                object.__setattr__(self, "_yield_callback", stop)

    return called


def _go_on() -> None:
    """In the place of the question whether to stop."""
