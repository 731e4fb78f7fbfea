"""What happens in rooms, in the database: every method is one transaction, or one reading.

A host is known by the token that `open` gave, a student by the one that the phone drew itself, so
that joining twice by an answer that got lost is joining once. Whoever has no such token, or a code
of no room, is refused (`Refused`) by a sentence.
"""

from __future__ import annotations

import functools
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from ui.rooms import codes, limits
from ui.rooms.asking import Prepared
from ui.rooms.checked import NoRoom, Refused
from ui.rooms.database import ANSWERS, ROOMS, ROUNDS, STUDENTS, Database
from ui.rooms.questions import QUESTIONS, Question, Value

_TRIES = 20  # codes that are drawn until one is free


@dataclass(frozen=True)
class Student:
    """id: the database's. number: from 1, in the order of joining."""

    id: int
    number: int
    nickname: str | None

    @property
    def name(self) -> str:
        return self.nickname or f"student {self.number}"


@dataclass(frozen=True)
class Round:
    """A round with what has been answered, by the id of the student."""

    id: int
    number: int
    kind: Question
    asked: dict
    truth: dict
    revealed: bool
    answers: dict[int, Value]
    points: dict[int, int]


@dataclass(frozen=True)
class Room:
    """A room as it was at one moment. by_token: students by the hash of their token. total: points
    of a student over all revealed rounds."""

    id: int
    code: str
    version: int
    host: str
    nicknames: bool
    locked: bool
    ends_at: float
    students: dict[int, Student] = field(default_factory=dict)
    by_token: dict[str, int] = field(default_factory=dict)
    round: Round | None = None
    total: dict[int, int] = field(default_factory=dict)

    def is_host(self, token: str) -> bool:
        return secrets.compare_digest(self.host, codes.digest(token))

    def student(self, token: str) -> Student | None:
        """Who shows this token, if somebody in the room does."""
        return self.students.get(self.by_token.get(codes.digest(token), -1))


class Rooms:
    """The rooms of a database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self._clock = clock

    def tidy(self) -> None:
        """Delete what was in rooms that have ended."""
        with self.database.writing() as connection:
            self._purge(connection)

    # -- the host's

    def open(self, nicknames: bool) -> tuple[str, str]:
        """A new room: its code and the host's token."""
        token = codes.new_token()
        with self.database.writing() as connection:
            self._purge(connection)
            held = sa.select(sa.func.count()).where(ROOMS.c.ends_at > self._clock())
            if connection.execute(held).scalar_one() >= limits.ROOMS:
                raise Refused(
                    f"This server holds {limits.ROOMS} rooms, and all are open. A room ends by "
                    "itself after a day, or when its teacher closes it.",
                    503,
                )
            code = self._free_code(connection)
            connection.execute(
                ROOMS.insert().values(
                    code=code,
                    host=codes.digest(token),
                    nicknames=nicknames,
                    locked=False,
                    version=1,
                    ends_at=self._clock() + limits.LASTS,
                )
            )
        return code, token

    def send(self, code: str, token: str, prepared: Prepared) -> int:
        """Send a round: its number. The one before it must have been revealed."""
        with self.database.writing() as connection:
            room = self._hosted(connection, code, token)
            last = connection.execute(
                sa.select(ROUNDS.c.number, ROUNDS.c.revealed_at)
                .where(ROUNDS.c.room_id == room.id)
                .order_by(ROUNDS.c.number.desc())
                .limit(1)
            ).first()
            if last is not None and last.revealed_at is None:
                raise Refused(f"Round {last.number} is still open: reveal it first.", 409)
            number = 1 if last is None else last.number + 1
            if number > limits.ROUNDS:
                raise Refused(f"A room has {limits.ROUNDS} rounds at most: open another.", 409)
            connection.execute(
                ROUNDS.insert().values(
                    room_id=room.id,
                    number=number,
                    question=prepared.question,
                    asked=json.dumps(prepared.asked, allow_nan=False),
                    truth=json.dumps(prepared.truth, allow_nan=False),
                )
            )
        return number

    def reveal(self, code: str, token: str, number: int) -> None:
        """Reveal a round; once more is no error."""
        with self.database.writing() as connection:
            room = self._hosted(connection, code, token)
            found = connection.execute(
                ROUNDS.update()
                .where(ROUNDS.c.room_id == room.id, ROUNDS.c.number == number)
                .values(revealed_at=sa.func.coalesce(ROUNDS.c.revealed_at, self._clock()))
            )
            if not found.rowcount:
                raise Refused(f"There is no round {number} in this room.", 404)

    def lock(self, code: str, token: str, locked: bool) -> None:
        """Let nobody else in, or let them again."""
        with self.database.writing() as connection:
            room = self._hosted(connection, code, token)
            connection.execute(ROOMS.update().where(ROOMS.c.id == room.id).values(locked=locked))

    def remove(self, code: str, token: str, number: int) -> None:
        """Take a student out of the room, with all answers."""
        with self.database.writing() as connection:
            room = self._hosted(connection, code, token)
            gone = connection.execute(
                STUDENTS.delete().where(STUDENTS.c.room_id == room.id, STUDENTS.c.number == number)
            )
            if not gone.rowcount:
                raise Refused(f"There is no student {number} in this room.", 404)

    def close(self, code: str, token: str) -> None:
        """End a room: everything in it is gone at once."""
        with self.database.writing() as connection:
            room = self._hosted(connection, code, token)
            ended = ROOMS.update().where(ROOMS.c.id == room.id)
            connection.execute(ended.values(ends_at=self._clock()))
            self._purge(connection)

    def results(self, code: str, token: str) -> list[dict]:
        """Every answer to a revealed round, in order: number, asked, truth, kind, student, value,
        points."""
        with self.database.reading() as connection:
            room = self._hosted(connection, code, token, changes=False)
            rows = connection.execute(
                sa.select(ROUNDS, ANSWERS.c.value, ANSWERS.c.points, STUDENTS)
                .join(ANSWERS, ANSWERS.c.round_id == ROUNDS.c.id)
                .join(STUDENTS, STUDENTS.c.id == ANSWERS.c.student_id)
                .where(ROUNDS.c.room_id == room.id, ROUNDS.c.revealed_at.is_not(None))
                .order_by(ROUNDS.c.number, STUDENTS.c.number)
            ).all()
        columns = (*ROUNDS.c, ANSWERS.c.value, ANSWERS.c.points, *STUDENTS.c)
        found = []
        for row in rows:
            one = dict(zip(columns, row, strict=True))
            found.append(
                {
                    "number": one[ROUNDS.c.number],
                    "kind": QUESTIONS[one[ROUNDS.c.question]],
                    "asked": _parsed(one[ROUNDS.c.asked]),
                    "truth": _parsed(one[ROUNDS.c.truth]),
                    "student": Student(
                        one[STUDENTS.c.id], one[STUDENTS.c.number], one[STUDENTS.c.nickname]
                    ),
                    "value": json.loads(one[ANSWERS.c.value]),
                    "points": one[ANSWERS.c.points],
                }
            )
        return found

    # -- the students'

    def join(self, code: str, token: str, nickname: str | None) -> Student:
        """Come in: the student, who may have been in already by the same token."""
        hashed = codes.digest(token)
        with self.database.writing() as connection:
            room = self._row(connection, code)
            here = STUDENTS.c.room_id == room.id
            mine = sa.select(STUDENTS).where(here, STUDENTS.c.token == hashed)
            if found := connection.execute(mine).first():
                return Student(found.id, found.number, found.nickname)
            if room.locked:
                raise Refused("The teacher lets nobody else into this room.", 403)
            if room.nicknames and nickname is None:
                raise Refused("This room asks for a nickname; it need not be your name.")
            if not room.nicknames:
                nickname = None
            called = None if nickname is None else nickname.casefold()
            self._bump(connection, room)
            namesake = sa.func.sum(sa.case((STUDENTS.c.called == called, 1), else_=0))
            count, last, taken = connection.execute(
                sa.select(sa.func.count(), sa.func.max(STUDENTS.c.number), namesake).where(here)
            ).one()
            if count >= limits.STUDENTS:
                raise Refused(f"A room holds {limits.STUDENTS} students, and it is full.", 409)
            if called is not None and taken:
                raise Refused(f"Somebody here is called “{nickname}”: choose another name.", 409)
            number = (last or 0) + 1
            try:
                made = connection.execute(
                    STUDENTS.insert().values(
                        room_id=room.id,
                        number=number,
                        token=hashed,
                        nickname=nickname,
                        called=called,
                    )
                )
            except sa.exc.IntegrityError:  # the same token, at the same moment
                raise Refused("You are being let in: try again.", 503, after=1) from None
            return Student(made.inserted_primary_key[0], number, nickname)

    def answer(self, code: str, token: str, number: int, value: object) -> str:
        """Answer the open round, once; the answer in words. The same answer again is no error: the
        way back of the first may have been lost."""
        with self.database.writing() as connection:
            room = self._row(connection, code)
            student = (STUDENTS.c.room_id == room.id) & (STUDENTS.c.token == codes.digest(token))
            asked = (ROUNDS.c.room_id == room.id) & (ROUNDS.c.number == number)
            given = (ANSWERS.c.round_id == ROUNDS.c.id) & (ANSWERS.c.student_id == STUDENTS.c.id)
            who = connection.execute(
                sa.select(STUDENTS.c.id.label("student"), ROUNDS, ANSWERS.c.value)
                .select_from(STUDENTS)
                .outerjoin(ROUNDS, asked)
                .outerjoin(ANSWERS, given)
                .where(student)
            ).first()
            if who is None:
                raise Refused("You are not in this room: join it first.", 403)
            if who.number is None:
                raise Refused(f"There is no round {number} in this room.", 404)
            kind, steps = QUESTIONS[who.question], _parsed(who.asked)["steps"]
            read = kind.read(value, steps)
            if who.value is not None:
                before = json.loads(who.value)
                if before == read:
                    return kind.said(read)
                raise Refused(
                    f"You have answered round {number} already: {kind.said(before)}.", 409
                )
            points = kind.points(read, _parsed(who.truth)["value"], steps)
            self._bump(connection, room)
            # Whether it has been revealed is asked again by now, when nobody else can do so.
            values = [sa.literal(v) for v in (who.id, who.student, json.dumps(read), points)]
            still_open = sa.select(*values).where(
                sa.exists().where(ROUNDS.c.id == who.id, ROUNDS.c.revealed_at.is_(None))
            )
            columns = ("round_id", "student_id", "value", "points")
            try:
                taken = connection.execute(
                    ANSWERS.insert().from_select(columns, still_open),
                    execution_options={"preserve_rowcount": True},
                )
            except sa.exc.IntegrityError:
                raise Refused(f"You have answered round {number} already.", 409) from None
            if not taken.rowcount:
                raise Refused(f"Round {number} has been revealed: it is too late.", 409)
        return kind.said(read)

    # -- reading

    def version(self, code: str) -> int:
        """A number that changes with everything in the room."""
        with self.database.reading() as connection:
            return self._row(connection, code).version

    def room(self, code: str) -> Room:
        """Everything about a room."""
        with self.database.reading() as connection:
            row = self._row(connection, code)
            students, by_token = {}, {}
            for one in connection.execute(
                sa.select(STUDENTS).where(STUDENTS.c.room_id == row.id).order_by(STUDENTS.c.number)
            ):
                students[one.id] = Student(one.id, one.number, one.nickname)
                by_token[one.token] = one.id
            points = connection.execute(
                sa.select(ANSWERS.c.student_id, sa.func.sum(ANSWERS.c.points))
                .join(ROUNDS, ROUNDS.c.id == ANSWERS.c.round_id)
                .where(ROUNDS.c.room_id == row.id, ROUNDS.c.revealed_at.is_not(None))
                .group_by(ANSWERS.c.student_id)
            )
            return Room(
                id=row.id,
                code=row.code,
                version=row.version,
                host=row.host,
                nicknames=row.nicknames,
                locked=row.locked,
                ends_at=row.ends_at,
                students=students,
                by_token=by_token,
                round=_last_round(connection, row.id),
                total={student: int(sum_) for student, sum_ in points},
            )

    # -- within a transaction

    def _row(self, connection: sa.Connection, code: str) -> sa.Row:
        found = connection.execute(sa.select(ROOMS).where(ROOMS.c.code == code)).first()
        if found is None:
            raise NoRoom(f"There is no room {code}. Look at the letters once more.")
        if found.ends_at <= self._clock():
            raise Refused(f"Room {code} has ended, and all that was in it is deleted.", 410)
        return found

    def _bump(self, connection: sa.Connection, room: sa.Row) -> None:
        """The room is about to change: others who want to change it wait from here on, so what may
        depend on them is asked after this."""
        connection.execute(
            ROOMS.update().where(ROOMS.c.id == room.id).values(version=ROOMS.c.version + 1)
        )

    def _hosted(
        self, connection: sa.Connection, code: str, token: str, *, changes: bool = True
    ) -> sa.Row:
        """The room, if the token is its host's."""
        room = self._row(connection, code)
        if not secrets.compare_digest(room.host, codes.digest(token)):
            raise Refused("Only the teacher who opened this room may do that.", 403)
        if changes:
            self._bump(connection, room)
        return room

    def _purge(self, connection: sa.Connection) -> None:
        """Delete what was in rooms that have ended. Their codes are kept for another day: the
        phones of a class that ask once more have tried no code."""
        now = self._clock()
        connection.execute(ROOMS.delete().where(ROOMS.c.ends_at <= now - limits.LASTS))
        ended = sa.select(ROOMS.c.id).where(ROOMS.c.ends_at <= now)
        for table in (ROUNDS, STUDENTS):  # and the answers with them
            connection.execute(table.delete().where(table.c.room_id.in_(ended)))

    def _free_code(self, connection: sa.Connection) -> str:
        for _ in range(_TRIES):
            code = codes.new_code()
            taken = sa.select(ROOMS.c.id).where(ROOMS.c.code == code)
            if connection.execute(taken).first() is None:
                return code
        raise Refused("No code for a room was free. Please try again.", 503, after=1)


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> dict:
    """What a round's JSON says; shared, so nobody may change it."""
    return json.loads(text)


def _last_round(connection: sa.Connection, room: int) -> Round | None:
    row = connection.execute(
        sa.select(ROUNDS).where(ROUNDS.c.room_id == room).order_by(ROUNDS.c.number.desc()).limit(1)
    ).first()
    if row is None:
        return None
    answers, points = {}, {}
    for one in connection.execute(sa.select(ANSWERS).where(ANSWERS.c.round_id == row.id)):
        answers[one.student_id] = json.loads(one.value)
        points[one.student_id] = one.points
    return Round(
        id=row.id,
        number=row.number,
        kind=QUESTIONS[row.question],
        asked=_parsed(row.asked),
        truth=_parsed(row.truth),
        revealed=row.revealed_at is not None,
        answers=answers,
        points=points,
    )
