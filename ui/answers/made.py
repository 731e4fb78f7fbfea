"""An answer, made from an address: validated, in its turn, remembered for all."""

from __future__ import annotations

import importlib
import importlib.util
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from cachetools import LRUCache, cached

from ui import live
from ui.controls import store
from ui.frame import explained
from ui.lessons import lesson
from ui.live import drawing, wire
from ui.pages import PAGES

MOST_LETTERS = 4000  # of an address; the longest link of a page has some 1,500
_KEPT_BYTES = 32 * 1024**2
EXPLAINED = "explained"  # the answer that any page has, see ui/frame/explained.py
_PAGES = {page.name: page for page in PAGES}


class Refused(Exception):
    """What an address asks for does not exist; the sentence says what."""


@dataclass(frozen=True)
class Made:
    """The bytes of an answer, whether they hold what a reader typed, and whether another file than
    the code's own may change them."""

    body: bytes
    private: bool
    passing: bool = False


def answer(page: str, name: str, query: str) -> Made:
    """The answer `name` of a page at the settings of `query`.

    Raises Refused, with a sentence for every value that no link could have.
    """
    known = (*_PAGES[page].answers, *_PAGES[page].figures, EXPLAINED) if page in _PAGES else ()
    if name not in known:
        raise Refused(f"There is no answer “{name[:40]}” of a page “{page[:40]}”.")
    if len(query) > MOST_LETTERS:
        raise Refused(f"An address has {MOST_LETTERS} characters at most, got {len(query)}.")
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    return _made(page, name, tuple(sorted(pairs.items())), lesson.changed(pairs.get("lesson", "")))


@cached(
    LRUCache(maxsize=_KEPT_BYTES, getsizeof=lambda made: len(made.body)),
    condition=threading.Condition(),
)
def _made(page: str, name: str, pairs: tuple[tuple[str, str], ...], _lesson: int) -> Made:
    values, remarks = store.read(dict(pairs), page)
    if remarks:
        raise Refused(" ".join(remarks))
    with store.given(values), drawing.gathering() as found, live.group(name):
        if name == EXPLAINED:
            address = _explain(page)
        else:
            own = importlib.import_module(f"ui.{page}.answers")
            draw: Callable[[], None] = getattr(own, name)
            draw()
            address = store.link(own.address())
    head = wire.pack({"address": address, "stamp": found.stamp})
    body = b"".join(struct.pack("<II", len(part), 0) + part for part in (head, *found.pieces))
    private = any(store.typed(key, value) for key, value in values.items())
    return Made(body, private, passing=bool(_lesson))


def _explain(page: str) -> str:
    """Draw the explanations of terms, which any page has; with numbers, where its answers have a
    function that gives them. Returns the address: nobody shows it."""
    own = f"ui.{page}.answers"
    known = importlib.util.find_spec(f"ui.{page}") and importlib.util.find_spec(own)
    numbers = getattr(importlib.import_module(own), "term_numbers", dict) if known else dict
    explained.tell(numbers())
    return ""


def unpack(body: bytes) -> list[dict]:
    """The head of an answer and its pieces; for tests and notebooks."""
    found, at = [], 0
    while at < len(body):
        (length, _) = struct.unpack_from("<II", body, at)
        found.append(wire.unpack(body[at + 8 : at + 8 + length]))
        at += 8 + length
    return found
