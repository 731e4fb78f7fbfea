"""The lessons that a link can open by name: those of the course, and those of a teacher's own
folder, whose path the environment names in UNROLL_LESSONS.

A lesson is a Markdown file, and its name that of the file: 03-saturation.md is “saturation”. The
number in front puts it in its place. A file of the teacher's stands in place of the course's of the
same name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

LESSONS = "UNROLL_LESSONS"
SUFFIX = ".md"
MOST = 200  # files of a folder
COURSE = Path(__file__).resolve().parents[1] / "course" / "lessons"
QUESTIONS = COURSE.parent / "questions"
NO_LESSON = "none"
RULE = "a number that puts it in its place, a hyphen, and small letters, digits and hyphens"

_FILE = re.compile(r"(?:[0-9]{1,3}-)?([a-z][a-z0-9-]{0,39})\.md")


def name_of(path: Path) -> str | None:
    """The lesson's name, from that of its file; None where that is none."""
    found = _FILE.fullmatch(path.name)
    return found[1] if found and found[1] != NO_LESSON else None


def inside(folder: Path) -> dict[str, Path]:
    """The lessons of a folder by name, in their order; {} where it cannot be read."""
    try:
        within = folder.resolve(strict=True)
        files = sorted(path for path in within.iterdir() if path.suffix == SUFFIX)[:MOST]
    except OSError:
        return {}
    # No path leaves the folder, not by way of a link in it either.
    files = [path for path in files if path.is_file() and path.resolve().parent == within]
    return {name: path for path in files if (name := name_of(path))}


def of_the_course() -> dict[str, Path]:
    """The lessons that come along, by name, in their order."""
    return inside(COURSE)


def of_the_teacher() -> dict[str, Path]:
    """Those of the folder that UNROLL_LESSONS names; {} where it names none."""
    named = os.environ.get(LESSONS)
    return inside(Path(named)) if named else {}


class Library(Mapping[str, str]):
    """Every lesson's name, and the word for having none: what the setting `lesson` may be."""

    def __getitem__(self, name: str) -> str:
        if name != NO_LESSON and name not in of_the_course() and name not in of_the_teacher():
            raise KeyError(name)
        return name

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((NO_LESSON, *of_the_course(), *of_the_teacher()))

    def __len__(self) -> int:
        return len(list(iter(self)))


LIBRARY = Library()


def path_of(name: str) -> Path | None:
    """The file of a lesson. Every answer asks, mostly for none: no reason to read the folders."""
    if name in ("", NO_LESSON):
        return None
    return of_the_teacher().get(name) or of_the_course().get(name)
