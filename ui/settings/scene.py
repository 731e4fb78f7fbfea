"""Scenes: settings that show one thing, with what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from rnn_core.registry import complete


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A name on a button, what it sets (all of it, so that the scene looks the same whatever stood
    before), and one sentence on what to look at."""

    label: str
    changes: dict
    look: str

    def __post_init__(self) -> None:
        complete(self)
