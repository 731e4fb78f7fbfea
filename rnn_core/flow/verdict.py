"""The five words for what a gradient does on its way back, and which factor makes it do so.

A word says how much arrives at step 1. A short sequence hides a fast decay: so a curve that halves
or doubles within a quarter of the sequence never "flows", and the rate stands beside the word
(`reading.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rnn_core.flow.measure import Reasons, half_life

# log₁₀ ‖δ_1‖/‖δ_T‖ between the words; from FADED to GROWN, both included, it flows.
VANISHED, FADED, GROWN, EXPLODED = -3.0, -1.0, 1.0, 3.0
FAST = 1 / 4  # of the sequence: a half-life or doubling time below it is no flowing


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A word. title heads a page; it and they end a sentence: "it fades", "they fade".

    way is -1 for what shrinks on its way back, 1 for what grows, 0 for what does neither.
    """

    name: str
    title: str
    it: str
    they: str
    way: int


VERDICTS: dict[str, Verdict] = {
    one.name: one
    for one in (
        Verdict(name="vanishing", title="Vanishing", it="vanishes", they="vanish", way=-1),
        Verdict(name="fading", title="Fading", it="fades", they="fade", way=-1),
        Verdict(name="flowing", title="Flowing", it="flows", they="flow", way=0),
        Verdict(name="growing", title="Growing", it="grows", they="grow", way=1),
        Verdict(name="exploding", title="Exploding", it="explodes", they="explode", way=1),
    )
}


def verdict(log10_ratio: float, slope: float, seq_len: int) -> str:
    """The name of the word for a curve over `seq_len` steps.

    log10_ratio: log₁₀ ‖δ_1‖/‖δ_T‖, -inf where δ_1 is exactly 0. slope: decades per step back, NaN
    where there is none.
    """
    if log10_ratio < VANISHED:
        return "vanishing"
    if log10_ratio > EXPLODED:
        return "exploding"
    fast = half_life(slope) < FAST * seq_len
    if log10_ratio < FADED or (log10_ratio <= GROWN and fast and slope < 0):
        return "fading"
    if log10_ratio > GROWN or fast:
        return "growing"
    return "flowing"


def cause(name: str, log10_ratio: float, reasons: Reasons) -> str:
    """Why: "activation" or "recurrence", "balance" where it flows, "zero" where δ_1 is exactly 0.

    Of φ' and W_h it is the one that moves the norm further in the direction of the verdict `name`.
    """
    way = VERDICTS[name].way
    if log10_ratio == -math.inf:
        return "zero"
    if way == 0:
        return "balance"
    # φ' ≤ 1 never makes a gradient grow: only W_h can.
    if way > 0 or reasons.recurrence <= reasons.activation:
        return "recurrence"
    return "activation"
