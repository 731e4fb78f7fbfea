"""Cells that a model calls step by step: their calls joined into sequences, and read.

The gradient in all is at hand here, since every state passed through a hook; each step is run again
by itself for its gates and its terms of ∂L/∂W, all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rnn_core.pytorch.probe.calls import Call
from rnn_core.pytorch.probe.found import Tapped
from rnn_core.pytorch.probe.layers import Part, weights_of, wide
from rnn_core.pytorch.probe.recurrence import Swept


def replay(tapped: Tapped, calls: list[Call], scale: float) -> Iterator[Part]:
    """The steps of one sequence, as the only layer."""
    import torch

    first = calls[0]
    device = first.x.device.type
    with torch.no_grad(), torch.autocast(device, enabled=False):
        dtype = wide(next(iter(first.weights.values()))).dtype
        H = tapped.module.hidden_size

        def stacked(tensors: list[Any | None], width: int) -> Any:
            """(T, B, width); None is zeros."""
            shape = (*first.x.shape[:-1], width)
            found = [
                first.x.new_zeros(shape, dtype=dtype) if a is None else a.to(dtype) for a in tensors
            ]
            whole = torch.stack(found)
            return whole if whole.dim() == 3 else whole[:, None]

        x = stacked([call.x for call in calls], tapped.module.input_size)
        before = stacked([call.h for call in calls], H)
        c_before = stacked([call.c for call in calls], H) if tapped.has_c else None
        dh = stacked([call.arrived.h for call in calls], H) / scale
        dc = stacked([call.arrived.c for call in calls], H) / scale if tapped.has_c else None
        w = weights_of(tapped, first.weights, 0, 0, dtype)
        steps = tapped.recurrence.each(w, x, before, c_before)
        if dc is not None and first.c_in_all:
            dc = dc - dh * steps.slopes[1]
        da = dh.new_empty((*dh.shape[:2], len(w.W_h)))
        to_h, to_c = torch.zeros_like(dh), None if dc is None else torch.zeros_like(dc)
        arrived_c = None if dc is None else dc.clone()
        tapped.recurrence.back(w, steps.slopes, dh, dc, da, to_h, to_c)
        da_x = tapped.recurrence.on_input(steps, da, dh)
        swept = Swept(dh, da, da_x, to_h[0], dc, None if to_c is None else to_c[0])
        arrived = dh.clone()  # what did not come by way of the next step
        if all(call.handed_on for call in calls[1:]):
            arrived[:-1] -= to_h[1:]
        else:
            arrived.fill_(float("nan"))
        c0 = None if c_before is None else c_before[0]
        yield Part(0, 0, 0, steps, swept, arrived, arrived_c, w, None, before[0], c0)
