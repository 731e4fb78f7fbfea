"""A claim: what is said, what is run to see, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.registry import complete
from rnn_core.settings import Number

TRUE, FALSE, DEPENDS = "true", "false", "depends"
ANSWERS = {
    TRUE: "True",
    FALSE: "False",
    DEPENDS: "It depends",
}
STEPS = "step t"
SAID, SEEN, OTHER = "said", "seen", "other"  # whose curve it is


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve (n,): what the claim says, what was seen, or something beside them. y is log₁₀ where
    the chart's axis is one of powers of ten."""

    name: str
    x: np.ndarray
    y: np.ndarray
    whose: str = SEEN


@dataclass(frozen=True, eq=False)
class Found:
    """What came out at certain controls.

    holds: whether the claim does, here. says: that in a sentence. numbers: (what, what the claim
    says of it, what was measured), as text. network: the settings of a network on Gradient flow
    that shows it, by the fields of RNNConfig; {} where none does.
    """

    holds: bool
    says: str
    numbers: tuple[tuple[str, str, str], ...]
    curves: tuple[Curve, ...]
    network: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim.

    label: its name in a list. statement: what is said, in our own words. source: the kind of place
    where it stands. answer: TRUE where it holds at all controls, FALSE where at none, DEPENDS where
    at some: tests hold it to that. controls: what may be moved. run: the experiment, given each
    control by name. why: the reason behind what comes out. x_title, y_title: of its chart;
    powers: whether y is log₁₀. cost: multiply-adds of a run, about.
    """

    label: str
    statement: str
    source: str
    answer: str
    controls: tuple[Number, ...]
    run: Callable[..., Found]
    why: str
    x_title: str = STEPS
    y_title: str
    powers: bool = True
    cost: float = 1e7

    def __post_init__(self) -> None:
        complete(self)
        if self.answer not in ANSWERS:
            raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, got {self.answer!r}")
        if not self.controls:
            raise ValueError("controls must be one or more")

    @property
    def over_steps(self) -> bool:
        """Whether its chart is over the steps of a sequence."""
        return self.x_title == STEPS

    def at(self, **values: float) -> Found:
        """The experiment at these values, the others as they start.

        Raises ValueError or TypeError, naming the control, its limits and the value.
        """
        known = {control.name: control for control in self.controls}
        for name in values:
            if name not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}")
        return self.run(
            **{
                name: control.check(values.get(name, control.default))
                for name, control in known.items()
            }
        )
