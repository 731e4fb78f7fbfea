"""`unroll lesson`: for who writes lessons, and for who checks what a class has met.

unroll lesson new FILE       a template, to be filled
unroll lesson check FILE …   what is wrong, by line and field; then the start and the solution
                             are tried
unroll lesson verify FILE    the completion codes of a class, one a line; - reads what is piped
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

COMMAND = "lesson"
WRONG = 1  # exit code where something is not as it should be


def run(arguments: list[str], app: Path) -> int:
    """Do what `unroll lesson …` asks for, with the app that lies in the folder `app`; the exit
    code."""
    asked = _options().parse_args(arguments)
    sys.path.insert(0, str(app))  # of a wheel it is a folder of its own
    logging.disable(logging.WARNING)  # Streamlit's remarks that no page runs
    return {"new": _new, "check": _check, "verify": _verify}[asked.what](asked)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unroll lesson",
        description="Write and check lessons, and the completion codes of a class.",
        epilog="The app shows the lessons of the folder that UNROLL_LESSONS names.",
    )
    what = parser.add_subparsers(dest="what", required=True)
    new = what.add_parser("new", help="write a template")
    new.add_argument("file", type=Path, help="such as lessons/01-my-question.md")
    check = what.add_parser("check", help="say what is wrong with lessons")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.add_argument("--no-run", action="store_true", help="read the files, compute nothing")
    verify = what.add_parser("verify", help="check completion codes; needs UNROLL_SECRET")
    verify.add_argument("file", help="a file with a code on each line; - for standard input")
    verify.add_argument("--csv", action="store_true", help="print a CSV table")
    return parser


def _new(asked: argparse.Namespace) -> int:
    from ui.lessons.template import TEMPLATE
    from ui.settings import lessons

    file: Path = asked.file
    if lessons.name_of(file) is None:
        return _said(f"“{file.name}” must be {lessons.RULE}, and end in {lessons.SUFFIX}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(TEMPLATE)
    except FileExistsError:
        return _said(f"{file} is there already, and is left as it is")
    except OSError as error:
        return _said(f"{file} cannot be written: {error.strerror}")
    print(f"{file} is written. Fill it in, then: unroll lesson check {file}")
    return 0


def _check(asked: argparse.Namespace) -> int:
    # Not before the files have been read: it takes a second to import.
    from ui.lessons.lesson import BadLesson, read

    wrong = 0
    for file in asked.files:
        try:
            lesson = read(file)
        except OSError as error:
            wrong += _said(f"{file}: {error.strerror}")
            continue
        except BadLesson as bad:
            for problem in bad.problems:
                print(f"{file}:{problem.line}: {problem.field}: {problem.why}")
            wrong += 1
            continue
        faults = [] if asked.no_run else _tried(lesson)
        for fault in faults:
            print(f"{file}: {fault}")
        if not faults:
            print(f"{file}: “{lesson.title}” can be shown beside “{lesson.page.title}”")
        wrong += bool(faults)
    return WRONG if wrong else 0


def _tried(lesson) -> list[str]:
    from ui.answers.lessons import computes
    from ui.lessons.trying import tried

    found = tried(lesson, computes(lesson.page.name))
    for name, one in (("start", found.start), ("solution", found.solution)):
        for condition in one.conditions if one else ():
            print(f"  {name}: {condition.wanted}; now {condition.now}")
    return found.faults


def _verify(asked: argparse.Namespace) -> int:
    from ui.lessons import checking, signing

    if not signing.lasting():
        least = signing.LEAST_SECRET
        return _said(f"{signing.SECRET} must hold the host’s secret, {least} characters or more")
    try:
        text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text("utf-8")
    except OSError as error:
        return _said(f"{asked.file}: {error.strerror}")
    except UnicodeDecodeError:
        return _said(f"{asked.file} is not written in UTF-8")
    rows = checking.check_lines(text)
    if asked.csv:
        print(checking.as_csv(rows), end="")
    else:
        for row in rows:
            print(_line(row))
    return 0 if rows and all(row.found and not row.trouble for row in rows) else WRONG


def _line(row) -> str:
    if row.found is None:
        return f"line {row.line}: {row.given + ': ' if row.given else ''}{row.trouble}"
    one = row.found
    count = f"{one.lessons} lesson{'s' if one.lessons != 1 else ''}"
    score = f", score {one.score}" if one.score else ""
    note = f" ({row.trouble})" if row.trouble else ""
    return f"line {row.line}: {one.name}, {one.day.isoformat()}, {count}{score}{note}"


def _said(why: str) -> int:
    print(f"unroll lesson: {why}", file=sys.stderr)
    return WRONG
