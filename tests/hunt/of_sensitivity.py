"""What is said of small changes of the recurrent weights, beside such changes, made and run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rnn_core.flow import gradient_flow
from tests.hunt.numbers import N
from tests.hunt.of_gradient_flow import config
from tests.hunt.reading import Page, find, number

CHANGES = 60  # random ones, so that their mean square is within a fifth or so
SMALL = 1e-6  # of each weight


def small_changes(page: Page) -> Iterator[str]:
    """How far the last state goes along what the last loss sees, in one sequence."""
    text = page.text("sensitive")
    if not text:
        return
    which = find(r"\(sequence (\d+)\)", text)
    flow = gradient_flow(config(page))
    b = int(which[0]) - 1 if which else flow.typical_sequence
    alone = flow.last_alone.sweep
    state = flow.trace.h[-1, b]
    own = alone.delta[-1, b, : state.size]  # no loss sees the memory of a cell
    seen = own * 2.0 ** float(np.max(alone.exponent[-1, b]))
    size = np.linalg.norm(seen) * np.linalg.norm(state)
    scaled = flow.trace.exponent is not None and bool(np.any(flow.trace.exponent))
    if scaled or flow.overflow is not None:
        return  # beyond float64 this way of asking has no answer
    if "Nothing can be said" in text:
        if math.isfinite(size) and size > 1e-300:
            yield f"“{text}” beside a state and a gradient of {size:.3g}"
        return
    cell = flow.config.cell_used
    if cell.relative is not None:
        return
    chance = np.random.default_rng(0)
    moved = []
    for _ in range(CHANGES):
        weights = {
            name: w * (1 + SMALL * chance.standard_normal(w.shape))
            for name in cell.recurrent
            for w in [getattr(flow.params, name)]
        }
        other = gradient_flow(flow.config, params=replace(flow.params, **weights))
        moved.append(float(seen @ (other.trace.h[-1, b] - state)) / SMALL)
    rms = float(np.sqrt(np.mean(np.square(moved)))) * math.sqrt(flow.config.hidden_size) / size
    got = find(rf"by {N} times its size", text)
    if got is None:
        if rms > 1e-6:
            yield f"“{text}” and it moves by {rms:.3g}"
        return
    told = number(got[0])
    # A change so small is lost among the roundings of a large state.
    if rms > 1e-6 and not told.means(math.log10(rms) - 2, 0.25):
        yield f"“{text}” and a change of 1 % makes {rms / 100:.3g}"


RELATIONS = (small_changes,)
