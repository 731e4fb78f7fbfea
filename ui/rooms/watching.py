"""What everybody in a room sees, read from the database once for all.

Three hundred phones ask every few seconds. A process looks at a room's version at most five times a
second, and reads the room again only where that has changed; everybody is answered from memory. So
the database is all that processes and replicas share, and what one of them writes the others show a
moment later.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from cachetools import LRUCache

from ui.rooms import limits
from ui.rooms.rooms import Room, Rooms, Round, Student


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    room: Room | None = None
    looked: float = -1e9


class Watch:
    """Rooms as they were a moment ago."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self._kept: LRUCache[str, _Kept] = LRUCache(maxsize=limits.ROOMS)
        self._lock = threading.Lock()

    def fresh(self, code: str) -> Room | None:
        """The room, if it was looked at a moment ago: no waiting."""
        with self._lock:
            kept = self._kept.get(code)
        if kept and kept.room and time.monotonic() - kept.looked < limits.REMEMBERED:
            return kept.room
        return None

    def room(self, code: str) -> Room:
        """The room, looked at again where that was longer ago. Raises Refused."""
        with self._lock:
            kept = self._kept.setdefault(code, _Kept())
        with kept.lock:
            if found := self.fresh(code):
                return found
            began = time.monotonic()
            try:
                if kept.room is None or self.rooms.version(code) != kept.room.version:
                    kept.room = self.rooms.room(code)
            except Exception:
                self.forget(code)
                raise
            kept.looked = began
            return kept.room

    def forget(self, code: str) -> None:
        """Read the room again at the next question: something has just been written."""
        with self._lock:
            self._kept.pop(code, None)


# -- what each of them sees


def for_student(room: Room, student: Student | None) -> dict:
    """What a phone shows: its own answer, and the truth of a round once that is revealed."""
    found = {
        "code": room.code,
        "version": room.version,
        "nicknames": room.nicknames,
        "locked": room.locked,
        "joined": student is not None,
        "round": None,
        "again": _pause(room),
    }
    if student is not None:
        found["name"] = student.name
        found["total"] = room.total.get(student.id, 0)
        found["round"] = room.round and _round_of(room, room.round, student)
    return found


def _pause(room: Room) -> float:
    """Seconds until a phone asks again."""
    return max(limits.PHONE_PAUSE, round(len(room.students) / limits.PHONES_PER_SECOND, 1))


def _round_of(room: Room, now: Round, student: Student) -> dict:
    answered = student.id in now.answers
    found = {
        "number": now.number,
        "asked": now.asked,
        "answered": answered,
        "revealed": now.revealed,
    }
    if answered:
        value = now.answers[student.id]
        found["answer"] = {"value": value, "said": now.kind.said(value)}
    if now.revealed:
        found["truth"] = now.truth
        if answered:
            found["answer"] |= {"points": now.points[student.id], "right": _right(now, value)}
            if room.nicknames:
                found["place"] = 1 + sum(
                    points > room.total.get(student.id, 0) for points in room.total.values()
                )
                found["of"] = len(room.students)
    return found


def student_tag(room: Room, student: Student | None) -> str:
    """Changes with what `for_student` says, and not with what the others do meanwhile."""
    parts = [room.id, room.locked, student is not None, _pause(room)]
    if student is not None and (now := room.round):
        parts += [now.number, now.revealed, student.id in now.answers]
        if now.revealed:
            parts += [room.total.get(student.id, 0)]
    return "-".join(str(part) for part in parts)


def for_host(room: Room) -> dict:
    """What the projector shows: how many answers in each bar; the truth once it is revealed."""
    found = {
        "code": room.code,
        "version": room.version,
        "nicknames": room.nicknames,
        "locked": room.locked,
        "ends_at": room.ends_at,
        "students": [{"number": one.number, "name": one.name} for one in room.students.values()],
        "most": limits.STUDENTS,
        "round": None,
        "again": limits.PROJECTOR_PAUSE,
    }
    if now := room.round:
        steps = now.asked["steps"]
        answers = {who: value for who, value in now.answers.items() if who in room.students}
        counts = Counter(now.kind.bar(value, steps) for value in answers.values())
        found["round"] = {
            "number": now.number,
            "asked": now.asked,
            "revealed": now.revealed,
            "counts": [counts[i] for i in range(len(now.asked["bars"]))],
            "answered": len(answers),
        }
        if now.revealed:
            right = sum(_right(now, value) for value in answers.values())
            found["round"] |= {"truth": now.truth, "right": right}
            found["ranking"] = ranking(room)
    return found


def host_tag(room: Room) -> str:
    return f"{room.id}-{room.version}"


def _right(now: Round, value: object) -> bool:
    return now.kind.right(value, now.truth["value"], now.asked["steps"])


_RANKED = 10


def ranking(room: Room) -> list[dict]:
    """The first of the room by their points; who has the same has the same place."""
    if not room.nicknames:
        return []
    order = sorted(
        (one for one in room.students.values() if one.id in room.total),
        key=lambda one: (-room.total[one.id], one.number),
    )
    return [
        {
            "place": 1 + sum(room.total[other.id] > room.total[one.id] for other in order),
            "name": one.name,
            "points": room.total[one.id],
        }
        for one in order[:_RANKED]
    ]
