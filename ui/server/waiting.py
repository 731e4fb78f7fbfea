"""Who waits for a turn at heavy work, and how the page says so."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from ui.internals import sessions

_PLACE, _SAYS = "_waiting_place", "_waiting_says"


def install() -> None:
    """Make the place for the message; once in every run of app.py, outside of any fragment."""
    with st.container(key="in_line"):
        st.session_state[_PLACE] = st.empty()
    st.session_state[_SAYS] = False


class Busy(Exception):
    """So many computations come before the one that an answer needs."""

    def __init__(self, ahead: int) -> None:
        super().__init__(words(ahead))
        self.ahead = ahead


# Who asks for the answer that is being made, and since when.
_asker: ContextVar[tuple[Hashable, float] | None] = ContextVar("asker", default=None)
_PATIENCE = 1.0  # seconds an answer waits in line before it says so


@contextmanager
def answering(asker: Hashable) -> Iterator[None]:
    """Make an answer for `asker` in the block, who is told by an error (Busy) of a long wait.

    The place in the line is kept for a moment: whoever asks again soon has not lost it.
    """
    token = _asker.set((asker, time.monotonic()))
    try:
        yield
    finally:
        _asker.reset(token)


def who() -> Hashable:
    """The browser session that asks, or who an answer is for; else somebody new every time."""
    if found := _asker.get():
        return found[0]
    return sessions.current() or object()


def tell(ahead: int | None) -> None:
    """Say that `ahead` computations come first, or with None nothing any more.

    Like every call of Streamlit it raises where the reader has moved on or gone.
    """
    if found := _asker.get():
        if ahead and time.monotonic() - found[1] > _PATIENCE:
            raise Busy(ahead)
        return
    if not sessions.current() or _PLACE not in st.session_state:
        return
    place = st.session_state[_PLACE]
    if ahead is None:
        place.empty()
    else:
        st.session_state[_SAYS] = True  # first: the next line may raise
        place.html(f'<p role="status">{words(ahead)}</p>')
    st.session_state[_SAYS] = ahead is not None


def over() -> None:
    """Take away what an interrupted wait has left on the page; at the end of every fragment."""
    if st.session_state.get(_SAYS):
        tell(None)


def words(ahead: int) -> str:
    """What a reader is told who waits."""
    before = "one computation comes" if ahead == 1 else f"{ahead} computations come"
    return (
        f"Waiting for a turn: {before} first. "
        "Large networks are computed one after the other, so that small ones stay quick for all."
    )
