"""The lessons in their order, as the browser shows them beside what it has met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ui import live
from ui.course import proof
from ui.frame import lesson as beside
from ui.lessons.lesson import BadLesson, Lesson, known
from ui.live import drawing, session
from ui.look.prose import inline
from ui.settings import lessons

HEIGHT = 600
_KEY = "course"


def _item(name: str) -> dict[str, Any]:
    """A lesson as a row of the list."""
    found = known(name)
    if isinstance(found, Lesson):
        return {
            "name": name,
            "title": found.title,
            "question": inline(found.question),
            "page": found.page.title,
            "to": beside.address(name),
            "scored": found.score is not None,
        }
    assert isinstance(found, BadLesson)
    return {"name": name, "title": name, "trouble": str(found.problems[0])}


def _items(names: Iterable[str]) -> list[dict[str, Any]]:
    return [_item(name) for name in names if known(name) is not None]


def show() -> None:
    """All of them: a teacher's own first, where there are some, then the course."""
    live.set_stamp("course")
    parts = []
    if own := _items(lessons.of_the_teacher()):
        parts.append({"title": "Lessons of this server", "lessons": own})
    parts.append({"title": "The course", "lessons": _items(lessons.of_the_course())})

    def asked() -> None:
        proof.ask(session.told(f"live_{_KEY}", "ask"))

    drawing.show(
        "course/course",
        {"parts": parts, "code": proof.made(), "trust": proof.trust()},
        key=_KEY,
        height=HEIGHT,
        on_ask_change=asked,
    )
