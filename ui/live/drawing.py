"""What the page draws: mounted on it, or gathered for an answer to the browser.

Everything that draws a picture, a chart or a sentence calls `show` or `words`. In a run of the
script they mount it; while an answer is made (`gathering`) they pack it into the answer instead,
and touch nothing of Streamlit's. So both ways are one function, and say the same.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.live import assets, session, wire


@dataclass(eq=False)
class Gathered:
    """What an answer holds: the packed pieces, and the name of what they were computed from."""

    pieces: list[bytes] = field(default_factory=list)
    stamp: str | None = None


_gathered: ContextVar[Gathered | None] = ContextVar("gathered", default=None)
_group: ContextVar[str] = ContextVar("group", default="")


@contextmanager
def gathering() -> Iterator[Gathered]:
    """Gather what is drawn in the block."""
    found = Gathered()
    token = _gathered.set(found)
    try:
        yield found
    finally:
        _gathered.reset(token)


def gathers() -> bool:
    """Whether an answer is being made, and no script runs."""
    return _gathered.get() is not None


@contextmanager
def group(name: str) -> Iterator[None]:
    """Say that what the block draws is brought up to date by the page's answer `name`."""
    token = _group.set(name)
    try:
        yield
    finally:
        _group.reset(token)


def set_stamp(*state: object) -> None:
    """Say what everything drawn from here on is computed from; a hash of its repr is sent along."""
    short = hashlib.blake2b(repr(state).encode(), digest_size=6).hexdigest()
    if (found := _gathered.get()) is not None:
        found.stamp = short
    else:
        session.set_stamp(short)


@functools.lru_cache(maxsize=64)
def _component(name: str, module: str, _version: str):
    return st.components.v2.component(
        f"unroll.{name}", js=assets.loader(module), isolate_styles=False
    )


def show(
    module: str,
    payload: dict[str, Any],
    *,
    key: str,
    height: int,
    envelope: dict[str, Any] | None = None,
    **callbacks: Callable[[], None] | None,
) -> None:
    """Draw `payload` by the browser's module (its path in static/live) in `height` pixels.

    envelope: what changes without a change in what is drawn. Callbacks, as Streamlit names them
    (`on_<state>_change`), are for the script; an answer has none.
    """
    payload = payload | {"key": key}
    if group := _group.get():
        payload["group"] = group
    if (found := _gathered.get()) is not None:
        found.pieces.append(wire.pack(payload, {"stamp": found.stamp} | (envelope or {})))
        return
    _component(module.rpartition("/")[2], module, assets.version())(
        key=f"live_{key}",
        data=wire.pack(payload, session.envelope() | (envelope or {})),
        height=height,
        **callbacks,
    )


def note(text: str) -> None:
    """A remark where a chart has nothing to draw; of an answer it is no part."""
    if not gathers():
        st.info(text)


def words(key: str, html: str) -> None:
    """Write `html` on the page, where the answers find it again by `key`."""
    if (found := _gathered.get()) is not None:
        found.pieces.append(wire.pack({"key": key, "html": html}, {"stamp": found.stamp}))
    else:
        st.html(f'<div data-words="{key}">{html}</div>')
