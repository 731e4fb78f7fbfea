"""What is kept of one call of a module, and of its backward pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Packing = tuple[Any, Any, Any]  # batch_sizes, sorted_indices, unsorted_indices


@dataclass(eq=False)
class Arrived:
    """The gradients that arrived from above at what a call gave back, summed over the backwards.

    None where none arrived. Each is the clone of a tensor, which PyTorch may write into again.
    """

    output: Any | None = None
    h: Any | None = None
    c: Any | None = None
    backwards: int = 0

    def add(self, name: str, gradient: Any) -> None:
        """One backward pass came by."""
        found, so_far = gradient.detach(), getattr(self, name)
        setattr(self, name, found.clone() if so_far is None else so_far + found)

    def __bool__(self) -> bool:
        return not (self.output is None and self.h is None and self.c is None)


@dataclass(eq=False)
class Call:
    """A call of a layer or of a cell, as it was; nothing here is part of PyTorch's graph."""

    x: Any  # as it came: (T, B, I), (B, T, I), (T, I), packed (N, I); of a cell (B, I) or (I,)
    packing: Packing | None
    h: Any | None  # the state it was given; None: zeros
    c: Any | None
    weights: dict[str, Any]  # copies, by PyTorch's names: the optimiser writes into the originals
    training: bool
    random: Any | None  # the state of the CPU's generator before it, where dropout draws from it
    output: Any | None  # of a layer, as it came out; None where it was rounded to half precision
    attached: bool  # whether a gradient flows on from the state it was given
    arrived: Arrived = field(default_factory=Arrived)
    # The call before it, of the same sequence: of a cell the step before, of a layer the steps.
    follows: Call | None = None
    # of an LSTM cell: whether the gradient that arrives at c counts the way through h as well. A
    # fused kernel has one node for both; written out, as on the CPU, h is made of the c given back.
    c_in_all: bool = False
    handed_on: bool = False  # of a cell: the state is the very tensor that `follows` gave back


def sequences(calls: list[Call]) -> list[list[Call]]:
    """The calls of one sequence each, in time."""
    found: list[list[Call]] = []
    for call in calls:
        if call.follows is None:
            found.append([])
        if found:
            found[-1].append(call)
    return found
