"""What comes from outside, checked; and what is said where it is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ui.rooms import limits

_TOKEN = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """What is asked for cannot be done; the sentence says why. `status` is HTTP's, `after` the
    seconds after which it may be tried again."""

    def __init__(self, sentence: str, status: int = 400, after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.after = after


class NoRoom(Refused):
    """A code that no room has."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, 404)


def short(value: object, most: int = 40) -> str:
    """A value as it was sent, as far as a sentence has room for it."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def nickname(value: object) -> str:
    """A name to be called by: one line of letters, digits, signs and single spaces."""
    if not isinstance(value, str):
        raise Refused(f"The nickname must be text, got {short(value)}.")
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    hidden = [mark for mark in text if unicodedata.category(mark)[0] in "CZ" and mark != " "]
    if hidden:
        raise Refused(f"The nickname holds a character that cannot be seen, {hidden[0]!a}.")
    if not text or not any(mark.isalnum() for mark in text):
        raise Refused("The nickname must hold a letter or a digit, and it need not be your name.")
    if len(text) > limits.NICKNAME:
        raise Refused(
            f"A nickname has {limits.NICKNAME} characters at most, “{short(text)}” has {len(text)}."
        )
    return text


def token(value: object) -> str:
    """A student's token: 32 hexadecimal digits, drawn by the phone."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise Refused(f"The token must be 32 hexadecimal digits, got {short(value)}.")
    return value


def flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Refused(f"The field {name} must be true or false, got {short(value)}.")
    return value


def one_of(name: str, value: object, known: Iterable[str]) -> str:
    """One of the words that are known."""
    words = tuple(known)
    if not isinstance(value, str) or value not in words:
        raise Refused(f"The {name} must be one of {', '.join(words)}, got {short(value)}.")
    return value


def whole(name: str, value: object) -> int:
    """A whole number that a database holds."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise Refused(f"The field {name} must be a whole number from 0, got {short(value)}.")
    return value


def text(name: str, value: object, most: int = limits.BODY) -> str:
    if not isinstance(value, str):
        raise Refused(f"The field {name} must be text, got {short(value)}.")
    if len(value) > most:
        raise Refused(f"The field {name} has {most:,} characters at most, got {len(value):,}.")
    return value
