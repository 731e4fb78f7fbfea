"""The page as its address has it: kept up to date without a history entry per move, shared by a
dialog, and what the reader has moved told to the session."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ui.live import drawing, session

_HEIGHT = 34  # px, as in static/live/page/address.js
_KEY = "address"
_MOST_MOVED = 64  # settings in one message


def news() -> dict[str, Any]:
    """What the reader has moved that nobody has asked for yet, by key."""
    told = session.told(f"live_{_KEY}", "moved")
    if not told or not session.heard(told.get("n")):
        return {}
    if told.get("whole") is True:
        session.mix()  # boxes and switches outside of the fragment that hears of it have moved
    values = told.get("values")
    return values if isinstance(values, dict) and len(values) <= _MOST_MOVED else {}


def earlier_moves() -> dict[str, Any]:
    """The same, for whoever changes settings by another way: to be taken over first.

    Streamlit calls the callbacks of one message in any order, and a move came before the click that
    made the browser tell of it.
    """
    if moves := news():
        session.mix()
    return moves


def address(
    query: str,
    *,
    answers: dict[str, Any],
    page: str = "",
    group: str = "",
    defaults: Mapping[str, str | float | None] | None = None,
    hidden: Sequence[str] = (),
    present: bool = False,
    depth: str = "",
    quiz: bool = False,
    views: Sequence[tuple[str, str, int, list[str]]] = (),
    answer: dict[str, Any] | None = None,
    on_move: Callable[[Mapping[str, Any]], None],
    on_link: Callable[[str | None], None] = lambda link: None,
    on_present: Callable[[bool], None] = lambda present: None,
) -> None:
    """Show `query` in the address bar once the page has come to rest, with a button to share it.

    `st.query_params` would push a history entry for every change, and Back would walk through them;
    here the entry is replaced. The server reads the new query with the next message as usual.

    answers: path, where the page's live answers are asked for, relative to the server ("" if there
    are none now, and whatever moves goes through the session), and their names, the one that leads
    first. `on_move(values)` is called, as a callback
    before the rerun, with the settings by key that the reader has moved since the last time, once
    they have come to rest (without answers: again and again while they move).

    page, group: its name, and the menu of the navigation that it stands in. defaults: where its
    settings start, by key, for Reset. hidden: what this page leaves out. present: whether it is
    shown large; `on_present` hears of a change. depth: of the words on it, "plain" or "full"; a
    button beside Share turns from one to the other, by moving the setting `words`. quiz: whether
    the page can ask before it shows. views: of each figure that it has for other pages, name,
    title, height and the settings that it has by itself. `on_link(link)` is called with the link
    that the open dialog shows, and with None once it is closed; `answer` is for that link: link,
    and parts ([[name, label, CSS selector], …], what can be hidden).
    """
    component_key = f"live_{_KEY}"

    def moved() -> None:
        if values := news():
            on_move(values)

    def asked() -> None:
        if told := session.told(component_key, "link"):
            link = told.get("link")
            on_link(link if isinstance(link, str) else None)

    def presented() -> None:
        if told := session.told(component_key, "present"):
            on_present(told.get("on") is True)

    drawing.show(
        "page/address",
        {
            "query": query,
            "session": session.name(),
            "answers": answers,
            "page": page,
            "group": group,
            "defaults": dict(defaults or {}),
            "hidden": list(hidden),
            "present": present,
            "words": depth,
            "quiz": quiz,
            "views": [list(view) for view in views],
            "answer": answer,
        },
        key=_KEY,
        height=_HEIGHT,
        on_moved_change=moved,
        on_link_change=asked,
        on_present_change=presented,
    )
