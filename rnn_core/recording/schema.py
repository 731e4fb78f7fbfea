"""The file: SQLite, and these tables in it and no others.

    run      what the training is, by name
    module   what is tapped, with PyTorch's settings of it as JSON
    moment   each update's loss, gradient norm before clipping, and learning rate
    record   one layer and direction in one recorded update; what is known of it as JSON
    series   its arrays: little-endian numbers, row by row, with type and shape
    tape     the arrays of a whole pass, of few updates

Updates are counted from 1. A number that is no number is NULL.
"""

from __future__ import annotations

APPLICATION = 0x556E726C  # "Unrl": what the file says it is
VERSION = 1  # of these tables; a file of a later one is refused, an earlier one is read

TABLES: dict[str, str] = {
    "run": "CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "module": "CREATE TABLE module (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
    "kind TEXT NOT NULL, settings TEXT NOT NULL)",
    "moment": "CREATE TABLE moment (step INTEGER PRIMARY KEY, loss REAL, grad_norm REAL, "
    "learning_rate REAL)",
    "record": "CREATE TABLE record (id INTEGER PRIMARY KEY, step INTEGER NOT NULL, "
    "module INTEGER NOT NULL, layer INTEGER NOT NULL, direction INTEGER NOT NULL, "
    '"check" REAL, about TEXT NOT NULL)',
    "series": "CREATE TABLE series (record INTEGER NOT NULL, name TEXT NOT NULL, "
    "dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (record, name))",
    "tape": "CREATE TABLE tape (record INTEGER NOT NULL, name TEXT NOT NULL, "
    "dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (record, name))",
}
# What SQLite makes of the keys by itself.
INDEXES = tuple(f"sqlite_autoindex_{name}_1" for name in ("run", "series", "tape"))

DTYPES = ("<f4", "<f8", "<i4")
# More than any recording needs, and less than would trouble a machine that shows a stranger's.
MAX_BYTES = 4 * 2**30  # of a file; an upload has a smaller limit of its own
MAX_BLOB = 64 * 2**20
MAX_TEXT = 2**16
MAX_ROWS = 1_000_000  # read of one table
MAX_MODULES = 1_000
