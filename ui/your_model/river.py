"""Depth × time: what the picture of the layers needs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers.said import told_log10
from rnn_core.recording.layer_reading import LayerReading
from ui.your_model import words
from ui.your_model.figures import drawn

STEPS = 160  # of a row at most
ROWS = 32  # the ones nearest the loss, of a network that has more


def layers(
    readings: Sequence[LayerReading], one: LayerReading, together: bool, step: int | None
) -> dict:
    """The payload of `live.stack`, without its settings."""
    shown = from_the_loss(readings)
    if one not in shown:
        shown = [*shown[: ROWS - 1], one]
    ends = {each.module: _end(readings, each.module, together) for each in shown}
    return {
        "rows": [_row(each, ends[each.module], together) for each in shown],
        "chosen": one.path,
        "selected": step,
        "title": words.stack_title(shown, len(readings)),
        "summary": words.stack_summary(shown),
    }


def from_the_loss(readings: Sequence[LayerReading]) -> list[LayerReading]:
    """The last module and the highest layer first, of a layer the first direction."""
    modules = list(dict.fromkeys(one.module for one in readings))
    order = sorted(
        readings, key=lambda one: (-modules.index(one.module), -one.layer, one.direction)
    )
    return order[:ROWS]


def _end(readings: Sequence[LayerReading], module: str, together: bool) -> float:
    """log₁₀ of the gradient at the loss end of a module's top layer: what its rows are relative to.

    The larger of both directions; of a lower layer where the top one has none.
    """
    own = [one for one in readings if one.module == module]
    for layer in sorted({one.layer for one in own}, reverse=True):
        curves = [one.total if together else one.curve for one in own if one.layer == layer]
        found = [float(curve[-1]) for curve in curves if len(curve) and np.isfinite(curve[-1])]
        if found:
            return max(found)
    return 0.0


def _row(one: LayerReading, end: float, together: bool) -> dict:
    at = drawn(one.length, STEPS)
    median = one.by_step(one.norms if together else one.log10_norms).median[at]
    median = np.where(np.isposinf(median), np.nan, median)
    arrived = None
    if one.direct is not None:
        arrived = one.by_step(one.direct).median[at] - end
        arrived = np.where(np.isposinf(arrived), np.nan, arrived)
    told = one.broken
    at_step = int(told["t"]) if told and 1 <= told["t"] <= one.length else None
    ratio = one.reading.reach.log10_ratio if one.verdict in VERDICTS else math.nan
    return {
        "path": one.path,
        "title": words.title(one),
        "word": words.word(one),
        "kind": words.kind(one),
        "far": "" if math.isnan(ratio) else told_log10(ratio) + " arrives",
        "label": words.headline(one, together),
        "length": one.length,
        "direction": one.direction,
        "steps": at + 1,
        "log10": median - end,
        "log10_abs": median,
        "arrived": arrived,
        "broken": at_step,
    }
