"""A line for heavy work: so many at a time, the others in the order they came, and each is told.

A reader who changes a setting while waiting leaves the line and comes back with the next question a
moment later; the place is kept meanwhile, or a slider would never get through.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

TOLD_EVERY = 0.3  # seconds; whoever is told may raise, and so leaves the line
KEPT = 3.0  # seconds a place is kept


class Line:
    """At most `places` are in; everybody has one place in the line, however often they ask."""

    def __init__(self, places: int) -> None:
        self._places = self._free = places
        self._waiting: dict[Hashable, float | None] = {}  # in order; when those who left did so
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, who: Hashable, tell: Callable[[int | None], None]) -> Iterator[None]:
        """Wait until it is the turn of `who`, run the block, and let the next one in.

        While it waits it calls `tell(n)`, n computations that come first, again and again, and
        `tell(None)` once it is through. It is called without any lock, and may raise.
        """
        told = self._wait(who, tell)
        try:
            if told:
                tell(None)
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _wait(self, who: Hashable, tell: Callable[[int | None], None]) -> bool:
        """Wait for the turn of `who`, and go in; whether anything was told."""
        told = False
        with self._changed:
            self._waiting[who] = None  # one that was there keeps its place
        try:
            while (ahead := self._enter(who)) is not None:
                told = True
                tell(ahead)
                with self._changed:
                    self._changed.wait_for(lambda: self._is_next(who), TOLD_EVERY)
        except BaseException:
            with self._changed:
                self._waiting[who] = time.monotonic()
                self._changed.notify_all()
            raise
        return told

    def _enter(self, who: Hashable) -> int | None:
        """Go in if it is the turn of `who`: None. Else how many come first."""
        with self._changed:
            if self._is_next(who):
                del self._waiting[who]
                self._free -= 1
                return None
            return self._places - self._free + self._before(who)

    # -- with the lock held

    def _is_next(self, who: Hashable) -> bool:
        return self._free > self._before(who)

    def _before(self, who: Hashable) -> int:
        """How many wait in front of `who`; forgets those who have not come back."""
        now = time.monotonic()
        for other, left in list(self._waiting.items()):
            if left is not None and now - left > KEPT:
                del self._waiting[other]
        waiting = [other for other, left in self._waiting.items() if left is None]
        return waiting.index(who)
