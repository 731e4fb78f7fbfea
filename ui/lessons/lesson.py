"""A lesson, read from its file; and what is wrong with a file, by line and field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from rnn_core.readings.expression import BadExpression, Expression, parse, parse_value
from rnn_core.readings.named import NUMBER, Named
from rnn_core.readings.text import Text, parse_text
from rnn_core.settings import NETWORK, RUN, SHARING, Setting, nearest
from ui.pages import PAGES, Page
from ui.settings import lessons
from ui.settings.every import SETTINGS, owned

FENCE = "+++"
MOST_BYTES = 40_000
MEANING = "When you have it"  # the heading of what the result means
NOT_HERE = ("words",)  # settings that a lesson may name where a server has none of them

_FIELDS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "page": str,
    "question": str,
    "start": dict,
    "move": list,
    "goal": str,
    "says": list,
    "score": str,
    "hint": list,
    "solution": dict,
    "next": str,
}
_NEEDED = ("title", "page", "question", "goal")
_KINDS = {str: "a text", dict: "a table", list: "a list"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file: the line, from 1, the field of the header, and a sentence."""

    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.why}"


class BadLesson(ValueError):
    """A file that is no lesson, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What to say while its condition holds; without one, always."""

    when: Expression | None
    say: Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """One lesson. start, solution: settings by key. move: the keys that may be moved. says: the
    goal's conditions in its author's words; "" for those that are worded from the readings."""

    name: str
    title: str
    page: Page
    question: str
    start: Mapping[str, Any]
    move: tuple[str, ...]
    goal: Expression
    says: tuple[str, ...]
    score: Expression | None
    hints: tuple[Hint, ...]
    solution: Mapping[str, Any] | None
    following: str
    sentences: Text
    meaning: Text

    @property
    def held(self) -> tuple[Setting, ...]:
        """The settings that stay where the lesson begins: all that decide the network or the run,
        and those of the page that it names."""
        deciding = [
            s for owner in (NETWORK, RUN) if owner in self.page.owners for s in owned(owner)
        ]
        named = [SETTINGS[key] for key in self.start if SETTINGS[key].owner == self.page.name]
        return tuple(setting for setting in (*deciding, *named) if setting.key not in self.move)

    def begins(self, setting: Setting) -> Any:
        """What it begins with."""
        return self.start.get(setting.key, setting.default)


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question as it is asked in interviews, its answer, and the page that shows it."""

    name: str
    question: str
    page: Page
    start: Mapping[str, Any]
    answer: Text


def names_of(page: Page) -> Mapping[str, Named]:
    """What can be read on a page; {} where nothing can."""
    if not page.readings:
        return {}
    return import_module(f"rnn_core.readings.{page.readings}").NAMES


def read(path: Path) -> Lesson:
    """The lesson of a file. Raises BadLesson, and OSError where there is no such file."""
    return _Reader(*_text_of(path)).lesson()


def read_question(path: Path) -> Question:
    """The question of a file; raises as `read` does."""
    return _Reader(*_text_of(path), needed=("question", "page")).asked()


def _text_of(path: Path) -> tuple[str, str]:
    """The lesson's name, and its file as text."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        why = f"a lesson may have {MOST_BYTES:,} bytes, this has more"
        raise BadLesson([Problem(1, "file", why)])
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise BadLesson([Problem(1, "file", "it is not written in UTF-8")]) from None
    name = lessons.name_of(path)
    if name is None:
        why = f"“{path.name}” must be {lessons.RULE}, and end in {lessons.SUFFIX}"
        raise BadLesson([Problem(1, "file name", why)])
    return name, text.replace("\r\n", "\n")


def known(name: str) -> Lesson | BadLesson | None:
    """The lesson of this name, what is wrong with it, or None where there is none; read again when
    its file has changed."""
    path = lessons.path_of(name)
    if path is None:
        return None
    try:
        return _kept(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _kept(path: Path, _changed: int) -> Lesson | BadLesson:
    try:
        return read(path)
    except BadLesson as bad:
        return bad


def changed(name: str) -> int:
    """When the lesson's file was changed last; 0 where there is none."""
    path = lessons.path_of(name)
    try:
        return path.stat().st_mtime_ns if path else 0
    except OSError:
        return 0


def start(name: str) -> Mapping[str, Any]:
    """The settings that a lesson begins with, by key; {} where there is none."""
    found = known(name)
    return found.start if isinstance(found, Lesson) else {}


class _Reader:
    """Reads one file, and gathers what is wrong with it."""

    def __init__(self, name: str, text: str, needed: tuple[str, ...] = _NEEDED) -> None:
        self.name, self.lines, self.needed = name, text.split("\n"), needed
        self.problems: list[Problem] = []
        self.header, self.end = self._header(), self._fences()[1]

    def lesson(self) -> Lesson:
        page = self._page()
        names = names_of(page) if page else {}
        start = self._settings("start", page)
        move = self._moved(page)
        goal = self._expression("goal", names) if page else None
        score = self._expression("score", names) if page and "score" in self.header else None
        hints = self._hints(names) if page else ()
        sentences, meaning = self._bodies(names) if page else (None, None)
        solution = self._settings("solution", page) if "solution" in self.header else None
        for key in solution or {}:
            if key not in move:
                self._wrong("solution", f"it moves {key}, which the lesson does not let move")
        following = self.header.get("next", "")
        says = tuple(str(each) for each in self.header.get("says", ()))
        if goal and len(says) > len(goal.parts):
            conditions = f"{len(goal.parts)} condition{'s' if len(goal.parts) > 1 else ''}"
            self._wrong("says", f"it has {len(says)} texts, the goal {conditions}")
        if self.problems:
            raise BadLesson(self.problems)
        assert page and goal and sentences and meaning
        return Lesson(
            name=self.name,
            title=self.header["title"].strip(),
            page=page,
            question=self.header["question"].strip(),
            start=start,
            move=move,
            goal=goal,
            says=says,
            score=score,
            hints=hints,
            solution=solution,
            following=following,
            sentences=sentences,
            meaning=meaning,
        )

    def asked(self) -> Question:
        """A question: the header is shorter, and the words are its answer."""
        page = self._page()
        start = self._settings("start", page)
        words, line = "\n".join(self.lines[self.end + 1 :]), self.end + 2
        if not words.strip():
            self._wrong("words", "there is no answer below the header", line)
        answer = self._text(words, "words", names_of(page) if page else {}, line)
        if self.problems:
            raise BadLesson(self.problems)
        assert page
        return Question(
            name=self.name,
            question=self.header["question"].strip(),
            page=page,
            start=start,
            answer=answer,
        )

    # -- the header

    def _fences(self) -> tuple[int, int]:
        """The lines, from 0, on which the header begins and ends."""
        fences = [n for n, line in enumerate(self.lines) if line.strip() == FENCE][:2]
        before = "".join(self.lines[: fences[0]]).strip() if fences else ""
        if len(fences) < 2 or before:
            why = f"a lesson begins with its header, between two lines {FENCE}"
            raise BadLesson([Problem(1, "header", why)])
        return fences[0], fences[1]

    def _header(self) -> dict[str, Any]:
        first, last = self._fences()
        try:
            # Empty lines in front, so that TOML counts lines as the file does.
            found = tomllib.loads("\n" * (first + 1) + "\n".join(self.lines[first + 1 : last]))
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            line = min(int(at[1]), last + 1) if at else last + 1
            raise BadLesson([Problem(line, "header", f"no TOML: {error}")]) from None
        except RecursionError:
            raise BadLesson([Problem(first + 1, "header", "it nests too deep")]) from None
        for field, value in found.items():
            if field not in _FIELDS:
                meant = nearest(field, _FIELDS)
                hint = f" (did you mean {meant}?)" if meant else f": {', '.join(_FIELDS)}"
                self._wrong(field, f"there is no such field{hint}")
            elif not isinstance(value, _FIELDS[field]):
                self._wrong(field, f"it must be {_KINDS[_FIELDS[field]]}, got {value!r:.60}")
        bad = [field for field in found if not isinstance(found[field], _FIELDS.get(field, object))]
        for field in self.needed:
            if field not in bad and not str(found.get(field, "")).strip():
                self._wrong(field, "it is missing")
        return {field: value for field, value in found.items() if field not in bad}

    def _line(self, field: str, turn: int = 0) -> int:
        """The line, from 1, on which the header says `field`, for the `turn`-th time."""
        pattern = re.compile(rf"\s*(\[+\s*)?{re.escape(field)}\s*([\]=.]|$)")
        first, last = self._fences()
        found = [n for n in range(first, last) if pattern.match(self.lines[n])]
        return (found[turn] if turn < len(found) else last) + 1

    def _wrong(self, field: str, why: str, line: int | None = None) -> None:
        self.problems.append(Problem(line or self._line(field), field, why))

    def _page(self) -> Page | None:
        asked = self.header.get("page", "")
        can = {page.name: page for page in PAGES if page.readings}
        if asked and asked not in can:
            meant = nearest(asked, can)
            hint = f"did you mean {meant}?" if meant else f"one of {', '.join(can)}"
            self._wrong("page", f"no lesson can stand on a page “{asked:.40}” ({hint})")
        return can.get(asked)

    def _on_page(self, page: Page) -> dict[str, Setting]:
        """The settings of a page by the names that a lesson may call them."""
        own = [s for owner in page.owners if owner for s in owned(owner)]
        own += [s for s in owned(SHARING) if s.name in NOT_HERE]
        return {s.key: s for s in own if s.owner != SHARING or s.name in NOT_HERE} | {
            s.name: s for s in own if s.owner != SHARING
        }

    def _setting(self, name: str, field: str, page: Page, line: int | None) -> Setting | None:
        found = self._on_page(page)
        if name not in found:
            meant = nearest(name, found)
            hint = f" (did you mean {meant}?)" if meant else ""
            self._wrong(field, f"“{page.title}” has no setting {name!r:.60}{hint}", line)
        return found.get(name)

    def _settings(self, field: str, page: Page | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self.header.get(field, {}).items() if page else ():
            assert page is not None
            if name in NOT_HERE and name not in SETTINGS:
                continue
            own = self._line(name)
            line = own if own <= self.end else None
            setting = self._setting(name, field, page, line)
            if setting is None:
                continue
            try:
                found[setting.key] = _legal(setting, value, found)
            except (ValueError, TypeError) as error:
                self._wrong(field, str(error), line)
        return found

    def _moved(self, page: Page | None) -> tuple[str, ...]:
        asked = self.header.get("move", [])
        found = [self._setting(str(name), "move", page, None) for name in asked] if page else []
        if page and not asked:
            self._wrong("move", 'it must name the settings that may be moved, such as ["gain"]')
        return tuple(setting.key for setting in found if setting is not None)

    # -- what refers to readings

    def _expression(self, field: str, names: Mapping[str, Named]) -> Expression | None:
        text = self.header.get(field, "")
        if not text:
            return None
        try:
            if field == "goal":
                return parse(text, names)
            found = parse_value(text, names)
            if text.strip() not in names or names[text.strip()].kind != NUMBER:
                self._wrong(field, "a score must be one reading that is a number")
            return found
        except BadExpression as error:
            self._wrong(field, str(error))
            return None

    def _text(self, text: str, field: str, names: Mapping[str, Named], line: int) -> Text:
        try:
            return parse_text(text, names)
        except BadExpression as error:
            self._wrong(field, str(error), line + text[: error.at - 1].count("\n"))
            return Text(())

    def _hints(self, names: Mapping[str, Named]) -> tuple[Hint, ...]:
        found = []
        for turn, each in enumerate(self.header.get("hint", [])):
            line = self._line("hint", turn)
            if not isinstance(each, dict) or not set(each) <= {"when", "say"} or "say" not in each:
                self._wrong("hint", "a hint has `say` and may have `when`, and nothing else", line)
                continue
            when = None
            if "when" in each:
                try:
                    when = parse(str(each["when"]), names)
                except BadExpression as error:
                    self._wrong("hint", f"when: {error}", self._line("when", turn))
            found.append(Hint(when=when, say=self._text(str(each["say"]), "hint", names, line)))
        return tuple(found)

    def _bodies(self, names: Mapping[str, Named]) -> tuple[Text, Text]:
        """The sentences, and what the result means."""
        heads = [
            n
            for n in range(self.end + 1, len(self.lines))
            if self.lines[n].lower().strip("# ").strip() == MEANING.lower()
            and self.lines[n].startswith("#")
        ]
        at = heads[0] if heads else len(self.lines)
        before, after = self.lines[self.end + 1 : at], self.lines[at + 1 :]
        if not "".join(before).strip():
            self._wrong("words", "there are no sentences below the header", self.end + 2)
        if not "".join(after).strip():
            why = f"there is nothing under a heading “## {MEANING}”"
            self._wrong("words", why, len(self.lines))
        return (
            self._text("\n".join(before), "words", names, self.end + 2),
            self._text("\n".join(after), "words", names, at + 2),
        )


def _legal(setting: Setting, value: Any, values: Mapping[str, Any]) -> Any:
    """A value of the header as the setting holds it, on its slider where it has one."""
    if isinstance(value, int) and not isinstance(value, bool) and hasattr(setting, "low"):
        value = value if getattr(setting, "whole", False) else float(value)
    everything = {key: each.default for key, each in SETTINGS.items()} | dict(values)
    legal = setting.check(value)
    _, wrong = setting.among(everything).read(setting.write(legal))
    if wrong:
        raise ValueError(wrong)
    return legal
