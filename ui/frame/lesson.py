"""The lesson beside a page: its question, the state of its goal, a hint, and what comes next.

Drawn by one function, for the page and for its answers, so that it follows the pointer. What a
page says of itself stands in ui/<page>/results.py: `readings()`, and where the settings on screen
are not what was computed, `values()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import Any

from rnn_core.readings.named import Readings
from ui import live
from ui.controls import store
from ui.lessons import signing
from ui.lessons.lesson import BadLesson, Lesson, known
from ui.lessons.progress import progress
from ui.live import drawing
from ui.look.prose import inline, prose
from ui.look.typeset import typeset
from ui.pages import PAGES
from ui.settings import lessons
from ui.settings.lessons import NO_LESSON

HEIGHT = 130
COURSE = "course"  # the path of the course's page


def asked() -> str:
    """The name of the lesson beside the page; "" where there is none."""
    name = store.get("lesson")
    return "" if name == NO_LESSON or store.get("quiz") else name


def show(page: str) -> None:
    """Draw it, if there is one."""
    name = asked()
    if not name:
        return
    found = known(name)
    own = next(each for each in PAGES if each.name == page)
    if isinstance(found, BadLesson):
        _draw({"name": name, "title": name, "trouble": [str(one) for one in found.problems]})
    elif found is not None and found.page is own:
        results = import_module(f"ui.{page}.results")
        values = getattr(results, "values", store.everything)()
        _draw(_beside(found, results.readings(), values))
    elif found is not None:
        _draw(_head(found) | {"elsewhere": found.page.title})


def _draw(payload: Mapping[str, Any]) -> None:
    drawing.show("lesson/lesson", dict(payload), key="lesson", height=HEIGHT)


def _head(lesson: Lesson) -> dict[str, Any]:
    """What does not change while a setting moves."""
    among = order(lesson.name)
    return {
        "name": lesson.name,
        "title": lesson.title,
        "number": among.index(lesson.name) + 1,
        "of": len(among),
        "question": inline(lesson.question),
        "here": address(lesson.name),
        "course": COURSE,
        "next": _next(lesson),
    }


def _beside(lesson: Lesson, readings: Readings, values: Mapping[str, Any]) -> dict[str, Any]:
    """All of it, at the readings of what is on screen."""
    now = progress(lesson, readings, values)
    return _head(lesson) | {
        "sentences": prose(lesson.sentences.filled(readings)),
        "goal": [
            {name: typeset(text) if isinstance(text, str) else text for name, text in one.items()}
            for one in map(asdict, now.conditions)
        ],
        "moved": [typeset(sentence) for sentence in now.moved],
        "met": now.met,
        "hint": "" if now.met else prose(now.hint),
        "meaning": prose(lesson.meaning.filled(readings)) if now.met else "",
        "score": now.score if lesson.score else None,
        # Of an answer, which is kept for everybody and for ever, it is no part.
        "receipt": signing.receipt(lesson.name, now.score)
        if now.met and not live.gathers()
        else "",
    }


def order(name: str) -> list[str]:
    """The lessons among which one stands: the course's, or the teacher's."""
    own = lessons.of_the_teacher()
    return list(own if name in own else lessons.of_the_course())


def _next(lesson: Lesson) -> dict[str, str] | None:
    """The lesson that follows: the one that it names, or else the one behind it."""
    among: Iterable[str] = order(lesson.name)
    after = iter(among)
    next((one for one in after if one == lesson.name), None)
    wanted = lesson.following or next(after, "")
    found = known(wanted) if wanted else None
    if not isinstance(found, Lesson):
        return None
    return {"title": found.title, "to": address(wanted)}


def address(name: str) -> str:
    """The link to a lesson, from the root of the server; "" for one that cannot be read."""
    found = known(name)
    return f"{found.page.path}?lesson={name}" if isinstance(found, Lesson) else ""
