"""Browser tabs and their runs: a run lives as long as somebody has its tab open.

A tab is known by a token that only its browser has (static/live/tab.js keeps it through a reload,
when Streamlit begins a new session). One daemon thread looks after all tabs while there are any.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ui.background.run import Run
from ui.background.turns import Turns
from ui.server import limits

if TYPE_CHECKING:
    from rnn_core.training.config import TrainConfig
    from rnn_core.training.history import Record
    from rnn_core.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Kept:
    """A run as it was when its reader kept it."""

    title: str
    config: TrainConfig
    record: Record
    number: int  # counts all that this tab has kept

    @property
    def nbytes(self) -> int:
        return sum(getattr(value, "nbytes", 0) for value in vars(self.record).values())


@dataclass(eq=False)
class Tab:
    """The runs of one browser tab."""

    session: str
    heard: float
    runs: dict[str, Run] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    numbers: int = 0
    gone_since: float | None = None


class Tabs:
    """Every tab that has a run, by its token."""

    def __init__(
        self,
        turns: Turns,
        make: Callable[[TrainConfig], Trainer],
        connected: Callable[[str, float], bool],
    ) -> None:
        self._turns, self._make, self._connected = turns, make, connected
        self._tabs: dict[str, Tab] = {}
        self._lock = threading.RLock()
        self._watcher: threading.Thread | None = None
        self._close = threading.Event()

    # -- whose is what

    def owns(self, token: str, session: str) -> bool:
        """Whether `session` may use `token`: no other has taken it over. It counts as heard of."""
        with self._lock:
            tab = self._tabs.get(token)
            if tab is None:
                return True
            if tab.session == session:
                tab.heard = time.monotonic()
            return tab.session == session

    def take_over(self, token: str, session: str, *, reloaded: bool) -> bool:
        """Give the tab `token` to `session`, unless it is still open elsewhere; whether it has it.

        A duplicated tab has a copy of the token. `reloaded` says that the page which had it has
        been left for this one; then the old session may still look connected.
        """
        with self._lock:
            tab = self._tabs.get(token)
            if tab is None:
                return False
            alone = reloaded or not self._connected(tab.session, tab.heard)
            if tab.session != session and not alone:
                return False
            tab.session, tab.heard, tab.gone_since = session, time.monotonic(), None
            runs = list(tab.runs.values())
        for run in runs:
            run.come_back()
        return True

    # -- runs

    def run(
        self,
        token: str,
        session: str,
        config: Any,
        name: str,
        make: Callable[[Any], Any] | None = None,
    ) -> Run:
        """The tab's run of that name; a new one if there is none, which `make` makes a trainer
        for."""
        with self._lock:
            tab = self._tab(token, session)
            run = tab.runs.get(name)
            if run is None:
                if len(tab.runs) >= limits.RUNS_PER_TAB:
                    raise ValueError(
                        f"a tab has at most {limits.RUNS_PER_TAB} runs; got a further one, {name}"
                    )
                run = tab.runs[name] = Run(config, self._turns, make or self._make)
        if not run.begun and run.config != config:
            run.reset(config)
        return run

    def runs(self, token: str) -> dict[str, Run]:
        """The tab's runs, by name."""
        with self._lock:
            tab = self._tabs.get(token)
            return dict(tab.runs) if tab else {}

    def _tab(self, token: str, session: str) -> Tab:
        tab = self._tabs.get(token)
        if tab is None:
            tab = self._tabs[token] = Tab(session, time.monotonic())
            self._watch()
        tab.heard = time.monotonic()
        return tab

    def forget_run(self, token: str, name: str) -> None:
        """End a run of the tab and free its memory."""
        with self._lock:
            tab = self._tabs.get(token)
            run = tab.runs.pop(name, None) if tab else None
        if run:
            run.discard()

    def drop(self, token: str) -> None:
        """Forget the tab, and end its runs."""
        with self._lock:
            tab = self._tabs.pop(token, None)
        for run in tab.runs.values() if tab else ():
            run.discard()

    # -- what is kept for comparison

    def kept(self, token: str) -> tuple[Kept, ...]:
        tab = self._tabs.get(token)
        return tab.kept if tab else ()

    def keep(self, token: str, run: Run, title: str) -> Kept:
        """Keep `run` as it is now; ValueError where that is one too many."""
        record = run.read()
        with self._lock:
            tab = self._tabs[token]
            kept = Kept(title, run.config, record, tab.numbers + 1)
            if len(tab.kept) >= limits.MAX_KEPT:
                raise ValueError(
                    f"at most {limits.MAX_KEPT} runs can be kept; remove one of them first"
                )
            used = sum(k.nbytes for other in self._tabs.values() for k in other.kept)
            if used + kept.nbytes > limits.KEPT_BYTES:
                raise ValueError(
                    f"this server keeps at most {limits.KEPT_BYTES >> 20} MB of runs for all its "
                    f"users, and {used >> 20} MB are taken; download the run instead"
                )
            tab.kept += (kept,)
            tab.numbers += 1
        return kept

    def remove_kept(self, token: str, number: int) -> None:
        with self._lock:
            if tab := self._tabs.get(token):
                tab.kept = tuple(kept for kept in tab.kept if kept.number != number)

    # -- looking after them

    def _watch(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=self._look_after, name="training-watch", daemon=True
            )
            self._watcher.start()

    def _look_after(self) -> None:
        while not self._close.wait(limits.WATCH):
            self.look()
            with self._lock:
                if not self._tabs:
                    self._watcher = None
                    return

    def look(self, now: float | None = None) -> None:
        """Pause the runs of tabs that have gone, resume those of tabs that are back, and forget
        tabs that do not come back."""
        now = time.monotonic() if now is None else now
        with self._lock:
            leaving, back, gone = [], [], []
            for token, tab in self._tabs.items():
                if self._connected(tab.session, tab.heard):
                    tab.gone_since = None
                    # Always: a run may have been left alone just as its tab was taken over.
                    back += tab.runs.values()
                    continue
                if tab.gone_since is None:
                    tab.gone_since = now
                away = now - tab.gone_since
                if away > limits.GRACE:
                    leaving += tab.runs.values()
                if away > limits.FORGOTTEN:
                    gone.append(token)
        for run in leaving:
            run.left_alone()
        for token in gone:
            self.drop(token)
        for run in back:
            run.come_back()

    def __len__(self) -> int:
        return len(self._tabs)

    def close(self) -> None:
        """End every run and the watching thread; for tests."""
        with self._lock:
            watcher, self._watcher = self._watcher, None
        for token in list(self._tabs):
            self.drop(token)
        self._close.set()
        if watcher:
            watcher.join()
        self._close.clear()
