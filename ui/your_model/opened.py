"""The recordings that a reader has open: one by name, one dropped, for this session only.

A recording is read as it is asked; what has been read of it stays, since a record never changes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from rnn_core.flow.flow import GradientFlow
from rnn_core.recording import BadRecording, Recording
from rnn_core.recording.findings import Finding
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.recording.rerun import flow_of
from ui.server import limits
from ui.settings.shelf import SHELF, Offered

_KEPT, _DROPPED = "recordings_open", "recording_dropped"  # in the session
READINGS = 512  # kept of one recording
LAYERS = 64  # with their directions, of one record
MISSING = "That file is no longer there."


class Opened:
    """A recording with what has been read of it."""

    def __init__(self, recording: Recording, *, grows: bool = False, dropped: bool = False) -> None:
        self.recording = recording
        self.grows, self.dropped = grows, dropped
        self._readings: dict[tuple[str, int, int, int], LayerReading] = {}
        self._findings: dict[int, list[Finding]] = {}
        self._again: tuple[object, GradientFlow | str] | None = None
        self._layers: dict[int, list[tuple[str, int, int]]] = {}
        self.look()

    def look(self) -> None:
        """See what has come since: once in each run, so that all of it speaks of the same."""
        self.steps = self.recording.steps

    @property
    def name(self) -> str:
        return self.recording.name

    def place(self, update: int) -> int:
        """Which record is nearest below an update; the latest for 0 or one beyond the end."""
        if not update or update >= self.steps[-1]:
            return len(self.steps) - 1
        return max((k for k, step in enumerate(self.steps) if step <= update), default=0)

    def layers(self, at: int) -> list[tuple[str, int, int]]:
        """(module, layer, direction) of record `at`, in the model's order; of very many the last,
        which are nearest the loss."""
        step = self.steps[at]
        if step not in self._layers:
            found: list[tuple[str, int, int]] = []
            for module in list(self.recording.modules)[-LAYERS:]:
                found += [(module, *which) for which in self.recording.layers(module, at)]
            self._layers[step] = found[-LAYERS:]
        return self._layers[step]

    def reading(self, at: int, module: str, layer: int, direction: int) -> LayerReading:
        """Of one layer and direction in record `at`."""
        key = (module, layer, direction, self.steps[at])
        if key not in self._readings:
            if len(self._readings) >= READINGS:
                self._readings.clear()
            self._readings[key] = self.recording.reading(
                module, layer=layer, direction=direction, step=at
            )
        return self._readings[key]

    def readings(self, at: int) -> list[LayerReading]:
        """Of every layer and direction in record `at`; of none that has not a single step."""
        found = [self.reading(at, *which) for which in self.layers(at)]
        return [one for one in found if one.norms.size]

    def again(self, at: int, module: str, layer: int, direction: int) -> GradientFlow | str:
        """The layer of record `at` run again by the engine, or why it cannot be; the last one
        stays."""
        key = (module, layer, direction, self.steps[at])
        if self._again is None or self._again[0] != key:
            tape = self.recording.tape(module, layer=layer, direction=direction, step=at)
            try:
                found = "" if tape is None else flow_of(tape)
            except ValueError as error:
                found = str(error)
            self._again = (key, found)
        return self._again[1]

    def findings(self) -> list[Finding]:
        """What the doctor sees in the records so far."""
        latest = self.steps[-1]
        if latest not in self._findings:
            self._findings = {latest: self.recording.doctor()}
        return self._findings[latest]


def named(name: str) -> Opened:
    """The recording of this name, opened once as long as it is the same file.

    Raises BadRecording for what is none, and for a file that has gone.
    """
    kept: dict[str, tuple[object, Opened]] = st.session_state.setdefault(_KEPT, {})
    try:
        offered = SHELF[name]
        identity = _identity(offered)
        if name not in kept or kept[name][0] != identity:
            for _, other in kept.values():  # one at a time: each holds a file
                other.recording.close()
            kept.clear()
            recording = Recording.open(offered.path)
            kept[name] = (identity, Opened(recording, grows=offered.grows))
        opened = kept[name][1]
        opened.look()
    except (KeyError, FileNotFoundError):
        raise BadRecording(MISSING) from None
    except OSError as error:
        raise BadRecording(f"{name} cannot be read: {error.strerror or error}") from error
    return opened


def _identity(offered: Offered) -> object:
    """Another one where a new file has taken the place of the old one."""
    found = os.stat(offered.path)
    return str(offered.path), found.st_dev, found.st_ino


def signature(name: str) -> object:
    """Another one where the file has grown."""
    with contextlib.suppress(KeyError, OSError):
        found = os.stat(SHELF[name].path)
        return found.st_ino, found.st_size, found.st_mtime_ns
    return None


def grows(name: str) -> float | None:
    """Seconds since a file that may grow has changed; None for one that does not."""
    with contextlib.suppress(KeyError, OSError):
        if SHELF[name].grows:
            return max(time.time() - os.stat(SHELF[name].path).st_mtime, 0.0)
    return None


# -- a file that was dropped


def drop(file_id: str, name: str, data: bytes) -> None:
    """Open what a reader has dropped; what is wrong with it is kept as its sentence."""
    held = st.session_state.get(_DROPPED)
    if held and held[0] == file_id:
        return
    let_go()
    try:
        st.session_state[_DROPPED] = (file_id, _opened(name, data), "")
    except BadRecording as refused:
        st.session_state[_DROPPED] = (file_id, None, str(refused))


def dropped() -> tuple[Opened | None, str]:
    """The recording that was dropped, or why it is none; (None, "") where there is no file."""
    _, opened, why = st.session_state.get(_DROPPED, ("", None, ""))
    return opened, why


def let_go() -> None:
    """Forget the file that was dropped."""
    _, opened, _ = st.session_state.pop(_DROPPED, ("", None, ""))
    if opened is not None:
        opened.recording.close()


def _opened(name: str, data: bytes) -> Opened:
    """The bytes as a file that has lost its name as soon as it is open: it ends with the session.

    Where an open file cannot be taken away (Windows), it goes when the server ends.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="unroll-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / _harmless(name)
            path.write_bytes(data)
            recording = Recording.open(path, stranger=True, max_bytes=limits.UPLOAD_MB * 2**20)
            return Opened(recording, dropped=True)
    except OSError as error:
        raise BadRecording(f"the file cannot be kept: {error.strerror or error}") from error


def _harmless(name: str) -> str:
    """A file's name without what a file system or a page would take for something else."""
    kept = "".join(c if c.isalnum() or c in "._- " else "_" for c in Path(name).name).strip(". ")
    return kept[-80:] or "recording"


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Show in place of the rest of the block why a recording cannot be read."""
    try:
        yield
    except BadRecording as refused:
        st.error(str(refused), icon=":material/broken_image:")
