"""What sets how long a cell remembers: its knob, turned to see what that does to the parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.numbers.said import Said
from rnn_core.registry import complete
from rnn_core.settings import Number

TURNS = 9  # values on a knob that names none


@dataclass(frozen=True, kw_only=True)
class Knob:
    """settings: the fields of the config that it sets, all to one value: the ends of a range are
    moved together. values: what it is turned to. near_one: they count by how near 1 they are.
    plain: what is turned, where the label is a letter. law(config, value): root mean square of
    ‖∂L_T/∂θ‖ by the parameter's name, for one sequence whose ‖∂L_T/∂h_T‖ is 1, or none where it
    does not hold; source: whose law it is.
    """

    settings: tuple[Number, ...]
    values: tuple[float, ...]
    near_one: bool = False
    plain: str = ""
    law: Callable[[Any, float], dict[str, float]] | None = None
    source: str = ""

    def __post_init__(self) -> None:
        complete(self)
        if (self.law is None) != (self.source == ""):
            raise ValueError(f"source must be there with a law, and only then, got {self.source!r}")

    @property
    def label(self) -> Said:
        first = self.settings[0]
        label = first.label if len(self.settings) == 1 else first.brief
        plain = self.plain or (label if label.isascii() else "a setting of its own")
        return Said(label, plain=plain)

    def turned(self, value: float) -> dict[str, Any]:
        """The fields of a config with the knob at `value`."""
        return {setting.name: value for setting in self.settings}

    def at(self, config: Any) -> tuple[float, float]:
        """The lowest and the highest of its settings in a config."""
        there = [getattr(config, setting.name) for setting in self.settings]
        return min(there), max(there)


def over(*settings: Number) -> Knob:
    """The knob that sets these, over what their sliders have in common."""
    low, high = max(s.low for s in settings), min(s.high for s in settings)
    first = settings[0]
    even = np.geomspace(low, high, TURNS) if first.log else np.linspace(low, high, TURNS)
    values = tuple(round(float(v), first.digits + 2) for v in even)
    return Knob(settings=settings, values=values)
