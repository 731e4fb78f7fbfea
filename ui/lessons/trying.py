"""Trying a lesson: does its start miss the goal, and does its solution meet it?

Nothing here knows a page: what computes one is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnn_core.readings.named import Readings
from ui.lessons.lesson import Lesson, Question
from ui.lessons.progress import Progress, progress
from ui.settings.every import SETTINGS

# What a page computes at given settings, by key; a run goes on until it is enough.
Computes = Callable[[Mapping[str, Any], Callable[[Readings], bool]], Readings]


@dataclass(frozen=True)
class Tried:
    """How far the lesson's start and its solution come; None where it gives no solution."""

    start: Progress
    solution: Progress | None

    @property
    def faults(self) -> list[str]:
        """What an author should know; [] where all is well."""
        found = []
        if self.start.met:
            found.append("the goal is met where the lesson starts: there is nothing to do")
        if not self.start.met and not self.start.hint:
            found.append("where the lesson starts no hint fits: give a last one without `when`")
        if self.solution is not None and not self.solution.met:
            missed = [one for one in self.solution.conditions if not one.holds]
            said = "; ".join(f"{one.wanted}, now {one.now}" for one in missed)
            found.append(f"the solution misses the goal ({said or ' '.join(self.solution.moved)})")
        return found


def settings_of(
    lesson: Lesson | Question, moved: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every setting by key, as the lesson begins, or with what a reader has `moved`."""
    defaults = {key: setting.default for key, setting in SETTINGS.items()}
    return defaults | dict(lesson.start) | dict(moved or {})


def at(lesson: Lesson, moved: Mapping[str, Any] | None, compute: Computes) -> Progress:
    """How far the lesson is at its start, or with what a reader has `moved`."""
    values = settings_of(lesson, moved)
    found = compute(values, lambda readings: progress(lesson, readings, values).met)
    return progress(lesson, found, values)


def tried(lesson: Lesson, compute: Computes) -> Tried:
    """Compute both."""
    solution = None if lesson.solution is None else at(lesson, lesson.solution, compute)
    return Tried(at(lesson, None, compute), solution)
