"""Scenes: settings that show one thing, with what to look at; and one that a setting has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rnn_core.registry import complete
from rnn_core.settings import Number, Setting


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A name on a button, what it sets (all of it, so that the scene looks the same whatever stood
    before), and one sentence on what to look at. surprise: it shows what one would not expect, and
    stands after those that one begins with."""

    label: str
    changes: dict
    look: str
    surprise: bool = False

    def __post_init__(self) -> None:
        complete(self)


@dataclass(frozen=True, kw_only=True)
class Left:
    """A scene and the one setting that is not as it has it: `here`, in place of `there`."""

    scene: Scene
    setting: Setting
    here: object
    there: object

    @property
    def apart(self) -> float:
        """How far, in parts of the slider; a choice is all of it."""
        if not isinstance(self.setting, Number):
            return 1.0
        room = self.setting.high - self.setting.low
        return abs(float(self.here) - float(self.there)) / room  # type: ignore[arg-type]

    @property
    def said(self) -> str:
        """What has moved: "W_h scale 1.4, not 0.6"."""
        here, there = (_value(self.setting, value) for value in (self.here, self.there))
        return f"{self.setting.label} {here}, not {there}"


def _value(setting: Setting, value: object) -> str:
    words = getattr(setting, "words", {})
    return str(words.get(value) or setting.write(value)).replace("-", "−")


def left(
    scenes: Iterable[Scene], values: Mapping[str, object], settings: Mapping[str, Setting]
) -> Left | None:
    """The scene from which `values`, by key, differ in one of its settings alone: the nearest of
    several, None where there is none."""
    found = []
    for scene in scenes:
        moved = [key for key, value in scene.changes.items() if values[key] != value]
        if len(moved) == 1:
            key = moved[0]
            one = Left(
                scene=scene, setting=settings[key], here=values[key], there=scene.changes[key]
            )
            found.append(one)
    return min(found, key=lambda one: one.apart, default=None)
