"""The code of a room and the tokens of those in it."""

from __future__ import annotations

import hashlib
import secrets

from ui.rooms.checked import NoRoom, short

# No vowels, so that no code is a word; none of I, L, O, Q, U, V, Y, which are read as others; each
# letter once in a code.
LETTERS = "BCDFGHJKMNPRSTWXZ"
LENGTH = 4
# What is read as a word nevertheless.
_READ_AS_WORDS = ("FCK", "DCK", "CNT", "SHT", "BTCH", "WTF", "NZ", "GST")


def new_code() -> str:
    """One of 57,000 codes, by chance."""
    while True:
        code = "".join(secrets.SystemRandom().sample(LETTERS, LENGTH))
        if not any(part in code for part in _READ_AS_WORDS):
            return code


def read_code(typed: str) -> str:
    """A code as somebody types it: small letters, spaces and dashes are welcome."""
    code = typed.replace(" ", "").replace("-", "").upper()
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        raise NoRoom(f"A room’s code is {LENGTH} letters of {LETTERS}, got “{short(typed, 12)}”.")
    return code


def new_token() -> str:
    """What the host shows at every action."""
    return secrets.token_hex(16)


def digest(token: str) -> str:
    """What the database keeps of a token. It is random, so a plain hash tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()
