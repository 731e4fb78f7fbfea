"""The database of rooms: SQLite in one file, or PostgreSQL where `UNROLL_DB` names one.

`UNROLL_DB` is a URL as SQLAlchemy reads it (sqlite:////srv/rooms.sqlite,
postgresql://user:password@host/name). Without it the file lies in the user's folder for state
($XDG_STATE_HOME, ~/.local/state), or where nothing may be written there, in the one for temporary
files.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from ui.rooms import limits

_WAIT = 5.0  # seconds for a lock, a connection, an answer to a new one
_LOCK = 0x756E726F6C6C  # of PostgreSQL's: one process at a time makes the tables

METADATA = sa.MetaData()


def _times(name: str, **more) -> sa.Column:
    """Seconds since 1970."""
    return sa.Column(name, sa.Double, **more)


def _of(table: str) -> sa.Column:
    key = sa.ForeignKey(f"{table}s.id", ondelete="CASCADE")
    return sa.Column(f"{table}_id", sa.Integer, key, nullable=False)


VERSION = sa.Table("schema_version", METADATA, sa.Column("number", sa.Integer, nullable=False))

# version: one more at every change of anything in the room, so that a look at one number says
# whether there is anything new.
ROOMS = sa.Table(
    "rooms",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(4), nullable=False, unique=True),
    sa.Column("host", sa.String(64), nullable=False),
    sa.Column("nicknames", sa.Boolean, nullable=False),
    sa.Column("locked", sa.Boolean, nullable=False, default=False),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    _times("ends_at", nullable=False, index=True),
)

# number: by which a student without a nickname is known, from 1. called: the nickname as it is
# compared, NULL without one, and any number of students has that.
STUDENTS = sa.Table(
    "students",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _of("room"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("nickname", sa.String(limits.NICKNAME)),
    sa.Column("called", sa.String(4 * limits.NICKNAME)),
    sa.UniqueConstraint("room_id", "token"),
    sa.UniqueConstraint("room_id", "called"),
)

# asked and truth: JSON, what everybody may see, and what nobody may see before revealed_at.
ROUNDS = sa.Table(
    "rounds",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _of("room"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("question", sa.String(20), nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("truth", sa.Text, nullable=False),
    _times("revealed_at"),
    sa.UniqueConstraint("room_id", "number"),
)

# value: JSON. One answer of a student to a round: the constraint decides between two at once.
ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _of("round"),
    _of("student"),
    sa.Column("value", sa.String(60), nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.UniqueConstraint("round_id", "student_id"),
)


def _tables(connection: sa.Connection) -> None:
    METADATA.create_all(connection)


# From each version of the tables to the next; a room lasts a day, but a server is renewed any time.
STEPS = (_tables,)


class Unusable(Exception):
    """The database cannot be used; the sentence says why."""


class Database:
    """A database with the tables in it. Its methods wait for it: they belong into threads.

    Raises Unusable for a URL, a driver or a version of the tables that cannot be used.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._bring_up_to_date()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of everything."""
        with self.engine.connect() as connection:
            yield connection.execution_options(unroll_reads=True)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: all of the block or, where it raises, nothing."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.writing() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            VERSION.create(connection, checkfirst=True)
            found = connection.execute(sa.select(VERSION.c.number)).scalar()
            if found is None:
                connection.execute(VERSION.insert().values(number=0))
            if (found or 0) > len(STEPS):
                raise Unusable(
                    f"The tables of rooms are of version {found}, made by a newer Unroll; this one "
                    f"knows version {len(STEPS)}."
                )
            for step in STEPS[found or 0 :]:
                step(connection)
            connection.execute(VERSION.update().values(number=len(STEPS)))


def _engine(url: str) -> sa.Engine:
    try:
        # As others write it.
        parsed = sa.make_url(url.replace("postgres://", "postgresql://", 1))
        kind = parsed.get_backend_name()
        if kind == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
    except (sa.exc.ArgumentError, ValueError) as error:
        raise Unusable(
            "UNROLL_DB must be a URL such as sqlite:////srv/rooms.sqlite or "
            "postgresql://user:password@host/name."
        ) from error
    if kind == "sqlite":
        return _sqlite(parsed)
    if kind != "postgresql":
        raise Unusable(f"UNROLL_DB must name sqlite or postgresql, got {kind}.")
    try:
        return sa.create_engine(
            parsed,
            pool_size=limits.THREADS,
            max_overflow=0,
            pool_timeout=_WAIT,
            connect_args={"connect_timeout": int(_WAIT)},
        )
    except ImportError as error:
        raise Unusable(
            "UNROLL_DB names PostgreSQL, which needs psycopg: pip install 'psycopg[binary]'."
        ) from error


def _sqlite(url: sa.URL) -> sa.Engine:
    """Several processes write to one file: in turn, and readers wait for nobody (WAL)."""
    if not url.database or url.database == ":memory:":
        raise Unusable("UNROLL_DB must name a file: sqlite:////srv/rooms.sqlite.")
    engine = sa.create_engine(
        url,
        connect_args={"timeout": _WAIT, "check_same_thread": False},
        pool_size=limits.THREADS,
        max_overflow=0,
        pool_timeout=_WAIT,
    )

    @sa.event.listens_for(engine, "connect")
    def connected(connection, _record) -> None:
        connection.isolation_level = None  # transactions begin where `begun` says so
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        # A transaction that reads first and then wants to write would be refused where another
        # has written meanwhile: the turn to write is taken at its beginning.
        reads = connection.get_execution_options().get("unroll_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def default_url() -> str:
    """Of this server: `UNROLL_DB`, or a file."""
    return os.environ.get("UNROLL_DB", "").strip() or f"sqlite:///{_folder() / 'rooms.sqlite'}"


def _folder() -> Path:
    """Where the file lies, for this user alone."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folders = [Path(tempfile.gettempdir()) / f"unroll-{user}"]
    with suppress(RuntimeError):  # a user without a home
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        folders.insert(0, Path(state) / "unroll")
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        if not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid():
            return folder
    raise Unusable(
        "No folder for the database of rooms can be written to: name one in UNROLL_DB, "
        "sqlite:////srv/rooms.sqlite."
    )


@functools.lru_cache(maxsize=1)
def of_server() -> Database:
    """The database of this process, opened once it is asked for. One that cannot be used now may be
    later: nothing is remembered then."""
    return Database(default_url())
