"""The mark of a fragment that follows the leading charts, for what is no chart. Nothing to be seen.

Charts say themselves whether they show what the leading ones show. A sentence, a table or a file to
take away cannot: the mark, which stands before them, says it for their fragment.
"""

from ui.live import drawing


def follows(key: str) -> None:
    """Have the fragment this is called in run again once the leading charts have come to rest.

    At once where this place, or what stands within a screen below it, is in view; else a little
    later.
    """
    drawing.show("page/follow", {}, key=f"follow_{key}", height=1, on_seen_change=seen)


def seen() -> None:
    """Called when the browser asks for this fragment.

    Empty, because Streamlit runs the fragment again after any callback, and that run is all that
    was asked for. Without a callback it would not run.
    """
