"""Writer: appends to the file while the training runs.

One transaction for each recorded update, so that a process that dies loses at most the update under
way. A reader holds the file for milliseconds; one that holds it longer makes the writer come back
later, never the training wait for more than a moment.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core.recording.layer_record import LayerRecord
from rnn_core.recording.schema import APPLICATION, DTYPES, TABLES, VERSION

PATIENCE = 0.5  # seconds for a reader to let go
WAITING = 16  # recorded updates that wait in memory for it
MOMENTS_EVERY = 5.0  # seconds, between records
TAPE_EVERY = 2.0  # seconds: how often the latest tape is put in place of the one before


class Writer:
    """The file `path`, which must not be there yet. Raises FileExistsError, OSError."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        run: Mapping[str, str],
        modules: Iterable[tuple[str, str, Mapping[str, Any]]],
        *,
        keep_tapes: int = 1,
    ) -> None:
        self.path = Path(path)
        if self.path.exists():
            raise FileExistsError(
                f"{self.path} is there already; give the recording another name, or say "
                "overwrite=True"
            )
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"{self.path} cannot be made: there is no {self.path.parent}")
        self.keep_tapes = keep_tapes
        self._moments: list[tuple[Any, ...]] = []
        self._waiting: list[tuple[int, list[LayerRecord]]] = []
        self._moments_at = self._tape_at = -math.inf
        # The tape of the newest record, where it has not been written: that is done in the end.
        self._late: tuple[int, list[tuple[int | None, Mapping[str, np.ndarray]]]] | None = None
        self._latest: list[int] = []  # updates whose tape is there as one of the latest
        self._kept: dict[str, int] = {}  # those whose tape stays: "first", "worst", "broken"
        self._worst = -1.0
        self._db = sqlite3.connect(
            self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._db.execute(f"PRAGMA application_id={APPLICATION}")
        self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("BEGIN")
        for table in TABLES.values():
            self._db.execute(table)
        self._db.executemany("INSERT INTO run VALUES (?, ?)", run.items())
        rows = [(name, kind, _json(settings)) for name, kind, settings in modules]
        self._db.executemany("INSERT INTO module (name, kind, settings) VALUES (?, ?, ?)", rows)
        self._modules = {name: k + 1 for k, (name, _, _) in enumerate(rows)}
        self._db.execute("COMMIT")

    def add_module(self, name: str, kind: str, settings: Mapping[str, Any]) -> None:
        """A module that is known only now: a state that the model marks itself."""
        if name in self._modules:
            return
        self._db.execute(
            "INSERT INTO module (name, kind, settings) VALUES (?, ?, ?)",
            (name, kind, _json(settings)),
        )
        self._modules[name] = len(self._modules) + 1

    def moment(
        self,
        step: int,
        loss: float | None,
        grad_norm: float | None,
        learning_rate: float | None,
    ) -> None:
        """An update is over; written with the next record, or after some seconds."""
        self._moments.append((step, loss, grad_norm, learning_rate))
        if not self._waiting and time.monotonic() - self._moments_at > MOMENTS_EVERY:
            self._write([])

    def records(self, step: int, records: list[LayerRecord]) -> bool:
        """A recorded update; False where it must wait for a reader to let go of the file."""
        self._waiting = [*self._waiting, (step, records)][-WAITING:]
        done = self._write(self._waiting)
        if done:
            self._waiting = []
        return done

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        try:
            if self._write(self._waiting) and self._late is not None and self.keep_tapes:
                step, tapes = self._late
                self._db.execute("BEGIN IMMEDIATE")
                self._latest = [*self._latest, step][-self.keep_tapes :]
                self._drop_tapes()
                for record, tape in tapes:
                    self._arrays("tape", record, tape)
                self._db.execute("COMMIT")
        finally:
            self._db.close()

    def _write(self, waiting: list[tuple[int, list[LayerRecord]]]) -> bool:
        state = (list(self._latest), dict(self._kept), self._worst, self._tape_at)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for step, records in waiting:
                self._put(step, records)
            self._db.executemany("INSERT OR REPLACE INTO moment VALUES (?, ?, ?, ?)", self._moments)
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._latest, self._kept, self._worst, self._tape_at = state
            if "locked" in str(error):
                return False
            raise
        self._moments = []
        self._moments_at = time.monotonic()
        return True

    def _put(self, step: int, records: list[LayerRecord]) -> None:
        tape = self._tape_stays(step, records)
        late: list[tuple[int | None, Mapping[str, np.ndarray]]] = []
        for one in records:
            check = one.check if math.isfinite(one.check) else None
            where = (step, self._modules[one.module], one.layer, one.direction)
            cursor = self._db.execute(
                'INSERT INTO record (step, module, layer, direction, "check", about) '
                "VALUES (?, ?, ?, ?, ?, ?)",
                (*where, check, _json(one.about)),
            )
            self._arrays("series", cursor.lastrowid, one.series)
            if tape:
                self._arrays("tape", cursor.lastrowid, one.tape)
            else:
                late.append((cursor.lastrowid, one.tape))
        self._late = None if tape else (step, late)

    def _arrays(self, table: str, record: int | None, arrays: Mapping[str, np.ndarray]) -> None:
        rows = []
        for name, array in arrays.items():
            dtype = array.dtype.newbyteorder("<").str
            if dtype not in DTYPES:
                raise TypeError(f"{name} must be one of {', '.join(DTYPES)}, got {dtype}")
            data = np.ascontiguousarray(array, dtype).tobytes()
            rows.append((record, name, dtype, _json(list(array.shape)), data))
        self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", rows)

    def _tape_stays(self, step: int, records: list[LayerRecord]) -> bool:
        """Whether this update's tape is written; takes out those that it replaces."""
        if not any(one.tape for one in records):
            return False
        stays = False
        if "first" not in self._kept:
            self._kept["first"] = step
            stays = True
        if "broken" not in self._kept and any(one.about.get("broken") for one in records):
            self._kept["broken"] = step
            stays = True
        # Not for every small step on a long way down.
        if (size := max(map(_loss_of_size, records))) > 1.1 * self._worst + 0.1:
            self._kept["worst"] = step
            stays = True
            self._worst = size
        if self.keep_tapes and time.monotonic() - self._tape_at > TAPE_EVERY:
            self._latest = [*self._latest, step][-self.keep_tapes :]
            self._tape_at = time.monotonic()
            stays = True
        if stays:
            self._drop_tapes()
        return stays

    def _drop_tapes(self) -> None:
        """Those of no update that is wanted any more."""
        wanted = {*self._kept.values(), *self._latest}
        marks = ", ".join("?" * len(wanted))
        self._db.execute(
            f"DELETE FROM tape WHERE record IN (SELECT id FROM record WHERE step NOT IN ({marks}))",
            tuple(wanted),
        )


def _loss_of_size(record: LayerRecord) -> float:
    """How far the norms go apart, in decades: what makes a record the worst."""
    norms = record.series.get("h")
    if norms is None:
        return 0.0
    seen = norms[np.isfinite(norms)]
    return float(seen.max() - seen.min()) if seen.size else 0.0


def _json(value: object) -> str:
    """JSON without NaN, which is not part of it."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
