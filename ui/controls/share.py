"""Sharing: the link to exactly what is on screen, and what its readers do not see."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from rnn_core.settings import NEVER, SHARING, Number, Setting
from ui import live
from ui.controls import store, wording
from ui.lessons import lesson
from ui.pages import PAGES
from ui.server.version import version
from ui.settings import sharing
from ui.settings.every import SETTINGS, owned
from ui.views import VIEWS

_ASKED = "share_link"


def link(query: str, *, page: str | None = None, quiz: bool = False) -> None:
    """The page's state in the address bar, and the button that shares it; what moves comes back
    from there to the store.

    `query` holds the page's settings; how it is shown (`sharing.SETTINGS`) is added here. page:
    whose live answers the browser asks while something moves, if it has any. With `quiz` the page
    can ask before it shows; while it does, no answer tells.
    """
    if wording.changed():
        st.rerun()  # what stands outside this fragment says it in other words, too
    live.address(
        store.link(query),
        answers=_answers(page),
        page=store.page().name,
        group=store.page().group,
        defaults=_starts(store.page().owners) | _begins(store.get("lesson")),
        on_move=store.moved,
        hidden=store.get("hide"),
        present=store.get("present"),
        depth=wording.depth(),
        quiz=quiz,
        views=[
            (view.name, view.title, view.height, list(view.fixed))
            for view in VIEWS
            if view.page == store.page().name
        ],
        answer=_answer(),
        on_link=_asked,
        on_present=lambda present: store.put(present=present),
    )


def _answers(page: str | None) -> dict:
    """Where the live answers of a page are asked for, and their names, the one that leads first."""
    names = next((each.answers for each in PAGES if each.name == page), ())
    open_to_all = names and not store.get("quiz")
    return {
        "path": f"live/{version()}/{page}" if open_to_all else "",
        "names": names,
        "explained": f"live/{version()}/{store.page().name}/explained",
    }


@cache
def _starts(owners: tuple[str, ...]) -> dict[str, str | float | None]:
    """Where a page's settings start, by key: a number as such, the rest as a link writes it."""
    found: dict[str, str | float | None] = {}
    for own in (own for owner in owners if owner != SHARING for own in owned(owner)):
        if own.linked != NEVER:
            found[own.key] = _told(own, own.default)
    return found


def _begins(name: str) -> dict[str, str | float | None]:
    """The same of what a lesson begins with."""
    begins = lesson.start(name)
    return {
        key: _told(own, begins[key]) for key in begins if (own := SETTINGS[key]).owner != SHARING
    }


def _told(own: Setting, value: Any) -> str | float | None:
    return value if value is None or isinstance(own, Number) else own.write(value)


def _asked(link: str | None) -> None:
    """The browser knows its own address, behind any proxy; None once no dialog is open."""
    st.session_state[_ASKED] = link


def _answer() -> dict | None:
    """What the open dialog needs."""
    link = st.session_state.get(_ASKED)
    if link is None:
        return None
    parts = [(name, part.label, part.selector) for name, part in sharing.PARTS.items()]
    return {"link": link, "parts": parts}


def hide() -> None:
    """Leave out of the page what its link leaves out; early in every run."""
    sheet = sharing.style(store.get("hide"))
    if sheet:
        st.html(f"<style>{sheet}</style>")
