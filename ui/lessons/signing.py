"""Proof of what was met: a receipt for a lesson, and one completion code made of receipts.

The server computes whether a goal is met and signs that, by HMAC-SHA256 with the host's secret
(UNROLL_SECRET); the browser keeps the receipts, and hands them in for a code with the reader's name
in it. So a code says: somebody's browser reached these goals on a server with this secret, and then
this name was typed. It does not say who sat there: whoever hands on receipts or a link that meets a
goal hands on the proof.

Without UNROLL_SECRET the key is made when the process starts, and is forgotten when it ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ui.settings import lessons

SECRET = "UNROLL_SECRET"
LEAST_SECRET = 16  # characters
MOST_NAME = 40
MOST_LESSONS = 60
MOST_CODE = 800  # characters, with hyphens
_MAC = 10  # bytes: 80 bits
_EPOCH = date(2024, 1, 1)
_OWN = secrets.token_bytes(32)
_GROUP = 5
# Crockford's letters: none that could be taken for another.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO, _FROM = str.maketrans(_STANDARD, _LETTERS), str.maketrans(_LETTERS, _STANDARD)
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Refused(ValueError):
    """A receipt or a code that is none; the sentence says why."""


def lasting() -> bool:
    """Whether the host has set a secret, so that what is signed outlives this process."""
    return len(os.environ.get(SECRET, "")) >= LEAST_SECRET


def _key(what: str) -> bytes:
    """A key for each kind of signature, so that none passes for another."""
    own = os.environ[SECRET].encode() if lasting() else _OWN
    return hmac.digest(own, f"unroll {what}".encode(), "sha256")


def _mac(what: str, body: bytes) -> bytes:
    return hmac.digest(_key(what), body, "sha256")[:_MAC]


def written(data: bytes) -> str:
    """Bytes as letters and digits."""
    return base64.b32encode(data).decode().rstrip("=").translate(_TO)


def plain(text: str) -> str:
    """A code without its hyphens, as it is meant: 0 for O, 1 for I and L."""
    return "".join(text.split()).replace("-", "").upper().translate(_MEANT)


def _read(text: str) -> bytes:
    letters = plain(text)
    if not letters.isascii() or not set(letters) <= set(_LETTERS):
        raise Refused("it has characters that no code has")
    padded = letters.translate(_FROM) + "=" * (-len(letters) % 8)
    try:
        data = base64.b32decode(padded)
    except binascii.Error:
        raise Refused("a part of it is missing") from None
    if written(data) != letters:  # bits that stand for nothing
        raise Refused("a part of it is missing")
    return data


def _today() -> int:
    return (datetime.now(UTC).date() - _EPOCH).days


def _day(days: int) -> date:
    return _EPOCH + timedelta(days=days)


# -- receipts


@dataclass(frozen=True)
class Receipt:
    """A lesson that was met: when, and with which score."""

    lesson: str
    day: date
    score: int


def receipt(lesson: str, score: float = 0.0) -> str:
    """Signs that the lesson was met today."""
    head = struct.pack(">HH", _today(), min(max(int(score), 0), 0xFFFF))
    return written(head + _mac("receipt", head + lesson.encode()))


def check_receipt(lesson: str, text: str) -> Receipt:
    """What a receipt says. Raises Refused."""
    data = _read(text[:MOST_CODE])
    if len(data) != 4 + _MAC:
        raise Refused("it is no receipt")
    head, mac = data[:4], data[4:]
    if not hmac.compare_digest(mac, _mac("receipt", head + lesson.encode())):
        raise Refused("it was not signed here")
    day, score = struct.unpack(">HH", head)
    return Receipt(lesson, _day(day), score)


# -- completion codes


@dataclass(frozen=True)
class Completion:
    """What a code says: who typed which name when, which lessons were met, and their scores; None
    for a lesson that this server does not have."""

    name: str
    day: date
    receipts: tuple[tuple[str | None, date, int], ...]

    @property
    def lessons(self) -> int:
        """How many lessons were met."""
        return len(self.receipts)

    @property
    def score(self) -> int:
        """The sum of the challenges' scores."""
        return sum(score for _, _, score in self.receipts)


def clean(name: str) -> str:
    """A name as it goes into a code: on one line, MOST_NAME characters at most."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:MOST_NAME].strip()


def _short(lesson: str) -> bytes:
    """Names a lesson in a code."""
    return hashlib.sha256(lesson.encode()).digest()[:3]


def completion(name: str, receipts: Iterable[Receipt]) -> str:
    """A code for what the receipts say, in groups of five letters."""
    who = clean(name).encode()
    found = {one.lesson: one for one in receipts}
    if not who:
        raise Refused("a code needs a name")
    if not found or len(found) > MOST_LESSONS:
        raise Refused(f"a code is for 1 to {MOST_LESSONS} lessons, got {len(found)}")
    body = struct.pack(">BHBB", 1, _today(), len(who), len(found)) + who
    for one in found.values():
        body += _short(one.lesson) + struct.pack(">HH", (one.day - _EPOCH).days, one.score)
    text = written(body + _mac("completion", body))
    return "-".join(text[n : n + _GROUP] for n in range(0, len(text), _GROUP))


def check(code: str) -> Completion:
    """What a completion code says. Raises Refused."""
    if len(code) > MOST_CODE:
        raise Refused(f"a code has {MOST_CODE} characters at most")
    if not code.strip():
        raise Refused("there is no code")
    data = _read(code)
    body, mac = data[:-_MAC], data[-_MAC:]
    if len(body) < 5 or not hmac.compare_digest(mac, _mac("completion", body)):
        raise Refused("it was not signed here, or it was altered")
    _, day, length, count = struct.unpack(">BHBB", body[:5])
    name, rest = body[5 : 5 + length].decode(), body[5 + length :]
    here = {_short(name): name for name in lessons.LIBRARY}
    found = []
    for n in range(count):
        piece = rest[7 * n : 7 * n + 7]
        met, score = struct.unpack(">HH", piece[3:])
        found.append((here.get(piece[:3]), _day(met), score))
    return Completion(name, _day(day), tuple(found))
