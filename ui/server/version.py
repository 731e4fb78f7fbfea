"""The version of the code that serves: part of the address of every live answer."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_COMPUTING = ("rnn_core", "ui")  # what an answer is made by


@functools.cache
def version() -> str:
    """A short hash of every file an answer may depend on.

    Of their contents, so that two replicas of one release have the same; taken once, since a
    process goes on with the code that it has loaded.
    """
    digest = hashlib.blake2b(digest_size=6)
    for folder in _COMPUTING:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
