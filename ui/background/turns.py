"""Fair turns: any number of runs, a bounded number of threads, and no thread for a run that waits.

A run that wants to train joins. At most `running` runs are in at once, the others queue. Those that
are in take short turns, first come first served, with the workers; a worker is a daemon thread that
exists while there are turns to take.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ui.server import limits


class Runner(Protocol):
    """What takes turns: a run, as the turns see it."""

    due: float  # when it may train again
    owes_a_step: bool

    def queued(self) -> None:
        """It has to wait until others have left."""

    def let_in(self) -> None:
        """It may train from now on."""

    def take_turn(self, seconds: float) -> None:
        """Train for so long."""

    def failed(self, error: Exception) -> None:
        """Its turn ended with an error."""


class Turns:
    """Who trains, and when. `lock` guards this and the state of every run that takes turns here."""

    def __init__(
        self,
        workers: int = limits.WORKERS,
        running: int = limits.MAX_RUNNING,
        turn: float = limits.TURN,
        slot: float = limits.SLOT,
    ) -> None:
        self.lock = threading.Condition()
        self._workers, self._most, self._turn, self._slot = workers, running, turn, slot
        self._in: dict[Runner, float] = {}  # since when each is in
        self._queue: deque[Runner] = deque()
        self._line: deque[Runner] = deque()  # waiting for their next turn
        self._in_hand: set[Runner] = set()  # of a worker, or of a page that reads the weights
        self._threads: set[threading.Thread] = set()

    def join(self, run: Runner) -> None:
        """`run` wants to train; it is let in, or queued."""
        with self.lock:
            if run not in self._in and run not in self._queue:
                run.queued()
                self._queue.append(run)
                self._admit()

    def leave(self, run: Runner) -> None:
        """`run` no longer wants to train; who waits the longest takes its place."""
        with self.lock:
            self._in.pop(run, None)
            for line in (self._queue, self._line):
                if run in line:
                    line.remove(run)
            self._admit()
            self.lock.notify_all()

    def once(self, run: Runner) -> None:
        """`run`, which is not in, asks for a single update: the next turn."""
        with self.lock:
            self._line_up(run, first=True)

    def ahead(self, run: Runner) -> int:
        """How many are before `run` in the queue."""
        with self.lock:
            return self._queue.index(run) if run in self._queue else 0

    def wake(self) -> None:
        """Something that workers wait for (the pace of a run) has changed."""
        with self.lock:
            self.lock.notify_all()

    @contextmanager
    def between_updates(self, run: Runner) -> Iterator[bool]:
        """True if the block has the run to itself; False if an update is being made now."""
        with self.lock:
            free = run not in self._in_hand
            if free:
                self._in_hand.add(run)
                if run in self._line:
                    self._line.remove(run)
        try:
            yield free
        finally:
            if free:
                self._give_back(run)

    @property
    def threads(self) -> int:
        """How many workers there are now."""
        return len(self._threads)

    # -- with the lock held

    def _admit(self) -> None:
        while self._queue and len(self._in) < self._most:
            run = self._queue.popleft()
            self._in[run] = time.monotonic()
            run.let_in()
            self._line_up(run)

    def _line_up(self, run: Runner, first: bool = False) -> None:
        # One that is in hand lines up again when it is given back.
        if run not in self._line and run not in self._in_hand:
            (self._line.appendleft if first else self._line.append)(run)
        wanted = min(self._workers, len(self._line) + len(self._in_hand))
        if len(self._threads) < wanted:
            name = f"training-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.add(thread)
            thread.start()
        self.lock.notify_all()

    # -- the workers

    def _work(self) -> None:
        while (run := self._take()) is not None:
            try:
                run.take_turn(self._turn)
            except Exception as error:  # the run's own trouble: the others go on
                run.failed(error)
            finally:
                self._give_back(run)

    def _take(self) -> Runner | None:
        """The run whose turn it is, as soon as there is one; None if nobody is left."""
        with self.lock:
            while self._line:
                now = time.monotonic()
                for run in self._line:
                    if run.due <= now:
                        self._line.remove(run)
                        self._in_hand.add(run)
                        return run
                self.lock.wait(min(run.due for run in self._line) - now)
            self._threads.discard(threading.current_thread())
            return None

    def _give_back(self, run: Runner) -> None:
        with self.lock:
            self._in_hand.discard(run)
            since = self._in.get(run)
            if since is not None and self._queue and time.monotonic() - since > self._slot:
                self.leave(run)
                self.join(run)
            elif since is not None or run.owes_a_step:
                self._line_up(run)
            self.lock.notify_all()
