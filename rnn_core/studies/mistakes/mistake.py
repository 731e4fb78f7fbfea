"""A mistake: what is written, what should be, and what it costs, measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rnn_core.registry import complete


@dataclass(frozen=True)
class Measured:
    """One number of an experiment: what it is, its value, and the value as it is said."""

    label: str
    value: float
    said: str


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake.

    label: its name in a list. story: how it comes about and what it does, plain sentences that hold
    for any run. wrong, right: the lines of a PyTorch program. run: the experiment with the mistake
    (True) or without; the same labels, in the same order. cost: the sentence that compares the two,
    from their numbers. page, settings: where its like is seen, as a link.
    """

    label: str
    story: str
    wrong: str
    right: str
    run: Callable[[bool], tuple[Measured, ...]]
    cost: Callable[[tuple[Measured, ...], tuple[Measured, ...]], str]
    page: str
    settings: str

    def __post_init__(self) -> None:
        complete(self)
