"""What went wrong, in one sentence for the reader."""

from __future__ import annotations

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT)


def words(error: BaseException, number: str, what: str = "This part of the page") -> str:
    """`what` ended with `error`, which the server's log has under `number`."""
    if isinstance(error, MemoryError):
        return (
            f"{what} needs more memory than the server has left: with fewer units, steps or "
            f"sequences it may fit (number {number} in the server's log)."
        )
    if isinstance(error, OSError) and error.errno in _FULL:
        return (
            f"{what} could not be made because the server's disk is full: whoever runs the server "
            f"has to make room (number {number} in its log)."
        )
    return (
        f"{what} ended with an error of the program (number {number} in the server's log). The "
        "address holds the settings: reload the page, or change one of them."
    )
