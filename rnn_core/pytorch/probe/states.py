"""States that a model marks itself: `h = recorder.state("name", h, t)` in a loop of its own.

The state passes through as it is; a hook on it sees ∂L/∂h_t in all, once the loss comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_core.recording.layer_record import LayerRecord


@dataclass(eq=False)
class _Step:
    t: int
    shape: tuple[int, ...]
    gradient: Any | None = None


@dataclass(eq=False)
class States:
    """The marked states of one update."""

    steps: dict[str, list[_Step]] = field(default_factory=dict)
    handles: list[Any] = field(default_factory=list)

    def mark(self, name: str, h: Any, t: int) -> None:
        """Listen at h, (B, ...) or (H,)."""
        if not h.requires_grad:
            return
        step = _Step(t, tuple(h.shape))

        def arrived(gradient: Any) -> None:
            own = gradient.detach()
            step.gradient = own.clone() if step.gradient is None else step.gradient + own

        self.handles.append(h.register_hook(arrived))
        self.steps.setdefault(name, []).append(step)

    def rest(self) -> None:
        for handle in self.handles:
            handle.remove()
        self.steps, self.handles = {}, []

    def records(self, scale: float, sequences: int) -> list[LayerRecord]:
        """One record for each name that a gradient reached. A t that does not grow begins a new
        sequence."""
        found = []
        for name, steps in self.steps.items():
            runs: list[list[_Step]] = []
            for step in steps:
                if not runs or step.t <= runs[-1][-1].t:
                    runs.append([])
                runs[-1].append(step)
            norms = [run for run in map(lambda r: _log10_norms(r, scale), runs) if run is not None]
            if norms:
                found.append(_record(name, norms, sequences))
        return found


def _log10_norms(run: list[_Step], scale: float) -> np.ndarray | None:
    """(T, B), -inf where no gradient came; None if none came at all, or the shapes differ."""
    shape = run[0].shape
    if any(step.shape != shape for step in run) or all(step.gradient is None for step in run):
        return None
    B = shape[0] if len(shape) > 1 else 1
    rows = np.full((len(run), B), -np.inf)
    for row, step in zip(rows, run, strict=True):
        if step.gradient is not None:
            v = step.gradient.double().reshape(B, -1) / scale
            top = v.abs().amax(dim=1, keepdim=True)
            unit = v / top.where(top > 0, top.new_ones(()))
            row[:] = (unit.norm(dim=1).log10() + top[:, 0].log10()).cpu().numpy()
    return rows


def _record(name: str, norms: list[np.ndarray], sequences: int) -> LayerRecord:
    T = max(len(run) for run in norms)
    filled = [np.concatenate([run, np.full((T - len(run), run.shape[1]), np.nan)]) for run in norms]
    whole = np.concatenate(filled, axis=1)
    lengths = np.concatenate([np.full(run.shape[1], len(run)) for run in norms])
    chosen = evenly(whole.shape[1], sequences)
    series = {
        "h": whole[:, chosen],
        "length": lengths[chosen].astype(np.int32),
        "sequence": chosen.astype(np.int32),
    }
    about = {"batch": whole.shape[1], "calls": len(norms), "broken": None}
    return LayerRecord(name, 0, 0, float("nan"), about, series)


def evenly(total: int, most: int) -> np.ndarray:
    """At most `most` of the numbers 0 … total-1, evenly spaced, first and last among them."""
    return np.unique(np.linspace(0, total - 1, min(total, most)).round().astype(int))
