"""Opening a file that may be anybody's: read only, only our tables, within limits, and a sentence
where it is something else.

Nothing of the file is ever run: no view, no trigger, no pickled object. Every row that is read is
checked against what it must be before anything of its size is allocated, and what takes too long
is given up.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from rnn_core.recording.schema import (
    APPLICATION,
    DTYPES,
    INDEXES,
    MAX_BLOB,
    MAX_BYTES,
    MAX_TEXT,
    TABLES,
    VERSION,
)

MAGIC = b"SQLite format 3\x00"
SECONDS = 10.0  # for any one question to the file
CHECKED = 64 * 2**20  # bytes up to which every page of one's own file is looked at, too
_TROUBLE = (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError, RecursionError)


class BadRecording(ValueError):
    """The file is no recording, or is damaged; the message says what is wrong with it."""


class Guarded:
    """A read-only connection to a recording.

    stranger: the file is somebody else's and nobody writes to it now: it is opened as immutable,
    and all of it is looked at first. Raises FileNotFoundError and BadRecording.
    """

    def __init__(self, path: Path, *, stranger: bool = False, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self._until = math.inf
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        size = _looked_at(path, max_bytes)
        with self.asking():
            try:
                self._db = self._connect(path, stranger)
            except sqlite3.OperationalError:
                # A process died in the middle of a write, and left what takes it back beside the
                # file. That is done in a copy: the file itself is not ours to change.
                if stranger or not _journal(path).exists():
                    raise
                self._db = self._connect(self._rolled_back(path), False)
            _check_tables(self._db, path.name)
            if stranger or size <= CHECKED:
                answer = self._db.execute("PRAGMA quick_check(1)").fetchone()
                if answer is None or answer[0] != "ok":
                    raise BadRecording(f"{path.name} is damaged: {str(answer and answer[0])[:200]}")

    def close(self) -> None:
        self._db.close()
        if self._copy is not None:
            self._copy.cleanup()

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Within the time limit; what SQLite says becomes a BadRecording."""
        self._until = time.monotonic() + SECONDS
        try:
            yield
        except BadRecording:
            raise
        except _TROUBLE as error:
            if time.monotonic() > self._until:
                why = f"reading it took longer than {SECONDS:g} s, so it was given up"
            else:
                why = str(error)[:200] or type(error).__name__
            raise BadRecording(f"{self.path.name} cannot be read: {why}") from error
        finally:
            self._until = math.inf

    def rows(self, sql: str, values: tuple[Any, ...] = (), *, most: int) -> list[tuple[Any, ...]]:
        """The answer to a question, in at most `most` rows."""
        with self.asking():
            cursor = self._db.execute(sql, values)
            found = cursor.fetchmany(most + 1)
            if len(found) > most:
                raise BadRecording(f"{self.path.name} has more than {most:,} rows for one question")
            return found

    def arrays(self, table: str, record: int, name: str | None = None) -> dict[str, np.ndarray]:
        """The arrays of a record by name, or the one of that name."""
        where = "record = ?" + (" AND name = ?" if name is not None else "")
        values = (record,) if name is None else (record, name)
        told = self.rows(
            f"SELECT rowid, name, dtype, shape, typeof(data), length(data) FROM {table} "
            f"WHERE {where}",
            values,
            most=64,
        )
        found = {}
        for row, called, dtype, shape, kind, length in told:
            wanted = self._shape(called, dtype, shape, kind, length)
            data = self.rows(f"SELECT data FROM {table} WHERE rowid = ?", (row,), most=1)
            with self.asking():
                if not data or len(data[0][0]) != length:
                    raise BadRecording(f"{self.path.name}: the array {called[:50]!r} is gone")
                found[called] = np.frombuffer(data[0][0], dtype).reshape(wanted)
        return found

    def object(self, text: Any) -> dict[str, Any]:
        """A JSON object of the file."""
        with self.asking():
            value = json.loads(self.text(text))
            if not isinstance(value, dict):
                raise BadRecording(f"{self.path.name}: {str(text)[:50]!r} must be an object")
            return value

    def text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise BadRecording(f"{self.path.name}: there must be a text, got {str(value)[:50]!r}")
        return value

    def whole(self, value: Any, low: int, high: int) -> int:
        if not (type(value) is int and low <= value <= high):
            told = str(value)[:50]
            raise BadRecording(
                f"{self.path.name}: a number must be whole, from {low} to {high}, got {told}"
            )
        return value

    def real(self, value: Any) -> float:
        """A float; NULL is NaN."""
        if value is None:
            return math.nan
        if not isinstance(value, int | float):
            raise BadRecording(f"{self.path.name}: there must be a number, got {str(value)[:50]!r}")
        return float(value)

    def _shape(self, name: Any, dtype: Any, shape: Any, kind: Any, length: Any) -> tuple[int, ...]:
        """The shape of an array, if it, the type and the bytes agree."""
        wrong = f"{self.path.name}: the array {str(name)[:50]!r} "
        with self.asking():
            if not isinstance(name, str) or dtype not in DTYPES or kind != "blob":
                raise BadRecording(f"{wrong}is of the type {str(dtype)[:20]!r}, {str(kind)[:20]}")
            sides = json.loads(self.text(shape)[:200])
            fine = isinstance(sides, list) and len(sides) <= 4
            if not (fine and all(type(n) is int and 0 <= n <= MAX_BLOB for n in sides)):
                raise BadRecording(f"{wrong}has the shape {str(shape)[:50]!r}")
            wanted = math.prod(sides) * np.dtype(dtype).itemsize
            if not (type(length) is int and length == wanted <= MAX_BLOB):
                raise BadRecording(
                    f"{wrong}must have {wanted:,} bytes (at most {MAX_BLOB:,}), got {length}"
                )
            return tuple(sides)

    def _connect(self, path: Path, stranger: bool) -> sqlite3.Connection:
        how = "mode=ro&immutable=1" if stranger else "mode=ro"
        uri = f"file:{quote(str(path.absolute()))}?{how}"
        db = sqlite3.connect(uri, uri=True, timeout=5.0, check_same_thread=False)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BLOB + MAX_TEXT)
        db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        db.set_progress_handler(lambda: time.monotonic() > self._until, 10_000)
        for pragma in (
            "trusted_schema=OFF",
            "query_only=ON",
            "cell_size_check=ON",
            "mmap_size=0",
            "cache_size=-8192",
        ):
            db.execute(f"PRAGMA {pragma}")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return db

    def _rolled_back(self, path: Path) -> Path:
        self._copy = tempfile.TemporaryDirectory(prefix="unroll-", ignore_cleanup_errors=True)
        copy = Path(self._copy.name) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(_journal(path), _journal(copy))
        with contextlib.closing(sqlite3.connect(copy)) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return copy


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _looked_at(path: Path, max_bytes: int) -> int:
    """The size of a file that may be a recording; refuses what cannot be one."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise BadRecording(f"{path.name} is no file")
    if found.st_size > max_bytes:
        raise BadRecording(
            f"{path.name} has {found.st_size / 2**20:,.0f} MB, the limit is "
            f"{max_bytes / 2**20:,.0f} MB"
        )
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadRecording(f"{path.name} is no recording: it is not an SQLite file")
    return found.st_size


def _check_tables(db: sqlite3.Connection, file: str) -> None:
    """Our tables, word by word, and nothing else: no view, no trigger, no other column."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION:
        raise BadRecording(f"{file} is an SQLite file, and no recording of Unroll")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if not 1 <= version <= VERSION:
        raise BadRecording(
            f"{file}: its format is {version}, this Unroll reads up to {VERSION}: a newer one made "
            "it"
        )
    found = db.execute("SELECT type, name, sql FROM sqlite_master").fetchmany(64)
    wanted: set[tuple[str, str, str | None]] = {
        ("table", name, sql) for name, sql in TABLES.items()
    }
    wanted |= {("index", name, None) for name in INDEXES}
    for kind, name, sql in found:
        if (kind, name, sql) not in wanted:
            raise BadRecording(
                f"{file} holds the {str(kind)[:10]} {str(name)[:50]!r}, which is none of a "
                "recording’s"
            )
    missing = wanted - set(found)
    if missing:
        raise BadRecording(f"{file} lacks the table {min(name for _, name, _ in missing)!r}")
