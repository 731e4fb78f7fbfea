"""A page as a reader has it: its sentences, its tables, and the numbers of its pictures.

Everything is taken from the page's own answers (`ui/answers`), the bytes that a browser gets. What
an answer does not hold (what would help, the laws, what is taken away) is asked of the functions
that the page asks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import numpy as np

from rnn_core.numbers.said import FULL
from tests.hunt.numbers import Said, said
from ui.answers import made
from ui.controls import store
from ui.pages import PAGES

ANSWERS = {page.name: page.answers for page in PAGES if page.answers}


def plain(text: str) -> str:
    """HTML as the texts were before they were set: W_h, σ_max, δ_{t−1}."""
    text = re.sub(r"<sub>(.|max|in|out)</sub>", r"_\1", text)
    text = re.sub(r"<sub>([^<]*)</sub>", r"_{\1}", text)
    text = re.sub(r"<sup>([^<]*)</sup>", r"^\1", text)
    text = re.sub(r"</(p|h1|dt|dd|th|td|tr|div|span|small)>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", text))).strip()


def unmarked(value: Any) -> Any:
    """A text without the marks of its terms: a reader sees a dotted line under them."""
    return re.sub(r"</?dfn[^>]*>", "", value) if isinstance(value, str) else value


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart: its words, and what is drawn, by the name of each line."""

    title: str
    caption: str
    alt: str
    data: list[dict]
    layout: dict

    def line(self, name: str) -> np.ndarray | None:
        """The y of the line of this name, or whose name begins so; a gap is a value of 0."""
        named = {plain(str(trace.get("name", ""))): trace for trace in reversed(self.data)}
        found = next((n for n in sorted(named, key=len) if n.startswith(name)), None)
        if found is None:
            return None
        y = np.asarray(named[found]["y"], float)
        return np.where(np.isnan(y), -np.inf, y)


@dataclass(frozen=True, eq=False)
class Page:
    """What a page says at the settings of `link`; `values` are all of its settings by key."""

    name: str
    link: dict[str, str]
    pieces: dict[str, dict]
    values: dict[str, Any] = field(repr=False)

    @cached_property
    def charts(self) -> dict[str, Chart]:
        return {
            key: Chart(
                *(plain(str(piece.get(name, ""))) for name in ("title", "caption", "alt")),
                piece["figure"]["data"],
                piece["figure"]["layout"],
            )
            for key, piece in self.pieces.items()
            if "figure" in piece
        }

    def html(self, key: str) -> str:
        return self.pieces[key]["html"] if key in self.pieces else ""

    def text(self, key: str) -> str:
        """The words of a box, a caption, or the description of a picture."""
        piece = self.pieces.get(key, {})
        found = (str(piece.get(name, "")) for name in ("html", "caption", "summary", "legend"))
        return " ".join(filter(None, map(plain, found)))

    def facts(self, key: str = "verdict") -> dict[str, str]:
        """The numbers of a box by their names; a name that comes twice has a 2 the second time."""
        found: dict[str, str] = {}
        for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", self.html(key)):
            name = plain(name)
            found[name if name not in found else f"{name} 2"] = plain(value)
        return found

    def heading(self, key: str = "verdict") -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html(key))
        return plain(found[1]) if found else ""

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text of the page, by where it stands."""
        for key, piece in self.pieces.items():
            if key == "scene":  # what to look at: written of the scene, not of the numbers
                continue
            for name in ("html", "title", "caption", "alt", "summary", "legend"):
                if text := plain(str(piece.get(name, "") or "")):
                    yield f"{key}.{name}", text
            for text in piece.get("label", []) if isinstance(piece.get("label"), list) else []:
                yield f"{key}.label", plain(text)


def read(name: str, link: dict[str, str], *answers: str) -> Page:
    """The page at a link: every answer of it, or those asked for; in the field's words, where the
    link names no others."""
    link = {"words": FULL, **link}
    query = urlencode(link)
    pieces: dict[str, dict] = {}
    for answer in answers or ANSWERS[name]:
        for piece in made.unpack(made.answer(name, answer, query).body)[1:]:
            pieces[piece["key"]] = {name: unmarked(value) for name, value in piece.items()}
    values, _ = store.read(link, name)
    return Page(name, link, pieces, values)


def find(pattern: str, text: str) -> tuple[str, ...] | None:
    """The groups of a sentence, or None where it is not said."""
    found = re.search(pattern, text)
    return found.groups() if found else None


def number(text: str, digits: int = 3) -> Said:
    """A number with a × or a unit about it."""
    return said(re.sub(r"[×±]| steps?| \(.*| back$", "", text), digits)
