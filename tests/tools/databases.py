"""Databases for the tests of rooms: a file of SQLite, and a PostgreSQL server of their own.

PostgreSQL is Debian's package `postgresql`. Missing, the tests that want it are skipped by name, or
fail under REQUIRE_POSTGRES=1. `python -m tests.tools.databases` succeeds where there is one.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.server import free_port

NOBODY = "nobody"  # PostgreSQL refuses to run as root


def find_postgres() -> Path | None:
    """The folder of its programs: $POSTGRES, the PATH's, or the newest of Debian's."""
    named = [os.environ[name] for name in ("POSTGRES",) if os.environ.get(name)]
    if found := shutil.which("initdb"):
        named.append(str(Path(found).resolve().parent))
    named += sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return next((Path(each) for each in named if (Path(each) / "pg_ctl").exists()), None)


@contextmanager
def postgres() -> Iterator[str]:
    """A server with an empty database; yields its URL."""
    programs = find_postgres()
    if programs is None:
        message = "no PostgreSQL found: install Debian's postgresql, or name its bin in $POSTGRES"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(f"REQUIRE_POSTGRES=1, but {message}", pytrace=False)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="unroll-postgres-"))
    as_root = hasattr(os, "getuid") and os.getuid() == 0
    more = {"user": NOBODY, "extra_groups": []} if as_root else {}
    if as_root:
        shutil.chown(folder, NOBODY)

    def run(program: str, *arguments: object) -> None:
        subprocess.run(
            [programs / program, *map(str, arguments)],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
            **more,
        )

    data, port = folder / "data", free_port()
    run("initdb", "-D", data, "-U", "unroll", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
    run("pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql://unroll@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(find_postgres() is None)
