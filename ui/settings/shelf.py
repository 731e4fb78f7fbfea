"""The recordings that can be looked at by name: the examples that come along, and those of one
folder, whose path the environment names in UNROLL_RUNS (or the one file that it names).

A name is the name of a file that lies there now, and of nothing else: no path leaves the folder,
not by way of a link in it either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

RUNS = "UNROLL_RUNS"
SUFFIX = ".unroll"
MOST = 200  # files of a folder, the newest
FOLDER = Path(__file__).resolve().parents[1] / "your_model" / "examples"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A recording that comes along: what its button says, and what to look at."""

    label: str
    look: str


# Made by deploy/record_examples.py; a file of the name lies in FOLDER.
EXAMPLES: dict[str, Example] = {
    "forgets": Example(
        label="A memory that forgets",
        look="Do the first and the last symbol agree? Two LSTM layers, both ways, never learn it.",
    ),
    "breaks": Example(
        label="A model that breaks",
        look="A GRU, a text, a learning rate that grows: its last record is not finite.",
    ),
}


@dataclass(frozen=True)
class Offered:
    """A file that can be looked at, and what it is called on screen. grows: a training may be
    writing to it."""

    path: Path
    label: str
    grows: bool


class Shelf(Mapping[str, Offered]):
    """Examples and runs by name, as they are at the moment of asking."""

    def __getitem__(self, name: str) -> Offered:
        if name in EXAMPLES:
            return Offered(FOLDER / f"{name}{SUFFIX}", EXAMPLES[name].label, False)
        return Offered(runs()[name], name, True)

    def __iter__(self) -> Iterator[str]:
        yield from EXAMPLES
        yield from runs()

    def __len__(self) -> int:
        return len(EXAMPLES) + len(runs())


SHELF = Shelf()


def runs() -> dict[str, Path]:
    """The files that UNROLL_RUNS names, the newest first; {} where it names none."""
    named = os.environ.get(RUNS)
    if not named:
        return {}
    place = Path(named).absolute()
    if place.is_file():
        return {place.name: place}
    try:
        within = place.resolve(strict=True)
        files = [path for path in place.iterdir() if path.name.endswith(SUFFIX)]
        inside = [path for path in files if path.is_file() and path.resolve().parent == within]
        inside.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return {}
    return {path.name: path for path in inside[:MOST]}
