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
from rnn_core.pytorch.probe.layers import Part, over_time
from rnn_core.pytorch.probe.not_finite import first_not_finite
from rnn_core.pytorch.probe.recurrence import Steps, sweep, terms
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
        T = len(s.dh)
        kept = {
            "h": _log10_norm(s.dh[:, own]),
            "direct": _log10_norm(part.arrived[:, own]),
            "W_h": _log10_norm(s.da[:, own]) + _log10_norm(steps.before[:, own]),
            "W_x": _log10_norm(s.da_x[:, own]) + _log10_norm(steps.x[:, own]),
            "size": _log10_norm(steps.h[:, own]),
            "h0": _log10_norm(s.start[own])[None],
        }
        if s.dc is not None and s.start_c is not None:
            kept["c"] = _log10_norm(s.dc[:, own])
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
        arrays: dict[str, Any] = {f"gate/{name}": gate for name, gate in steps.gates.items()}
        found: dict[str, Any] = {}
        for name, gate in arrays.items():
            size = gate.abs()
            found |= {
                name: gate,
                f"{name}/shut": size < GATE_SHUT,
                f"{name}/open": size > GATE_OPEN,
            }
            own = gate if inside is None else gate * inside
            self._units(f"{name}/unit_mean", own.sum(dim=(0, 1)))
            self._units(f"{name}/square", (own * gate).sum(dim=(0, 1)))
        if steps.slope is not None:
            found["saturated"] = off = steps.slope.abs() < SATURATED_BELOW
            own = off.to(steps.h.dtype) if inside is None else off * inside
            self._units("unit_saturated", own.sum(dim=(0, 1)))
        for name, values in found.items():
            values = values.to(steps.h.dtype)
            values = values if inside is None else values * inside
            mean = values.mean(dim=2).sum(dim=1).double().cpu().numpy()
            self._over_time[name] = _sum(self._over_time.get(name, np.zeros(0)), mean)

    def _units(self, name: str, values: Any) -> None:
        own = values.double().cpu().numpy()
        self._over_units[name] = _sum(self._over_units.get(name, np.zeros(0)), own)


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
        arrived_c = None if part.arrived_c is None else part.arrived_c[:, own]
        steps = _of(part.steps, own)
        if part.direction:
            steps = over_time(steps, lambda a: a.flip(0))
            arrived_c = None if arrived_c is None else arrived_c.flip(0)
            return sweep(
                tapped.recurrence, part.weights, steps, arrived.flip(0), arrived_c
            ).dh.flip(0)
        return sweep(tapped.recurrence, part.weights, steps, arrived, arrived_c).dh


def _of(steps: Steps, own: np.ndarray) -> Steps:
    """Some of the sequences."""
    return over_time(steps, lambda a: a[:, own])


def _log10_norm(v: Any) -> np.ndarray:
    """log₁₀ ‖v‖ over the last axis in float64, for entries of any size; -inf for 0."""
    v = v.double()
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
