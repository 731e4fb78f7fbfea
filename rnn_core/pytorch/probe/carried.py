"""A layer that is called again with the state it gave back: one sequence, in several calls.

A decoder is called step by step, since what it says goes into its next input; a model may read a
long text in pieces without cutting the graph. Each call is run again by itself. At its end the
gradient comes from above and from the next call; the next call's own sweep says how much of it is
the latter, so that the calls put one after the other are one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rnn_core.pytorch.probe import layers
from rnn_core.pytorch.probe.calls import Call
from rnn_core.pytorch.probe.found import Tapped
from rnn_core.pytorch.probe.layers import Part
from rnn_core.pytorch.probe.recurrence import Steps

ROUNDING = 100  # times the precision: what two ways of computing the same may differ by


def replay(tapped: Tapped, calls: list[Call], scale: float) -> Iterator[Part]:
    """As `layers.replay`, the calls of one sequence as one."""
    import torch

    if len(calls) == 1:
        yield from layers.replay(tapped, calls[0], scale)
        return
    width = layers.fitting(tapped, max(layers.steps_of(tapped, call) for call in calls))
    each = [list(layers.replay(tapped, call, scale, width)) for call in calls]
    with torch.no_grad():
        joined = [_joined(parts) for parts in zip(*each, strict=True)]
    yield from joined


def _joined(parts: tuple[Part, ...]) -> Part:
    """The same layer and sequences in each."""
    first, swept = parts[0], [part.swept for part in parts]
    arrived, arrived_c = [], []
    for part, after in zip(parts, (*swept[1:], None), strict=True):
        arrived.append(part.arrived if after is None else _without(part.arrived, after.start))
        if part.swept.dc is not None:
            c = part.swept.dc.new_zeros(part.swept.dc.shape)
            c = c if part.arrived_c is None else part.arrived_c
            arrived_c.append(c if after is None else _without(c, after.start_c))
    return replace(
        first,
        steps=Steps(**_together([vars(part.steps) for part in parts])),
        swept=replace(
            swept[0],
            dh=_together([one.dh for one in swept]),
            da=_together([one.da for one in swept]),
            da_x=_together([one.da_x for one in swept]),
            dc=_together([one.dc for one in swept]),
        ),
        arrived=_together(arrived),
        arrived_c=_together(arrived_c) if arrived_c else None,
    )


def _without(arrived: Any, from_next: Any) -> Any:
    """What came to the last step, but for what the next call sent; 0 where rounding is left."""
    import torch

    last = arrived[-1]
    left = last - from_next
    small = left.norm(dim=-1) <= ROUNDING * torch.finfo(last.dtype).eps * last.norm(dim=-1)
    found = arrived.clone()
    found[-1] = left.masked_fill(small.unsqueeze(-1), 0.0)
    return found


def _together(each: list[Any]) -> Any:
    """The arrays over time of every call, one after the other, whatever holds them."""
    import torch

    if isinstance(each[0], dict):
        return {name: _together([one[name] for one in each]) for name in each[0]}
    if isinstance(each[0], tuple):
        return tuple(_together(list(ones)) for ones in zip(*each, strict=True))
    return None if each[0] is None else torch.cat(each)
