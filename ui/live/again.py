"""A lost connection, found again: the page runs once more. Nothing to be seen.

After a reconnection Streamlit's browser side asks for a run only if it saw one interrupted. But the
server behind the connection may be another one (the first was killed, restarted, or replaced by a
proxy): it has never run this page, knows none of its fragments, and a slider would move nothing.
A run of the page reads the settings from the address, and everything works again. Where the session
is still there, it is one run that changes nothing.
"""

from ui.live import drawing

_KEY = "again"


def again() -> None:
    """Listen for a connection that was lost and is back, and then run the whole page again.

    To be called outside of any fragment, since a component in a fragment would run only that.
    """
    drawing.show("page/again", {}, key=_KEY, height=1, on_lost_change=_lost)


def _lost() -> None:
    """Called when the browser has found the server again.

    Empty, because Streamlit runs the page after any callback, and that run is all that is needed.
    """
