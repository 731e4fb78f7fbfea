"""Checking completion codes, a list at a time: a line each, as a learning platform exports them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ui.lessons import signing
from ui.settings import lessons

MOST_LINES = 1000
COLUMNS = ("line", "name", "date", "lessons", "of", "score", "missing", "trouble")


@dataclass(frozen=True)
class Checked:
    """What a line says. `given` is the line without its code; `trouble` says why it is no code."""

    line: int
    given: str
    found: signing.Completion | None
    trouble: str

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of a table, by COLUMNS."""
        if self.found is None:
            return (str(self.line), self.given, "", "", "", "", "", self.trouble)
        course = list(lessons.of_the_course())
        met = {name for name, _, _ in self.found.receipts}
        missing = [name for name in course if name not in met]
        return (
            str(self.line),
            self.found.name,
            self.found.day.isoformat(),
            str(self.found.lessons),
            str(len(course)),
            str(self.found.score),
            ", ".join(missing),
            self.trouble,
        )


def check_lines(text: str) -> list[Checked]:
    """Every line that is not empty, MOST_LINES at most. The code is the last column; what stands
    before it, a name perhaps, is compared with the name in the code."""
    found, seen = [], dict[str, int]()
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    for n, line in lines[:MOST_LINES]:
        *before, code = re.split(r"[,;\t]", line.strip().strip('"'))
        given = " ".join(" ".join(before).split())[:80]
        try:
            one = signing.check(code.strip().strip('"'))
        except signing.Refused as refused:
            found.append(Checked(n, given, None, f"no valid code: {refused}"))
            continue
        plain = signing.plain(code)
        trouble = ""
        if plain in seen:
            trouble = f"the same code as line {seen[plain]}"
        elif given and given.casefold() != one.name.casefold():
            trouble = f"handed in as “{given}”"
        seen.setdefault(plain, n)
        found.append(Checked(n, given, one, trouble))
    if len(lines) > MOST_LINES:
        n = lines[MOST_LINES][0]
        why = f"only {MOST_LINES} lines are checked at a time, from here on none"
        found.append(Checked(n, "", None, why))
    return found


def as_csv(rows: Iterable[Checked]) -> str:
    """The rows as a CSV file, with a head."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells for row in rows)
    return out.getvalue()
