"""How often somebody has tried: counted in this process's memory, never stored."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class Attempts:
    """Counts what each address does within the last `within` seconds, and all together.

    `most` of one address and `in_all` are the limits. With several processes each counts for
    itself, so together they allow as many times more.
    """

    def __init__(
        self, most: int, in_all: int, within: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most, self.in_all, self.within = most, in_all, within
        self._clock = clock
        self._lock = threading.Lock()
        self._all: deque[tuple[float, str]] = deque()
        self._of: dict[str, int] = {}

    def exceeded(self, address: str) -> bool:
        """Whether `address` must wait."""
        with self._lock:
            self._forget()
            return self._of.get(address, 0) >= self.most or len(self._all) >= self.in_all

    def note(self, address: str) -> None:
        """One more of `address`."""
        with self._lock:
            self._forget()
            self._all.append((self._clock(), address))
            self._of[address] = self._of.get(address, 0) + 1

    def _forget(self) -> None:
        before = self._clock() - self.within
        while self._all and self._all[0][0] <= before:
            _, address = self._all.popleft()
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]
