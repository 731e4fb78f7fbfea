"""A call of nn.RNN, nn.GRU or nn.LSTM run again, one layer and direction at a time, and swept back.

The second direction is the first on sequences turned round, each within its own length. A packed
batch is padded here, in its original order: what lies beyond a sequence's length is not zero but
nothing, so no gradient enters there, and the gradients of h_n and c_n enter where each sequence
ends. Sequences do not see each other, so a large batch is gone through in parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rnn_core.pytorch.probe.calls import Call
from rnn_core.pytorch.probe.found import Tapped
from rnn_core.pytorch.probe.recurrence import Steps, Swept, Weights, sweep

# Numbers that one part of a batch may hold for one array of gates: 32 MB in float32.
PART = 8_000_000


@dataclass(eq=False)
class Part:
    """One layer and direction of some of a call's sequences; time as the input has it."""

    layer: int
    direction: int
    first: int  # the number of its first sequence in the call
    steps: Steps
    swept: Swept
    arrived: Any  # (T, B, P), what came from above at h_t, h_n among it
    arrived_c: Any | None  # (T, B, H)
    weights: Weights
    lengths: Any | None  # (B,), or None where all are T
    h0: Any  # (B, P)
    c0: Any | None


@dataclass(eq=False)
class Padded:
    """A call's tensors as (T, B, ...), in the precision in which they are run again."""

    x: Any
    shown: Any | None  # its output, where it is known exactly
    output: Any | None  # arrived
    h: Any | None  # (L·D, B, P), given
    c: Any | None
    h_n: Any | None  # arrived
    c_n: Any | None
    lengths: Any | None
    masks: list[Any]  # what dropout multiplied by, for each layer but the last


def replay(tapped: Tapped, call: Call, scale: float, width: int | None = None) -> Iterator[Part]:
    """Every layer, direction and part of the batch of one call; layers from the last to the first.

    scale: what the loss was multiplied by; the arrived gradients are divided by it. width: the
    sequences of a part; without, as many as fit.
    """
    import torch

    device = call.x.device.type
    with torch.no_grad(), torch.autocast(device, enabled=False):
        padded = _padded(tapped, call, scale)
        T, B = padded.x.shape[:2]
        width = width or fitting(tapped, T)
        for first in range(0, B, width):
            yield from _part(tapped, call, padded, slice(first, min(first + width, B)))


def fitting(tapped: Tapped, T: int) -> int:
    """How many sequences of T steps one part may have."""
    return max(1, PART // (T * 4 * int(tapped.module.hidden_size)))


def steps_of(tapped: Tapped, call: Call) -> int:
    """T of a call that is not packed."""
    return int(call.x.shape[1 if tapped.module.batch_first and call.x.dim() == 3 else 0])


def weights_of(
    tapped: Tapped, copies: dict[str, Any], layer: int, direction: int, dtype: Any
) -> Weights:
    """The weights of one layer and direction, in `dtype`."""
    names = tapped.weight_names(layer, direction)
    own = {ours: copies[theirs].to(dtype) for ours, theirs in names.items()}
    return Weights(**{"b_h": None, "b_x": None, **own})


def wide(tensor: Any) -> Any:
    """In float32 at least: bfloat16 and float16 are what a training may use, not a measurement."""
    return tensor.float() if tensor.element_size() < 4 else tensor


def _part(tapped: Tapped, call: Call, padded: Padded, part: slice) -> Iterator[Part]:
    import torch

    lengths = None if padded.lengths is None else padded.lengths[part]
    x = padded.x[:, part]
    T, B = x.shape[:2]
    masks = [mask[:, part] for mask in padded.masks]
    H, P = tapped.module.hidden_size, tapped.module.proj_size or tapped.module.hidden_size

    def given(states: Any, row: int, width: int) -> Any:
        return x.new_zeros((B, width)) if states is None else states[row, part]

    forward: dict[tuple[int, int], tuple[Steps, Weights]] = {}
    for layer in range(tapped.layers):
        outputs = []
        for direction in range(tapped.directions):
            row = layer * tapped.directions + direction
            w = weights_of(tapped, call.weights, layer, direction, x.dtype)
            c0 = given(padded.c, row, H) if tapped.has_c else None
            h0 = given(padded.h, row, P)
            seen = turned(x, lengths) if direction else x
            shown = None if padded.shown is None else padded.shown[:, part]
            if shown is None or layer < tapped.layers - 1:
                steps = tapped.recurrence.forward(w, seen.contiguous(), h0, c0)
            else:  # what the last layer did is known
                h = shown[..., direction * P : (direction + 1) * P]
                h = turned(h, lengths) if direction else h
                before = torch.cat([h0[None], h[:-1]])
                steps = tapped.recurrence.along(w, seen.contiguous(), before, h, c0)
            forward[layer, direction] = clear(steps, lengths), w
            outputs.append(turned(steps.h, lengths) if direction else steps.h)
        x = outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=-1)
        if layer < len(masks):
            x = x * masks[layer]

    above = x.new_zeros(x.shape) if padded.output is None else padded.output[:, part]
    ends = [T - 1] * B if lengths is None else (lengths - 1).tolist()
    every = list(range(B))
    for layer in reversed(range(tapped.layers)):
        down: Any = None
        for direction in range(tapped.directions):
            row = layer * tapped.directions + direction
            steps, w = forward[layer, direction]
            arrived = above[..., direction * P : (direction + 1) * P]
            arrived = turned(arrived, lengths) if direction else arrived.clone()
            arrived_c = None
            if padded.h_n is not None:
                arrived[ends, every] += padded.h_n[row, part]
            if padded.c_n is not None:
                assert steps.c is not None
                arrived_c = steps.c.new_zeros(steps.c.shape)
                arrived_c[ends, every] = padded.c_n[row, part]
            swept = sweep(tapped.recurrence, w, steps, arrived, arrived_c)
            onto_x = swept.da_x @ w.W_x if layer else None
            if onto_x is not None:
                onto_x = turned(onto_x, lengths) if direction else onto_x
                down = onto_x if down is None else down + onto_x
            made = Part(
                layer,
                direction,
                part.start,
                steps,
                swept,
                arrived,
                arrived_c,
                w,
                lengths,
                steps.before[0],
                None if steps.c_before is None else steps.c_before[0],
            )
            yield _turned_back(made) if direction else made
            del forward[layer, direction]
        if layer:
            above = down * masks[layer - 1] if masks else down


def turned(x: Any, lengths: Any | None) -> Any:
    """(T, B, ...) with every sequence turned round within its own length; its own inverse."""
    import torch

    if lengths is None:
        return x.flip(0)
    t = torch.arange(len(x), device=x.device)[:, None]
    at = lengths.to(x.device)[None, :] - 1 - t
    return x[torch.where(at >= 0, at, t), torch.arange(x.shape[1], device=x.device)]


def clear(steps: Steps, lengths: Any | None) -> Steps:
    """Beyond each sequence's length 0 for everything: what was run there may not even be finite."""
    import torch

    if lengths is None:
        return steps
    T = len(steps.x)
    beyond = torch.arange(T, device=steps.x.device)[:, None] >= lengths.to(steps.x.device)

    def cleared(a: Any) -> Any:
        return a.masked_fill(beyond.reshape(*beyond.shape, *([1] * (a.dim() - 2))), 0.0)

    return over_time(steps, cleared)


def over_time(steps: Steps, change: Any) -> Steps:
    """The same steps with `change` made to every array over time."""

    def changed(a: Any | None) -> Any | None:
        return None if a is None else change(a)

    return Steps(
        change(steps.x),
        change(steps.before),
        change(steps.h),
        {name: change(gate) for name, gate in steps.gates.items()},
        tuple(change(s) for s in steps.slopes),
        changed(steps.c_before),
        changed(steps.c),
        changed(steps.slope),
        changed(steps.raw),
    )


def _turned_back(part: Part) -> Part:
    """The second direction, in the time of the input: h_0 lies beyond its last step."""

    def back(a: Any) -> Any:
        return turned(a, part.lengths)

    swept = part.swept
    return replace(
        part,
        steps=over_time(part.steps, back),
        swept=replace(
            swept,
            dh=back(swept.dh),
            da=back(swept.da),
            da_x=back(swept.da_x),
            dc=None if swept.dc is None else back(swept.dc),
        ),
        arrived=back(part.arrived),
        arrived_c=None if part.arrived_c is None else back(part.arrived_c),
    )


def _padded(tapped: Tapped, call: Call, scale: float) -> Padded:
    x = wide(call.x)

    def like_x(tensor: Any | None) -> Any | None:
        return None if tensor is None else tensor.to(x.dtype)

    def unscaled(tensor: Any | None) -> Any | None:
        return None if tensor is None else tensor.to(x.dtype) / scale

    x = x.to(wide(next(iter(call.weights.values()))).dtype)
    output, lengths = unscaled(call.arrived.output), None
    shown = like_x(call.output)
    masks = _masks(tapped, call)
    states = [like_x(call.h), like_x(call.c), unscaled(call.arrived.h), unscaled(call.arrived.c)]
    if call.packing is not None:
        x, lengths = _unpacked(x, call)
        if bool((lengths == len(x)).all()):
            lengths = None
        output = None if output is None else _unpacked(output, call)[0]
        shown = None if shown is None else _unpacked(shown, call)[0]
        masks = [_unpacked(mask, call)[0] for mask in masks]
    elif x.dim() == 2:  # one sequence without a batch
        x = x[:, None]
        output = None if output is None else output[:, None]
        shown = None if shown is None else shown[:, None]
        states = [None if s is None else s[:, None] for s in states]
    elif tapped.module.batch_first:
        x = x.transpose(0, 1)
        output = None if output is None else output.transpose(0, 1)
        shown = None if shown is None else shown.transpose(0, 1)
    masks = [mask.to(x.dtype) for mask in masks]
    return Padded(x, shown, output, states[0], states[1], states[2], states[3], lengths, masks)


def _unpacked(data: Any, call: Call) -> tuple[Any, Any]:
    """(T, B, ...) padded with zeros and the lengths, in the order before packing."""
    from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

    assert call.packing is not None
    return pad_packed_sequence(PackedSequence(data, *call.packing))


def _masks(tapped: Tapped, call: Call) -> list[Any]:
    """What dropout multiplied each layer's output by, drawn again as PyTorch drew it.

    The generator's state of before the call is put back for it, and then as it was.
    """
    import torch

    if call.random is None:
        return []
    width = tapped.directions * (tapped.module.proj_size or tapped.module.hidden_size)
    shape: tuple[int, ...] = (*call.x.shape[:-1], width)
    if call.packing is None and tapped.module.batch_first and call.x.dim() == 3:
        shape = (shape[1], shape[0], width)
    elif call.packing is None and call.x.dim() == 2:
        shape = (shape[0], 1, width)
    ones = torch.ones(shape, dtype=next(iter(call.weights.values())).dtype)
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(call.random)
        return [torch.dropout(ones, tapped.dropout, True) for _ in range(tapped.layers - 1)]
