"""What can be read from clipping: two descents on the cliff, the gradient of a network before and
after, and what a shorter way back leaves of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rnn_core.flow.flow import GradientFlow
from rnn_core.readings import of_flow
from rnn_core.readings.named import FLAG, WORD, Named, Readings, by_name, share, tenfold
from rnn_core.studies.cliff import Descent
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import Clipped

ENDS = ("updates", "left", "still")


@dataclass(frozen=True, eq=False)
class Clipping:
    """What the page compares; a function where it takes its time, None where there is nothing."""

    descents: Mapping[str, Descent]  # "none" and "norm"
    network: Callable[[], GradientFlow]
    clipped: Callable[[], Clipped | None]
    truncated: Callable[[], Truncation | None]
    window: int  # k of truncated backpropagation


def _of_clipped(read: Callable[[Clipped], float]) -> Callable[[Clipping], float]:
    def found(clipping: Clipping) -> float:
        clipped = clipping.clipped()
        return math.nan if clipped is None else read(clipped)

    return found


def _of_window(read: Callable[[Truncation, int], float]) -> Callable[[Clipping], float]:
    """At the window that is set; no window is longer than the sequence."""

    def found(clipping: Clipping) -> float:
        truncated = clipping.truncated()
        if truncated is None or not truncated.finite:
            return math.nan
        return read(truncated, truncated.at(clipping.window))

    return found


def _descent(name: str, way: str, said: str) -> tuple[Named, ...]:
    """What became of one of the two descents."""
    return (
        Named(
            name=f"ended_{name}",
            label=f"how the descent {said} ended",
            what=f"how the descent {said} ended: updates (all made), left (the window), still",
            kind=WORD,
            words=ENDS,
            read=lambda c: c.descents[way].ended,
        ),
        Named(
            name=f"last_loss_{name}",
            label=f"the last loss {said}",
            what=f"the loss at the end of the descent {said}",
            read=lambda c: c.descents[way].loss[-1],
        ),
        Named(
            name=f"largest_step_{name}",
            label=f"the largest step {said}",
            what=f"how far the largest update moved (w, b) {said}",
            read=lambda c: c.descents[way].step_length.max(),
        ),
        Named(
            name=f"largest_gradient_{name}",
            label=f"the largest gradient {said}",
            what=f"the longest gradient that the descent {said} met, before clipping",
            read=lambda c: c.descents[way].norm.max(),
        ),
    )


def _of_network(one: Named) -> Named:
    return replace(one, read=lambda clipping: one.value(clipping.network()))


_MEASURED = (
    Named(
        name="clipped",
        label="clipping of the network’s gradient",
        what="whether the network’s gradient is longer than its threshold",
        kind=FLAG,
        read=lambda c: (found := c.clipped()) is not None and found.clipped,
    ),
    Named(
        name="log10_norm_before",
        label="the gradient’s length before clipping",
        what="log₁₀ of the norm of all parameters’ gradient",
        say=tenfold,
        read=_of_clipped(lambda c: c.log10_before),
    ),
    Named(
        name="log10_norm_after",
        label="the gradient’s length after clipping",
        what="the same after clipping by norm",
        say=tenfold,
        read=_of_clipped(lambda c: c.log10_after),
    ),
    Named(
        name="old_share_before",
        label="the older half’s share before clipping",
        what="share of the older half of the steps in the terms of ∂L/∂W_h",
        say=share,
        read=_of_clipped(lambda c: float(c.shares_before[: c.old].sum())),
    ),
    Named(
        name="old_share_after",
        label="the older half’s share after clipping",
        what="the same after clipping by norm",
        say=share,
        read=_of_clipped(lambda c: float(c.shares_after[: c.old].sum())),
    ),
    Named(
        name="window",
        label="window k",
        what="steps that truncated backpropagation goes back",
        unit="steps",
        read=lambda c: c.window,
    ),
    Named(
        name="cosine_of_window",
        label="the direction that the window keeps",
        what="cosine between the truncated and the full gradient of all parameters",
        read=_of_window(lambda t, n: float(t.cosine_all[n])),
    ),
    Named(
        name="log10_length_of_window",
        label="the length that the window keeps",
        what="log₁₀ of the truncated gradient’s length over the full one’s",
        say=tenfold,
        read=_of_window(lambda t, n: float(t.log10_ratio_all[n])),
    ),
)

NAMES: dict[str, Named] = by_name(
    _descent("unclipped", "none", "without clipping"),
    _descent("clipped", "norm", "with clipping"),
    _MEASURED,
    [_of_network(one) for one in of_flow.NAMES.values()],
)


def readings(clipping: Clipping) -> Readings:
    """What can be read from `clipping`."""
    return Readings(NAMES, clipping)
