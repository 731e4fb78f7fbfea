"""Training in the background: a run per browser tab, fair turns for all users, no thread at rest.

A page calls `enter()` first, then `mine(config)` for its tab's Run, and steers that.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.background import presence
from ui.background.run import FINISHED, PAUSED, QUEUED, READY, RUNNING, STOPPED, Progress, Run
from ui.background.tabs import Kept, Tabs
from ui.background.turns import Turns
from ui.live import tab
from ui.server import limits

if TYPE_CHECKING:
    from rnn_core.training.config import TrainConfig

__all__ = [
    "FINISHED",
    "PAUSED",
    "QUEUED",
    "READY",
    "RUNNING",
    "STOPPED",
    "Kept",
    "Progress",
    "Run",
    "all_mine",
    "enter",
    "forget",
    "keep",
    "kept",
    "limits",
    "mine",
    "remove_kept",
]

_TOKEN, _CLAIM = "training_token", "training_claim"


def _trainer(config: TrainConfig):
    from rnn_core.training.trainer import Trainer
    from ui.server import boot

    trainer = Trainer(config)
    boot.settle()  # PyTorch may just have been imported
    return trainer


TURNS = Turns()
TABS = Tabs(TURNS, _trainer, presence.connected)


def enter() -> bool:
    """Join this session to its tab's runs; on every run of a page that shows them, at its top.

    After a reload the tab has a new session. The browser then tells which token it had, one more
    run of the page follows, and from that on `mine` is the run from before. True in that run of
    the page, if a link brought the reader, and not a reload.
    """
    linked = False
    state, session = st.session_state, presence.session()
    claim = tab.claim()
    if claim and claim["at"] != state.get(_CLAIM):
        state[_CLAIM] = claim["at"]
        before = _token()
        if claim["token"] != before and TABS.take_over(
            claim["token"], session, reloaded=claim["reloaded"]
        ):
            TABS.drop(before)
            state[_TOKEN] = claim["token"]
            linked = claim["linked"]
    tab.mount(_token(), heard=state.get(_CLAIM))
    return linked


def _token() -> str:
    """This session's token; a new one if it has none, or if another session has taken it over."""
    state = st.session_state
    token = state.get(_TOKEN)
    if token is None or not TABS.owns(token, presence.session()):
        token = state[_TOKEN] = secrets.token_urlsafe(18)
    return token


def mine(config: Any, name: str = "main", make: Callable[[Any], Any] | None = None) -> Run:
    """This tab's run called `name`, made with `config` if there is none.

    A run that has not begun follows `config`; one that has keeps its own: `Run.differs` says in
    what. make: of a config what takes steps as a Trainer does, for a run that is no training alone.
    """
    return TABS.run(_token(), presence.session(), config, name, make)


def all_mine() -> dict[str, Run]:
    """This tab's runs, by name."""
    return TABS.runs(_token())


def forget(name: str) -> None:
    """End this tab's run called `name` and free its memory."""
    TABS.forget_run(_token(), name)


def keep(run: Run, title: str) -> Kept:
    """Keep `run` as it is now, for comparison; ValueError (for the screen) if that is too many."""
    return TABS.keep(_token(), run, title)


def kept() -> tuple[Kept, ...]:
    """What this tab has kept, the oldest first."""
    return TABS.kept(_token())


def remove_kept(number: int) -> None:
    """Remove the kept run of this number."""
    TABS.remove_kept(_token(), number)
