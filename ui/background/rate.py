"""How fast something counts, over the last moments."""

from __future__ import annotations

from collections import deque

WINDOW = 2.0  # seconds: long enough to average over the turns of other runs
_SPACING = 0.1  # seconds between two samples: twenty of them, however fast the count


class Rate:
    """Counts per second of `note(now, count)` over the last `WINDOW` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._last: tuple[float, int] | None = None

    def note(self, now: float, count: int) -> None:
        """The count is `count` at the time `now` (seconds, any clock that only goes forward)."""
        if not self._samples or now - self._samples[-1][0] >= _SPACING:
            self._samples.append((now, count))
            while now - self._samples[0][0] > WINDOW:
                self._samples.popleft()
        self._last = (now, count)

    @property
    def per_second(self) -> float | None:
        """None before there are two counts."""
        last = self._last
        if last is None:
            return None
        (then, before), (now, count) = self._samples[0], last
        return (count - before) / (now - then) if now > then else None
