"""LayerReading: what one layer's record says, by the words of the first page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnn_core.flow.measure import Spread, shares, spread
from rnn_core.flow.reading import Reading

LAST = 5  # steps at the loss end whose share of ∂L/∂W_h is told


@dataclass(frozen=True, eq=False)
class Gates:
    """By PyTorch's letter; empty for a cell without gates."""

    mean: dict[str, np.ndarray]  # (T,)
    shut: dict[str, np.ndarray]  # (T,), share of units with |value| < 0.05
    open: dict[str, np.ndarray]  # (T,), with |value| > 0.95
    unit_mean: dict[str, np.ndarray]  # (H,)
    unit_std: dict[str, np.ndarray]  # (H,)
    saturated: np.ndarray | None  # (T,), share of |φ'| < 0.1, of a cell without gates
    unit_saturated: np.ndarray | None  # (H,)

    @staticmethod
    def of(series: dict[str, np.ndarray]) -> Gates:
        """From a record's arrays; what is not a vector is passed over."""
        flat = {name: array for name, array in series.items() if array.ndim == 1}

        def ending(end: str) -> dict[str, np.ndarray]:
            found = {}
            for name, array in flat.items():
                parts = name.split("/")
                if parts[0] == "gate" and len(parts) > 1 and "/".join(parts[2:]) == end:
                    found[parts[1]] = array
            return found

        return Gates(
            ending(""),
            ending("shut"),
            ending("open"),
            ending("unit_mean"),
            ending("unit_std"),
            flat.get("saturated"),
            flat.get("unit_saturated"),
        )


@dataclass(frozen=True, eq=False)
class LayerReading:
    """One layer and direction in one recorded update; arrays (T, n), NaN beyond a length."""

    module: str
    kind: str
    layer: int
    direction: int
    step: int  # the update, from 1
    norms: np.ndarray  # log₁₀ ‖∂L/∂h_t‖
    last: np.ndarray | None  # the same of what arrives at the last step alone; None: the same
    c_norms: np.ndarray | None  # log₁₀ ‖∂L/∂c_t‖
    direct: np.ndarray | None  # log₁₀ of what arrived from above
    terms: np.ndarray | None  # log₁₀ ‖term of ∂L/∂W_h‖
    gates: Gates
    check: float
    about: dict[str, Any]
    input_terms: np.ndarray | None = None  # log₁₀ ‖term of ∂L/∂W_x‖

    @property
    def path(self) -> str:
        """encoder/0, encoder/1_reverse."""
        return f"{self.module}/{self.layer}" + "_reverse" * self.direction

    @property
    def title(self) -> str:
        """encoder (LSTM), layer 1, backwards: as it is said."""
        text = f"{self.module} ({self.kind})"
        if self.kind not in ("state",) and not self.kind.endswith("Cell"):
            text += f", layer {self.layer + 1}"
        return f"{text}, second direction" if self.direction else text

    @property
    def length(self) -> int:
        """T, of the longest sequence."""
        return len(self.norms)

    @cached_property
    def ends(self) -> np.ndarray:
        """The steps of each sequence (n,)."""
        return (~np.isnan(self.norms)).sum(axis=0)

    @property
    def last_alone(self) -> bool:
        """Whether the curve is of what the last step's arrival alone sends back.

        With something arriving at every step (a loss, the layer above) the gradient in all stays up
        by what arrives nearby, and says nothing of what travels: the verdict is on the long-range
        part, as on the first page.
        """
        return self.last is not None

    @cached_property
    def curve(self) -> np.ndarray:
        """What the verdict is on: the median over sequences (T,), the loss end last, of the steps
        that at least half of the sequences have."""
        return self._median_by_lag(self.log10_norms)

    @cached_property
    def total(self) -> np.ndarray:
        """The same of the gradient in all (T,)."""
        return self._median_by_lag(self.norms)

    @cached_property
    def c_curve(self) -> np.ndarray | None:
        """The same of an LSTM's ∂L/∂c_t in all (T,)."""
        return None if self.c_norms is None else self._median_by_lag(self.c_norms)

    def _median_by_lag(self, norms: np.ndarray) -> np.ndarray:
        """Sequences of several lengths are put beside each other by their loss ends; direction 1
        goes through a sequence from its end, so its loss end is step 1."""
        rows = self._by_lag(norms)
        found = _medians(rows[_enough(rows)])
        # After the last step at which something arrives there is nothing to read.
        arrives = ~np.isneginf(found)
        return found[: len(found) - int(arrives[::-1].argmax())] if arrives.any() else found

    def _by_lag(self, norms: np.ndarray) -> np.ndarray:
        """(T, n), each sequence with its loss end in the last row; NaN where it has no step."""
        T = len(norms)
        rows = np.full_like(norms, np.nan)
        for k, end in enumerate(self.ends):
            own = norms[:end, k]
            rows[T - end :, k] = own[::-1] if self.direction else own
        return rows

    @property
    def log10_norms(self) -> np.ndarray:
        """What `curve` is the median of (T, n): of what the last step's arrival alone sends back,
        where more arrives than that."""
        return self.norms if self.last is None else self.last

    def by_step(self, norms: np.ndarray) -> Spread:
        """Median and 10–90 % band over the sequences of any norms (T, n), (T,) as time runs.

        Sequences of several lengths lie beside each other by their loss ends: row t is that many
        steps from it. NaN where less than half of them have a step.
        """
        rows = self._by_lag(norms)
        found = np.full((3, len(rows)), np.nan)
        # Rows with the same sequences at once: as a rule all of them.
        there = ~np.isnan(rows)
        kinds, kind = np.unique(there, axis=0, return_inverse=True)
        for k, has in enumerate(kinds):
            if has.any() and has.sum() * 2 >= len(has):
                own = kind.ravel() == k
                with np.errstate(invalid="ignore", over="ignore"):  # -inf beside inf
                    one = spread(rows[own][:, has].astype(float))
                found[:, own] = one.median, one.low, one.high
        if self.direction:
            found = found[:, ::-1]
        return Spread(*found)

    @cached_property
    def reading(self) -> Reading:
        """Verdict, rate, reach and horizon of the median curve."""
        return Reading(self.curve if len(self.curve) else np.array([np.nan]))

    @property
    def finite(self) -> bool:
        """Whether the curve can be read: nothing in it overflowed."""
        whole = bool(len(self.curve)) and not bool(np.isposinf(self.curve).any())
        return whole and self.broken is None

    @property
    def broken(self) -> dict[str, Any] | None:
        """The first number that is not finite, see rnn_core/pytorch/probe/not_finite.py."""
        found = self.about.get("broken")
        return found if isinstance(found, dict) else None

    @property
    def proved(self) -> bool:
        """Whether there is a proof: a weight with a gradient, and all of it finite."""
        return self.verdict != "broken" and not math.isnan(self.check)

    @property
    def verdict(self) -> str:
        """One of the five words; "broken" where something is not finite, "silent" where the
        gradient is exactly 0 at every step, "still" where something arrives at the layer's very
        first step alone, and nothing travels."""
        if not self.finite:
            return "broken"
        if np.isneginf(self.curve).all():
            return "silent"
        if len(self.curve) == 1 < self.length:
            return "still"
        return self.reading.verdict

    @property
    def horizon(self) -> int:
        """Steps back until the median norm is below 1/1000 of its size at the loss end; the length
        where it never is."""
        found = self.reading.reach.horizon
        return len(self.curve) if found is None else found

    @cached_property
    def share_of_last(self) -> float:
        """Of the terms of ∂L/∂W_h, the share of the last five steps, the mean over sequences."""
        if self.terms is None:
            return math.nan
        shared = self.shares(self.terms)
        shared = shared[::-1] if self.direction else shared
        return float(shared[-LAST:].sum()) if shared.any() else math.nan

    def shares(self, terms: np.ndarray) -> np.ndarray:
        """Each step's share of a weight's gradient (T,), from log₁₀ ‖terms‖ (T, n): the mean over
        the sequences, beside each other by their loss ends; 0 where there is nothing to share."""
        if not self.finite:
            return np.zeros(len(terms))
        rows = self._by_lag(terms.astype(float))
        found = [shares(np.where(np.isfinite(row), row, -np.inf)[:, None])[:, 0] for row in rows.T]
        there = [share for share in found if share.any()]
        mean = np.mean(there, axis=0) if there else np.zeros(len(terms))
        return mean[::-1] if self.direction else mean

    @property
    def scalars(self) -> dict[str, float]:
        """horizon, factor, ratio, share_of_last_5, check; NaN where there is none."""
        if self.verdict in ("broken", "silent", "still"):
            return {"check": self.check}
        return {
            "horizon": float(self.horizon),
            "factor": self.reading.rate.factor,
            "ratio": self.reading.reach.log10_ratio,
            "share_of_last_5": self.share_of_last,
            "check": self.check,
        }


def _enough(rows: np.ndarray) -> np.ndarray:
    """Which rows (T, n) at least half of the sequences have a step in (T,)."""
    return (~np.isnan(rows)).sum(axis=1) * 2 >= max(rows.shape[1], 1)


def _medians(rows: np.ndarray) -> np.ndarray:
    """Of each row (N, n) without its NaN, of numbers that may be -inf, of which NumPy would make
    NaN."""
    ordered = np.sort(rows.astype(float), axis=1)  # NaN last
    counts = (~np.isnan(rows)).sum(axis=1)
    at = np.arange(len(rows))
    low, high = ordered[at, (counts - 1) // 2], ordered[at, counts // 2 - (counts == 0)]
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, (low + high) / 2)
