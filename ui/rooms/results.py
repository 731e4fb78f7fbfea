"""The answers of a room as CSV."""

from __future__ import annotations

import csv
import io

from ui.rooms.rooms import Rooms

COLUMNS = (
    "round",
    "question",
    "about",
    "truth",
    "student",
    "answer",
    "right",
    "points",
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def _text(value: object) -> str:
    """A cell; one that a spreadsheet would take for a formula begins with an apostrophe."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def as_csv(rooms: Rooms, code: str, token: str) -> str:
    """A line for every answer to a revealed round. What it was about is a link within the app, by
    which it is seen again; numbers of the question with a log slider are log₁₀."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in rooms.results(code, token):
        kind, truth, steps = one["kind"], one["truth"]["value"], one["asked"]["steps"]
        value = one["value"]
        writer.writerow(
            [
                one["number"],
                kind.name,
                one["truth"]["link"],
                "never" if truth is None else truth,
                _text(one["student"].name),
                "never" if value is None else value,
                "yes" if kind.right(value, truth, steps) else "no",
                one["points"],
            ]
        )
    return out.getvalue()
