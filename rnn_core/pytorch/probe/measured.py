"""What is kept of one layer and direction in one update, as NumPy arrays: norms by step and
sequence, gates, and the proof.

All sequences of the update count in the gates and in the proof; of the norms a sample of sequences
is kept, evenly spaced through the batch, so that a record stays small.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_core.flow.measure import SATURATED_BELOW
from rnn_core.pytorch.probe.found import Tapped
from rnn_core.pytorch.probe.layers import Part
from rnn_core.pytorch.probe.not_finite import first_not_finite
from rnn_core.pytorch.probe.recurrence import swept_dh, terms
from rnn_core.recording.layer_record import GATE_OPEN, GATE_SHUT, LayerRecord

TAPED = 4  # sequences of which everything is kept, where a whole tape is


class Measured:
    """One layer and direction, gathered from every call and every part of a batch."""

    def __init__(self, tapped: Tapped, layer: int, direction: int, chosen: np.ndarray) -> None:
        self.tapped, self.layer, self.direction = tapped, layer, direction
        self.chosen = chosen  # the numbers of the sequences that are kept, among all of the update
        self.totals: dict[str, Any] = {}
        self.broken: dict[str, Any] | None = None
        self._kept: dict[str, list[np.ndarray]] = {}
        self._over_time: dict[str, np.ndarray] = {}  # (T,) sums
        self._over_units: dict[str, np.ndarray] = {}  # (H,) sums
        self._count = np.zeros(0)  # (T,) of sequences that have the step
        self._tape: dict[str, np.ndarray] = {}
        self._weights: Any = None

    def add(self, part: Part, before: int, *, tape: bool) -> None:
        """One part; `before` sequences of the update came before the call's first."""
        first = before + part.first
        B = part.swept.dh.shape[1]
        own = self.chosen[(self.chosen >= first) & (self.chosen < first + B)] - first
        for name, total in terms(part.steps, part.swept, part.weights).items():
            so_far = self.totals.get(name)
            self.totals[name] = total.double() if so_far is None else so_far + total.double()
        if len(own):
            self._keep(part, own)
        self._count_gates(part)
        if self.broken is None:
            self.broken = first_not_finite(part, first)
        if tape and not self._tape and len(own):
            self._tape = _taped(part, own[:TAPED])
        self._weights = part.weights

    def finish(self, gradients: dict[str, Any], scale: float, told: dict[str, Any]) -> LayerRecord:
        """The record, with the proof against PyTorch's own `gradients` of the scaled loss."""
        names = self.tapped.weight_names(self.layer, self.direction)
        apart: dict[str, float] = {}
        square = 0.0
        for ours, theirs in names.items():
            if theirs in gradients:
                wanted = gradients[theirs].double() / scale
                apart[ours] = _apart(self.totals[ours], wanted)
                square += float(wanted.square().sum())
        series = {name: _together(parts) for name, parts in self._kept.items()}
        for name, sums in self._over_time.items():
            series[name] = sums / self._count
        n = self._count.sum()
        for name, sums in self._over_units.items():
            if not name.endswith("/square"):
                series[name] = sums / n
        for name, sums in self._over_units.items():
            if name.endswith("/square"):
                gate = name.removesuffix("/square")
                variance = sums / n - series[f"{gate}/unit_mean"] ** 2
                series[f"{gate}/unit_std"] = np.sqrt(np.maximum(variance, 0.0))
        series["sequence"] = self.chosen.astype(np.int32)
        return LayerRecord(
            module=self.tapped.name,
            layer=self.layer,
            direction=self.direction,
            check=max(apart.values(), default=math.nan),
            about=told
            | {"checks": apart, "norm": math.sqrt(square) if apart else None}
            | {"broken": self.broken},
            series=series,
            tape=self._tape,
        )

    # -- one part

    def _keep(self, part: Part, own: np.ndarray) -> None:
        s, steps = part.swept, part.steps
        T, everyone = len(s.dh), len(own) == s.dh.shape[1]

        def log10(v: Any) -> np.ndarray:
            return _log10_norm(v if everyone else v[:, own])

        to_h, to_x = log10(s.da), None if s.da_x is s.da else log10(s.da_x)
        kept = {
            "h": log10(s.dh),
            "direct": log10(part.arrived),
            "W_h": to_h + log10(steps.before),
            "W_x": (to_h if to_x is None else to_x) + log10(steps.x),
            "size": log10(steps.h),
            "h0": _log10_norm(s.start[own])[None],
        }
        if s.dc is not None and s.start_c is not None:
            kept["c"] = log10(s.dc)
            kept["c0"] = _log10_norm(s.start_c[own])[None]
        alone = _last_alone(self.tapped, part, own)
        if alone is not None:
            kept["last"] = _log10_norm(alone)
        lengths = np.full(len(own), T) if part.lengths is None else part.lengths[own].cpu().numpy()
        beyond = np.arange(T)[:, None] >= lengths
        dtype = np.float64 if s.dh.element_size() > 4 else np.float32
        for name, values in kept.items():
            if len(values) == T and name not in ("h0", "c0"):
                values = np.where(beyond, np.nan, values)
            self._kept.setdefault(name, []).append(values.astype(dtype))
        self._kept.setdefault("length", []).append(lengths[None].astype(np.int32))

    def _count_gates(self, part: Part) -> None:
        import torch

        steps, lengths = part.steps, part.lengths
        T, B = steps.h.shape[:2]
        count = np.full(T, float(B))
        inside = None
        if lengths is not None:
            t = torch.arange(T, device=steps.h.device)[:, None]
            inside = (t < lengths.to(steps.h.device)).to(steps.h.dtype).unsqueeze(-1)
            count = inside.sum(dim=(1, 2)).double().cpu().numpy()
        self._count = _sum(self._count, count)
        for name, gate in steps.gates.items():
            own = gate if inside is None else gate * inside
            size = own.abs()
            mark = torch.empty_like(size)
            self._tally(f"gate/{name}", own.sum(dim=1), f"gate/{name}/unit_mean")
            shut = torch.lt(size, GATE_SHUT, out=mark)
            shut = shut if inside is None else shut.mul_(inside)
            self._tally(f"gate/{name}/shut", shut.sum(dim=1))
            self._tally(f"gate/{name}/open", torch.gt(size, GATE_OPEN, out=mark).sum(dim=1))
            square = torch.mul(own, own, out=size).sum(dim=1)
            self._tally(None, square, f"gate/{name}/square")
        if steps.slope is not None:
            size = steps.slope.abs()
            off = torch.lt(size, SATURATED_BELOW, out=torch.empty_like(size))
            off = off if inside is None else off.mul_(inside)
            self._tally("saturated", off.sum(dim=1), "unit_saturated")

    def _tally(self, over_time: str | None, values: Any, over_units: str | None = None) -> None:
        """(T, H), summed over sequences: the mean over units, and the sum over steps."""
        own = values.double().cpu().numpy()
        if over_time is not None:
            so_far = self._over_time.get(over_time, np.zeros(0))
            self._over_time[over_time] = _sum(so_far, own.mean(axis=1))
        if over_units is not None:
            so_far = self._over_units.get(over_units, np.zeros(0))
            self._over_units[over_units] = _sum(so_far, own.sum(axis=0))


def _last_alone(tapped: Tapped, part: Part, own: np.ndarray) -> Any | None:
    """What arrived at the last step alone, swept back (T, n, P): the part that travels.

    With a loss at every step the gradient in all stays up by the losses nearby, and says nothing of
    that. None where it is the same.
    """
    import torch

    with torch.no_grad():
        arrived = part.arrived[:, own].nan_to_num(0.0, 0.0, 0.0)
        T = len(arrived)
        t = torch.arange(T, device=arrived.device)[:, None]
        some = (arrived != 0).any(dim=-1)
        if part.direction:
            last = torch.where(some, t, T).amin(dim=0)
        else:
            last = torch.where(some, t, -1).amax(dim=0)
        elsewhere = some & (t != last)
        if not bool(elsewhere.any()) or not bool(part.swept.dh.sum().isfinite()):
            return None
        arrived = arrived * (~elsewhere).unsqueeze(-1)
        arrived_c = None
        if part.steps.c is not None:
            given = part.arrived_c
            arrived_c = part.steps.c.new_zeros(part.steps.c.shape) if given is None else given

        def chosen(a: Any) -> Any:
            a = a if len(own) == a.shape[1] else a[:, own]
            return a.flip(0) if part.direction else a

        slopes = tuple(chosen(s) for s in part.steps.slopes)
        arrived = arrived.flip(0) if part.direction else arrived
        arrived_c = None if arrived_c is None else chosen(arrived_c)
        found = swept_dh(tapped.recurrence, part.weights, slopes, arrived, arrived_c)
        return found.flip(0) if part.direction else found


def _log10_norm(v: Any) -> np.ndarray:
    """log₁₀ ‖v‖ over the last axis in float64, for entries of any size; -inf for 0."""
    import torch

    if v.element_size() <= 4:  # whose squares float64 holds, the smallest and the largest
        with np.errstate(divide="ignore"):
            return np.log10(torch.linalg.vector_norm(v, dim=-1, dtype=torch.float64).cpu().numpy())
    top = v.abs().amax(dim=-1, keepdim=True)
    unit = v / top.where(top > 0, top.new_ones(()))
    found = (unit.square().sum(dim=-1).sqrt().log10() + top.squeeze(-1).log10()).cpu().numpy()
    infinite = top.squeeze(-1).isinf().cpu().numpy()
    return np.where(infinite, np.inf, found)


def _apart(ours: Any, theirs: Any) -> float:
    """‖ours - theirs‖ / ‖theirs‖; 0 where both are 0, NaN where one is not finite."""
    gap, size = float((ours - theirs).norm()), float(theirs.norm())
    if not (math.isfinite(gap) and math.isfinite(size)):
        return math.nan
    return gap / size if size > 0 else (0.0 if gap == 0 else math.inf)


def _sum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a + b, the shorter one filled up with zeros."""
    if len(a) < len(b):
        a, b = b, a
    found = a.copy()
    found[: len(b)] += b
    return found


def _together(parts: list[np.ndarray]) -> np.ndarray:
    """Sequences side by side (T, n), NaN beyond the end of the shorter ones; (n,) from one row."""
    T = max(len(part) for part in parts)
    if T == 1 and parts[0].dtype == np.int32:
        return np.concatenate(parts, axis=1)[0]
    filled = [
        np.concatenate([p, np.full((T - len(p), p.shape[1]), np.nan, p.dtype)]) for p in parts
    ]
    return np.concatenate(filled, axis=1)


def _taped(part: Part, own: np.ndarray) -> dict[str, np.ndarray]:
    """What it takes to run these sequences again: see `rnn_core.recording.tape`."""
    arrays = {
        "x": part.steps.x[:, own],
        "h0": part.h0[own],
        "arrived": part.arrived[:, own],
        "c0": None if part.c0 is None else part.c0[own],
        "arrived_c": None if part.arrived_c is None else part.arrived_c[:, own],
        **vars(part.weights),
    }
    found = {name: a.cpu().numpy() for name, a in arrays.items() if a is not None}
    lengths = np.full(len(own), len(part.steps.x))
    if part.lengths is not None:
        lengths = part.lengths[own].cpu().numpy()
    return found | {"length": lengths.astype(np.int32)}
