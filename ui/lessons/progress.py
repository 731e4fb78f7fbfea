"""How far what is on screen has come with a lesson: each condition of its goal, what was moved that
should stay, and the hint that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rnn_core.readings.named import Readings
from ui.lessons.lesson import Lesson


@dataclass(frozen=True)
class Condition:
    """One condition of the goal: what it asks for, what is so now, whether it holds."""

    wanted: str
    now: str
    holds: bool


@dataclass(frozen=True)
class Progress:
    """A lesson against what was computed. moved: what should have stayed, a sentence each. score:
    of a challenge, 0 for any other lesson."""

    conditions: tuple[Condition, ...]
    moved: tuple[str, ...]
    hint: str
    score: float

    @property
    def met(self) -> bool:
        """Whether the goal is reached with what may be moved."""
        return all(one.holds for one in self.conditions) and not self.moved


def progress(lesson: Lesson, readings: Readings, values: Mapping[str, Any]) -> Progress:
    """`values`: the settings by key that the readings were computed with."""
    conditions = tuple(
        Condition(said or part.wanted(), part.now(readings), part.holds(readings))
        for part, said in zip_longest(lesson.goal.parts, lesson.says, fillvalue="")
    )
    return Progress(
        conditions=conditions,
        moved=tuple(_moved(lesson, values)),
        hint=next(
            (
                hint.say.filled(readings)
                for hint in lesson.hints
                if hint.when is None or hint.when.holds(readings)
            ),
            "",
        ),
        score=float(lesson.score.value(readings)) if lesson.score else 0.0,
    )


def _moved(lesson: Lesson, values: Mapping[str, Any]):
    for setting in lesson.held:
        there = lesson.begins(setting)
        if setting.key in values and values[setting.key] != there:
            words = getattr(setting, "words", {})
            was, now = (
                words.get(value) or setting.write(value) for value in (there, values[setting.key])
            )
            yield f"Leave “{setting.label}” at {was}; it is {now}."
