"""Recording: a file of the tap, opened for reading; while it is written too, and then it grows."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core.recording.findings import Finding, findings
from rnn_core.recording.guard import BadRecording, Guarded
from rnn_core.recording.layer_reading import Gates, LayerReading
from rnn_core.recording.page import framed, page
from rnn_core.recording.schema import MAX_BYTES, MAX_MODULES, MAX_ROWS
from rnn_core.recording.tape import Tape
from rnn_core.recording.told import told

LAYERS = 4096  # more than any network has, and few enough to count through


@dataclass(frozen=True)
class Module:
    """A tapped module: PyTorch's kind of it ("LSTM", "GRUCell", "state") and its settings."""

    name: str
    kind: str
    settings: dict[str, Any]
    number: int  # of its row


@dataclass(frozen=True, eq=False)
class Moments:
    """Every update's numbers (U,), NaN where none was given; `step` counts from 1."""

    step: np.ndarray
    loss: np.ndarray
    grad_norm: np.ndarray
    learning_rate: np.ndarray


class Recording:
    """A recording, read as it is asked: one that is being written shows what is there by then.

    Everything in the file is checked before it is used; what is wrong raises BadRecording with a
    sentence. `step` is a place among `steps`: 0 the first recorded update, -1 the latest.
    """

    def __init__(self, file: Guarded) -> None:
        self._file = file

    @staticmethod
    def open(
        path: str | os.PathLike[str], *, stranger: bool = False, max_bytes: int = MAX_BYTES
    ) -> Recording:
        """Open the file `path`, of at most `max_bytes`.

        stranger: somebody else made it and nobody writes to it now; all of it is looked at first.
        Raises FileNotFoundError, and BadRecording for what is no recording, or a damaged one.
        """
        return Recording(Guarded(Path(path), stranger=stranger, max_bytes=max_bytes))

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # -- what there is

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._file.path.name

    @property
    def run(self) -> dict[str, str]:
        """What the training is: model, torch, unroll, every, started, max_norm."""
        rows = self._file.rows("SELECT name, value FROM run", most=100)
        return {self._file.text(name): self._file.text(value) for name, value in rows}

    @property
    def modules(self) -> dict[str, Module]:
        """The tapped modules by name, in the model's order."""
        ask = "SELECT id, name, kind, settings FROM module ORDER BY id"
        found = {}
        for number, name, kind, settings in self._file.rows(ask, most=MAX_MODULES):
            named = self._file.text(name)
            found[named] = Module(named, self._file.text(kind), self._file.object(settings), number)
        return found

    @property
    def steps(self) -> list[int]:
        """The recorded updates, counted from 1."""
        rows = self._file.rows("SELECT DISTINCT step FROM record ORDER BY step", most=MAX_ROWS)
        return [self._file.whole(step, 1, 2**53) for (step,) in rows]

    @property
    def moments(self) -> Moments:
        """Loss, gradient norm before clipping and learning rate of every update."""
        ask = "SELECT step, loss, grad_norm, learning_rate FROM moment ORDER BY step"
        rows = self._file.rows(ask, most=MAX_ROWS)
        steps = np.array([self._file.whole(row[0], 1, 2**53) for row in rows], dtype=int)
        values = [[self._file.real(row[k]) for row in rows] for k in (1, 2, 3)]
        return Moments(steps, *(np.array(v, dtype=float) for v in values))

    def layers(self, module: str, step: int = -1) -> list[tuple[int, int]]:
        """The (layer, direction) that a record of `module` has."""
        return sorted((layer, way) for _, layer, way, _, _ in self._records(module, step))

    # -- one record

    def log10_norms(
        self, module: str, *, layer: int = 0, direction: int = 0, step: int = -1, of: str = "h"
    ) -> np.ndarray:
        """log₁₀ ‖∂L/∂h_t‖ (T, n) of the kept sequences, NaN beyond a sequence's length, -inf where
        it is exactly 0. of: "h", "c" (an LSTM's), "direct", "W_h", "W_x", see `LayerRecord`.

        Raises KeyError for a module, layer or series that is not there, IndexError for a step.
        """
        record = self._record(module, layer, direction, step)
        return self._within(self._one(record, module, of), of, self._about(record[4]))

    def _within(self, found: np.ndarray, of: str, about: dict[str, Any]) -> np.ndarray:
        """A series (T, n), NaN beyond the lengths that the training told."""
        if found.ndim != 2:
            raise BadRecording(f"{self.name}: {of} must be (T, n), got the shape {found.shape}")
        lengths = about.get("lengths")
        found = np.array(found)
        if lengths is not None:
            with self._file.asking():
                ends = np.asarray(lengths, dtype=float).reshape(found.shape[1])
                found[np.arange(len(found))[:, None] >= ends] = np.nan
        return found

    def series(
        self, module: str, name: str, *, layer: int = 0, direction: int = 0, step: int = -1
    ) -> np.ndarray:
        """An array of a record as it was written; its names stand at `LayerRecord`."""
        return self._one(self._record(module, layer, direction, step), module, name)

    def _one(self, record: tuple[Any, ...], module: str, name: str) -> np.ndarray:
        found = self._file.arrays("series", record[0], name)
        if name not in found:
            raise KeyError(f"{module}, layer {record[1]} has no series {name!r} here")
        return found[name]

    def all_series(
        self, module: str, *, layer: int = 0, direction: int = 0, step: int = -1
    ) -> dict[str, np.ndarray]:
        """Every array of a record by name."""
        record = self._record(module, layer, direction, step)
        return self._file.arrays("series", record[0])

    def about(
        self, module: str, *, layer: int = 0, direction: int = 0, step: int = -1
    ) -> dict[str, Any]:
        """What else is known of a record: checks, norm, batch, calls, scale, state_given …"""
        return self._about(self._record(module, layer, direction, step)[4])

    def check(self, module: str, *, step: int = -1) -> float:
        """The largest relative difference of Σ_t of our terms from PyTorch's own .grad, over the
        module's layers, directions, weights and biases; NaN where none has a gradient."""
        found = [self._file.real(check) for *_, check, _ in self._records(module, step)]
        known = [value for value in found if not math.isnan(value)]
        return max(known, default=math.nan)

    def tape(
        self, module: str, *, layer: int = 0, direction: int = 0, step: int = -1
    ) -> Tape | None:
        """What it takes to run some sequences of a record again; None where it was not kept."""
        record = self._record(module, layer, direction, step)
        arrays = self._file.arrays("tape", record[0])
        if not arrays:
            return None
        one = self.modules[module]
        with self._file.asking():
            return Tape.of(one.kind, one.settings, direction, arrays)

    @property
    def tapes(self) -> list[int]:
        """The updates of which a tape was kept, counted from 1."""
        ask = (
            "SELECT DISTINCT step FROM record WHERE id IN (SELECT DISTINCT record FROM tape) "
            "ORDER BY step"
        )
        rows = self._file.rows(ask, most=MAX_ROWS)
        return [self._file.whole(step, 1, 2**53) for (step,) in rows]

    # -- what it says

    def reading(
        self, module: str, *, layer: int = 0, direction: int = 0, step: int = -1
    ) -> LayerReading:
        """The verdict on one layer in one update, its horizon against the length, its gates."""
        record = self._record(module, layer, direction, step)
        series = self._file.arrays("series", record[0])
        if "h" not in series:
            raise BadRecording(f"{self.name}: a record of {module} has lost its norms")
        about = self._about(record[4])
        norms = self._within(series["h"], "h", about)
        updates = self.steps
        return LayerReading(
            module=module,
            kind=self.modules[module].kind,
            layer=layer,
            direction=direction,
            step=updates[step],
            norms=norms,
            last=self._like(series.get("last"), norms),
            c_norms=self._like(series.get("c"), norms),
            direct=self._like(series.get("direct"), norms),
            terms=self._like(series.get("W_h"), norms),
            input_terms=self._like(series.get("W_x"), norms),
            gates=Gates.of(series),
            check=self._file.real(record[3]),
            about=about,
        )

    def readings(self, step: int = -1) -> list[LayerReading]:
        """Of every layer and direction that has a record of that update, in the model's order."""
        found = []
        for module in self.modules:
            for layer, direction in self.layers(module, step):
                found.append(self.reading(module, layer=layer, direction=direction, step=step))
        return found

    def doctor(self) -> list[Finding]:
        """What is wrong, with its evidence and what to change; [] if nothing is seen.

        The worst first. Each record of the latest ones counts, and the first that broke.
        """
        return findings(self)

    def first_broken(self) -> LayerReading | None:
        """The layer with the first number that was not finite, of the first record that has one:
        on the way forward the lowest layer, else on the way back the highest."""
        ask = (
            "SELECT step, module, layer, direction, about FROM record "
            "WHERE instr(about, '\"broken\": {') ORDER BY step LIMIT 100"
        )
        rows = self._file.rows(ask, most=100)
        rows = [row for row in rows if row[0] == rows[0][0]]
        if not rows:
            return None

        def order(row: tuple[Any, ...]) -> tuple[bool, int]:
            broken = self._about(row[4]).get("broken")
            back = broken is not None and broken["way"] == "back"
            layer = self._file.whole(row[2], 0, LAYERS)
            return back, -layer if back else layer

        step, number, layer, direction, _ = min(rows, key=order)
        named = {one.number: name for name, one in self.modules.items()}
        if number not in named:
            raise BadRecording(f"{self.name}: a record is of no module")
        at = self.steps.index(self._file.whole(step, 1, 2**53))
        return self.reading(named[number], layer=layer, direction=direction, step=at)

    def scalars(self) -> dict[str, float]:
        """The latest record in plain numbers by "unroll/<module>/<layer>/<what>", for a tracker:

        horizon (steps back until the norm is below 1/1000; the length where it never is), factor
        (of one step back), ratio (log₁₀ of what arrives at the far end), share_of_last_5 (of the
        terms of ∂L/∂W_h), check; "unroll/grad_norm" before clipping. What is not finite is left
        out.
        """
        found: dict[str, float] = {}
        for one in self.readings() if self.steps else []:
            found |= {f"unroll/{one.path}/{name}": value for name, value in one.scalars.items()}
        norms = self.moments.grad_norm
        if len(norms):
            found["unroll/grad_norm"] = float(norms[-1])
        return {name: value for name, value in found.items() if math.isfinite(value)}

    def told(self) -> str:
        """The reading as text of 80 columns: what `unroll doctor` prints."""
        return told(self, self.name, self.doctor())

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write a page that opens anywhere: one HTML file, no server, no network."""
        Path(path).write_text(self.html(), encoding="utf-8")

    def html(self) -> str:
        """The text of that page."""
        return page(self, self.doctor())

    def _repr_html_(self) -> str:
        """The same in a notebook, and in what it is exported to."""
        return framed(self.html())

    # -- rows

    def _about(self, text: Any) -> dict[str, Any]:
        """The JSON of a record, each value of its type."""
        found = self._file.object(text)
        broken, lengths = found.get("broken"), found.get("lengths")
        fine = found.get("norm") is None or isinstance(found["norm"], int | float)
        if broken is not None:
            fine = fine and isinstance(broken, dict)
            fine = fine and all(isinstance(broken.get(k), str) for k in ("way", "what"))
            fine = fine and all(type(broken.get(k)) is int for k in ("t", "sequence"))
        if lengths is not None:
            fine = fine and isinstance(lengths, list)
            fine = fine and all(type(n) is int and 0 < n < 2**31 for n in lengths)
        if not fine:
            raise BadRecording(f"{self.name}: a record has {str(text)[:80]!r}")
        return found

    def _like(self, array: np.ndarray | None, norms: np.ndarray) -> np.ndarray | None:
        """A series of the shape of the norms, NaN where they are."""
        if array is None:
            return None
        if array.shape != norms.shape:
            raise BadRecording(
                f"{self.name}: a series must be {norms.shape} like h, got {array.shape}"
            )
        return np.where(np.isnan(norms), np.nan, array)

    def _records(self, module: str, step: int) -> list[tuple[Any, ...]]:
        """(id, layer, direction, check, about) of each record of a module in an update."""
        known = self.modules
        if module not in known:
            raise KeyError(f"there is no module {module!r}; there are {', '.join(known)}")
        updates = self.steps
        if not -len(updates) <= step < len(updates):
            raise IndexError(f"step must be a place among {len(updates)} records, got {step}")
        ask = (
            'SELECT id, layer, direction, "check", about FROM record WHERE step = ? AND module = ?'
        )
        rows = self._file.rows(ask, (updates[step], known[module].number), most=LAYERS)
        for row in rows:
            self._file.whole(row[1], 0, LAYERS)
            self._file.whole(row[2], 0, 1)
        return rows

    def _record(self, module: str, layer: int, direction: int, step: int) -> tuple[Any, ...]:
        for row in self._records(module, step):
            if row[1:3] == (layer, direction):
                return row
        raise KeyError(f"{module} has no layer {layer}, direction {direction} in that record")
