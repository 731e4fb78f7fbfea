"""What a click does, as Streamlit's runtime calls it."""

from __future__ import annotations

import contextlib
import functools
from typing import Any


def finish_what_began() -> None:
    """Have the callbacks of a message end before the next message stops their run.

    A click ends the run under way, at the next look into the session: in the midst of a callback,
    too, and a scene that was put there by two steps would have taken one of them. Once for a
    process.
    """
    with contextlib.suppress(AttributeError, ImportError):
        from streamlit.runtime.state.safe_session_state import SafeSessionState

        streamlits = SafeSessionState.on_script_will_rerun
        if hasattr(streamlits, "__wrapped__"):
            return

        @functools.wraps(streamlits)
        def whole(self: Any, *args: Any, **kwargs: Any) -> Any:
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

        SafeSessionState.on_script_will_rerun = whole


def _go_on() -> None:
    """In the place of the question whether to stop."""
