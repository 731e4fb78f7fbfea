"""The store: what is on screen, by setting, in the session and in the URL.

One dictionary holds the value of every setting by its key; sliders, boxes, scenes and links all
write there, and widgets show what stands there. Being no widget's own state, it survives a change
of page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from rnn_core.settings import (
    CHANGED,
    NETWORK,
    NEVER,
    SHARING,
    Number,
    Setting,
    Text,
    nearest,
    short,
)
from ui.lessons import lesson
from ui.live import session as live_session
from ui.live.address import earlier_moves
from ui.pages import PAGES, Page
from ui.settings.every import FOREIGN, LINKED, SETTINGS, names_on, own_names, owned
from ui.settings.sharing import LESSON

_VALUES, _NOTES, _PAGE = "settings", "link_notes", "page"  # in the session

# A network's settings and unknown names are named in the order of the link, the others after them.
_ORDER = {key: turn for turn, key in enumerate(SETTINGS, 1)}
_TURNS = {name: _ORDER[own.key] for name, own in LINKED.items() if own.owner != NETWORK}
# Numbers whose slider ends where other settings say.
_REACHING = {key: own for key, own in SETTINGS.items() if isinstance(own, Number) and own.hangs}


# What is read in place of a session's settings, where there is no session.
_given: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)


@contextmanager
def given(values: dict[str, Any]) -> Iterator[None]:
    """Have the block read `values`, every setting by key, whatever a session holds."""
    token = _given.set(values)
    try:
        yield
    finally:
        _given.reset(token)


def turn_to(path: str) -> None:
    """Say which page is on screen, by its path; before anything is read from its link."""
    st.session_state[_PAGE] = next(page.name for page in PAGES if page.path == path)


def page() -> Page:
    """The page on screen."""
    name = st.session_state.get(_PAGE, "")
    return next((page for page in PAGES if page.name == name), PAGES[0])


def everything() -> dict[str, Any]:
    """Every setting of this session by key; read from the URL when the session is new."""
    if (values := _given.get()) is not None:
        return values
    if _VALUES not in st.session_state:
        found, remarks = read(st.query_params.to_dict(), st.session_state.get(_PAGE, ""))
        st.session_state[_VALUES], st.session_state[_NOTES] = found, remarks
    return st.session_state[_VALUES]


def get(key: str) -> Any:
    """The value of one setting."""
    return everything()[key]


def values(owner: str) -> dict[str, Any]:
    """The values of an owner's settings by name: what makes its config."""
    held = everything()
    return {setting.name: held[setting.key] for setting in owned(owner)}


def put(**changes: Any) -> None:
    """Change settings by key; for callbacks. What a link had wrong has been seen by then."""
    if earlier := earlier_moves():
        moved(earlier)
    held = everything()
    held.update(changes)
    for key, setting in _REACHING.items():
        # What a choice no longer allows comes back to the end of what it does.
        held[key] = setting.among(held).nearest(held[key])
    st.session_state[_NOTES] = []


def moved(values: Mapping[str, Any]) -> None:
    """Take over what the browser says of settings by key, brought to their limits; for callbacks.

    It may say anything: what is no setting, or no value for one, changes nothing.
    """
    held, taken = everything(), {}
    for key, value in sorted(values.items(), key=lambda item: _turn(item[0])):
        written = _written(value)
        if key in SETTINGS and written is not None and SETTINGS[key].understands(written):
            taken[key], _ = SETTINGS[key].among(held | taken).read(written)
    if taken:
        put(**taken)


def _turn(name: str) -> tuple[bool, int]:
    """When a name of a link is read: after what its limits hang on."""
    return name in LINKED and LINKED[name].hangs, _TURNS.get(name, 0)


def _written(value: Any) -> str | None:
    """As a link holds it; None for what no link could."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if (number := live_session.number(value)) is None:
        return None
    return repr(int(number)) if number.is_integer() else repr(number)


def take(owner: str, changes: Mapping[str, Any]) -> None:
    """Change an owner's settings by name."""
    keys = {setting.name: setting.key for setting in owned(owner)}
    put(**{keys[name]: value for name, value in changes.items()})


def typed(key: str, value: Any) -> bool:
    """Whether a value is the reader's own text."""
    return isinstance(SETTINGS[key], Text) and value != SETTINGS[key].default


def in_link(key: str) -> bool:
    """Whether the link that opened this session says anything of a setting."""
    names = (*own_names(key), *names_on(st.session_state.get(_PAGE, "")).get(key, ()))
    return any(name in st.query_params for name in names)


def notes() -> list[str]:
    """What had to be changed in the link that opened this session, a sentence each."""
    everything()
    return st.session_state[_NOTES]


def note(remark: str) -> None:
    """One more of these."""
    notes().append(remark)


# -- the URL


def read(params: Mapping[str, str], page: str = "") -> tuple[dict[str, Any], list[str]]:
    """Every setting by key, as a link to `page` says it, and a sentence for each that had to be
    changed."""
    found = {key: setting.default for key, setting in SETTINGS.items()}
    found |= lesson.start(params.get(LESSON.key, ""))  # whatever else the link says goes over it
    remarks: dict[str, str] = {}
    taken = _taken(params, page)
    for name in sorted(params, key=_turn):
        meant = [*([LINKED[name]] if name in LINKED else []), *taken.get(name, ())]
        for setting in meant:
            found[setting.key], remark = setting.among(found).read(params[name])
        # Of several that a name sets it is said of the one on this page, which comes last.
        if not meant:
            remark = "" if name in FOREIGN else _unknown(name, page)
        remarks[name] = remark
    said = (remarks[name] for name in sorted(params, key=lambda name: _TURNS.get(name, 0)))
    return found, [remark for remark in said if remark]


def _taken(params: Mapping[str, str], page: str) -> dict[str, list[Setting]]:
    """What names that are not their own mean of the page's settings."""
    found: dict[str, list[Setting]] = {}
    for key, names in names_on(page).items():
        taken = next((name for name in names if name in params), None)
        if taken and not any(own in params for own in own_names(key)):
            found.setdefault(taken, []).append(SETTINGS[key])
    return found


def _unknown(name: str, page: str) -> str:
    others = (other for names in names_on(page).values() for other in names)
    meant = nearest(name, dict.fromkeys((*LINKED, *others, *FOREIGN)))
    hint = f" (did you mean {meant}?)" if meant else ""
    return f"The link names “{short(name)}”, which is no setting here; it was left out{hint}."


def link(page: str) -> str:
    """The query of a page's own settings, and after it how the page is shown."""
    shown = query(setting.key for setting in owned(SHARING))
    return "&".join(text for text in (page, shown) if text)


def query(keys: Iterable[str], values: Mapping[str, Any] | None = None) -> str:
    """The settings as a query string that `read` reads back.

    values: by key; those of the session, unless others are given.
    """
    own = everything()
    held = own if values is None else values
    settings = [SETTINGS[key] for key in keys]
    begins = lesson.start(own[LESSON.key])
    pairs = [(s.key, s.write(held[s.key])) for s in settings if _is_written(s, held[s.key], begins)]
    return urlencode(pairs, safe=",")


def _is_written(setting: Setting, value: Any, begins: Mapping[str, Any]) -> bool:
    """begins: what a lesson begins with, which a link with its name need not say again."""
    if setting.linked == CHANGED:
        return value != setting.default or value != begins.get(setting.key, value)
    return setting.linked != NEVER
