"""LayerReading: what one layer's record says, by the words of the first page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnn_core.flow.measure import shares
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
        return self._median_by_lag(self.norms if self.last is None else self.last)

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
        T = len(norms)
        rows = np.full_like(norms, np.nan)
        for k, end in enumerate(self.ends):
            own = norms[:end, k]
            rows[T - end :, k] = own[::-1] if self.direction else own
        enough = (~np.isnan(rows)).sum(axis=1) * 2 >= max(rows.shape[1], 1)
        found = np.array([_median(row[~np.isnan(row)]) for row in rows[enough]])
        # After the last step at which something arrives there is nothing to read.
        arrives = ~np.isneginf(found)
        return found[: len(found) - int(arrives[::-1].argmax())] if arrives.any() else found

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
        if self.terms is None or not self.finite:
            return math.nan
        found = []
        for k, end in enumerate(self.ends):
            own = self.terms[:end, k : k + 1]
            own = own[::-1] if self.direction else own
            share = shares(own)[:, 0] if len(own) else np.zeros(0)
            if share.any():
                found.append(float(share[-LAST:].sum()))
        return float(np.mean(found)) if found else math.nan

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


def _median(values: np.ndarray) -> float:
    """Of numbers that may be -inf, of which NumPy would make NaN."""
    ordered = np.sort(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(low) if low == high else float((low + high) / 2)
