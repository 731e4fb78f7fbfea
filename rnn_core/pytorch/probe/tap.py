"""tap and the Recorder: updates in a training loop, and which of them are recorded.

    with tap(model, "run.unroll", every=200) as recorder:
        for x, y in loader:
            loss = …; loss.backward(); …
            recorder.step(loss=loss.item())

The first update is recorded and every `every`-th after it, and one after a loss or a gradient norm
that was not finite. In between there are no hooks, and nothing is computed.
"""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core.pytorch.missing import need_torch
from rnn_core.pytorch.probe import carried, stepwise
from rnn_core.pytorch.probe.calls import Call, sequences
from rnn_core.pytorch.probe.found import Tapped, is_compiled, tappable, unwrapped
from rnn_core.pytorch.probe.listening import Listener
from rnn_core.pytorch.probe.measured import Measured
from rnn_core.pytorch.probe.states import States, evenly
from rnn_core.recording.layer_record import LayerRecord
from rnn_core.recording.recording import Recording
from rnn_core.recording.writer import Writer


def tap(
    model: Any,
    path: str | os.PathLike[str],
    *,
    every: int = 200,
    modules: Iterable[str] | None = None,
    sequences: int = 16,
    keep_tapes: int = 1,
    scaler: Any | None = None,
    max_norm: float | None = None,
    overwrite: bool = False,
) -> Recorder:
    """Record ∂L/∂h_t of every nn.RNN, LSTM, GRU and cell of `model` into the file `path`.

    every: how many updates from one record to the next. modules: the names (of `named_modules`) of
    those to tap; without, all. sequences: of the batch, evenly spaced, whose norms are kept; all
    count in the proof and in the gates. keep_tapes: of how many of the latest records everything
    is kept that it takes to run some sequences again; of the first, the worst and the first that
    is not finite it always is. scaler: the GradScaler of a mixed-precision training, by whose scale
    the gradients are divided. max_norm: what the training clips at, for the reading. overwrite:
    take the place of a file that is there.

    The model, its random numbers and its gradients are left as they are: the loss is the same to
    the last bit. Under DistributedDataParallel the process of rank 0 records its own share of the
    batch, the others nothing. A model for torch.compile must be tapped before its first call.

    Raises MissingTorch; TypeError, ValueError for what cannot be read exactly, with the reason;
    FileExistsError, OSError for the file. Tried on the CPU alone: nothing here was run on CUDA.
    """
    need_torch()
    for name, value, low in (("every", every, 1), ("sequences", sequences, 1)):
        if not (type(value) is int and value >= low):
            raise ValueError(f"{name} must be a whole number from {low} on, got {value!r}")
    if not (type(keep_tapes) is int and 0 <= keep_tapes <= 100):
        raise ValueError(f"keep_tapes must be a whole number from 0 to 100, got {keep_tapes!r}")
    if max_norm is not None and not max_norm > 0:
        raise ValueError(f"max_norm must be more than 0, got {max_norm!r}")
    found = tappable(model, modules)
    return Recorder(
        model, found, Path(path), every, sequences, keep_tapes, scaler, max_norm, overwrite
    )


class Recorder:
    """What `tap` gives: `step` after each update, `state` for a loop of one's own."""

    def __init__(
        self,
        model: Any,
        found: Sequence[Tapped],
        path: Path,
        every: int,
        sequences: int,
        keep_tapes: int,
        scaler: Any | None,
        max_norm: float | None,
        overwrite: bool,
    ) -> None:
        self.path = path
        self.every = every
        self.sequences = sequences
        self.updates = 0  # that are over
        self._model = model
        self._found = list(found)
        self._scaler = scaler
        self._listeners = [Listener(one, self._scale) for one in self._found]
        self._states = States()
        self._on_model: Any | None = None
        self._armed = False
        self._trouble = False  # the last update was not finite
        self._silent: set[str] = set()
        self._writer: Writer | None = None
        self._stays = is_compiled(model)
        if _rank() == 0:
            if overwrite and path.exists():
                path.unlink()
            self._writer = self._open(keep_tapes, max_norm)

    # -- the loop

    def __enter__(self) -> Recorder:
        if self._writer is not None:
            if self._stays:
                for listener in self._listeners:
                    listener.attach()
            self._arm()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Every hook off, and the file written to its end."""
        self._disarm()
        for listener in self._listeners:
            listener.detach()
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    def step(
        self,
        *,
        loss: float | None = None,
        grad_norm: float | None = None,
        learning_rate: float | None = None,
        lengths: Sequence[int] | None = None,
    ) -> bool:
        """An update is over, its backward passes done; before or after the optimiser's step.

        loss, grad_norm (of all parameters, before clipping), learning_rate: of this update, if they
        are at hand. lengths: the steps of each sequence (B,), where the batch is padded without
        packing, so that the pads can be told from the data.

        Returns whether this update was recorded: then `scalars` has something new.
        """
        values = [_number(n, v) for n, v in _named(loss, grad_norm, learning_rate)]
        self.updates += 1
        if self._writer is None:
            return False
        armed, self._armed = self._armed, False
        recorded = False
        try:
            self._writer.moment(self.updates, *values)
            if armed:
                recorded = self._record(lengths)
        except Exception as problem:  # a training of days must not end for our sake
            warnings.warn(
                f"update {self.updates} could not be recorded in {self.path.name}: "
                f"{type(problem).__name__}: {problem}",
                stacklevel=2,
            )
        finally:
            if armed:
                self._disarm()
        bad = any(v is not None and not math.isfinite(v) for v in values)
        if self.updates % self.every == 0 or (bad and not self._trouble):
            self._arm()
        self._trouble = bad
        return recorded

    def state(self, name: str, h: Any, t: int) -> Any:
        """Mark `h`, (B, H) or (H,), as the state at step t of a loop of one's own; gives it back.

        Its norms are recorded under `name`. A t that is not larger than the one before begins a
        new sequence.
        """
        if self._armed:
            self._states.mark(name, h, t)
        return h

    # -- looking

    def scalars(self) -> dict[str, float]:
        """The latest record in plain numbers, for a tracker: see `Recording.scalars`."""
        with Recording.open(self.path) as run:
            return run.scalars()

    def report(self, path: str | os.PathLike[str]) -> None:
        """A page of its own about everything so far: see `Recording.report`."""
        with Recording.open(self.path) as run:
            run.report(path)

    def _repr_html_(self) -> str:
        with Recording.open(self.path) as run:
            return run._repr_html_()

    # -- one recorded update

    def _arm(self) -> None:
        self._armed = True
        for listener in self._listeners:
            listener.listen()
        if any(one.is_cell for one in self._found):
            inner = unwrapped(self._model)
            self._on_model = inner.register_forward_pre_hook(self._model_begins)

    def _disarm(self) -> None:
        self._armed = False
        for listener in self._listeners:
            listener.rest() if self._stays else listener.detach()
        self._states.rest()
        if self._on_model is not None:
            self._on_model.remove()
            self._on_model = None

    def _model_begins(self, module: Any, inputs: Any) -> None:
        for listener in self._listeners:
            listener.new_pass()

    def _record(self, lengths: Sequence[int] | None) -> bool:
        assert self._writer is not None
        records: list[LayerRecord] = []
        for listener in self._listeners:
            own = _records(listener, self.sequences, lengths)
            if not own and listener.tapped.name not in self._silent:
                self._silent.add(listener.tapped.name)
                self._no_gradient(listener)
            records += own
        scale = next((one.scale for one in self._listeners if one.gradients), None)
        own_states = self._states.records(scale or self._scale(), self.sequences)
        for one in own_states:
            self._writer.add_module(one.module, "state", {})
        records += own_states
        return bool(records) and self._writer.records(self.updates, records)

    def _no_gradient(self, listener: Listener) -> None:
        """Loudly: nothing that is recorded later would say why it is missing."""
        if listener.calls:
            why = "it was called, and no backward pass came to what it gave back"
        elif self._stays:
            why = (
                "torch.compile has the model, and hooks that come after its first call are "
                "ignored: tap the model before it"
            )
        else:
            why = (
                "it was not called with gradients on (or it runs inside something that was "
                "compiled before it was tapped)"
            )
        warnings.warn(
            f"no gradient reached {listener.tapped.name} in update {self.updates}: {why}",
            stacklevel=4,
        )

    def _scale(self) -> float:
        if self._scaler is None:
            return 1.0
        return float(self._scaler.get_scale()) or 1.0

    def _open(self, keep_tapes: int, max_norm: float | None) -> Writer:
        import torch

        from rnn_core import __version__

        told = {
            "unroll": __version__,
            "torch": torch.__version__,
            "model": type(unwrapped(self._model)).__name__,
            "every": str(self.every),
            "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        if max_norm is not None:
            told["max_norm"] = repr(float(max_norm))
        modules = [(one.name, one.kind, one.settings | _device(one)) for one in self._found]
        return Writer(self.path, told, modules, keep_tapes=keep_tapes)


def _records(listener: Listener, most: int, lengths: Sequence[int] | None) -> list[LayerRecord]:
    """Everything of one module in this update; [] where no gradient came."""
    tapped, scale = listener.tapped, listener.scale
    runs = [run for run in sequences(listener.calls) if any(call.arrived for call in run)]
    given = [run[0] for run in runs]
    sizes = [_batch(tapped, call) for call in given]
    replay = stepwise.replay if tapped.is_cell else carried.replay
    replays = [replay(tapped, run, scale) for run in runs]
    if not given:
        return []
    chosen = evenly(sum(sizes), most)
    found: dict[tuple[int, int], Measured] = {}
    before = 0
    for size, parts in zip(sizes, replays, strict=True):
        for part in parts:
            key = part.layer, part.direction
            if key not in found:
                found[key] = Measured(tapped, *key, chosen)
            found[key].add(part, before, tape=not tapped.is_cell)
        before += size
    told: dict[str, Any] = {
        "batch": before,
        "calls": len(given),
        "state_given": any(call.h is not None for call in given),
        "state_attached": any(call.attached for call in given),
        "scale": scale,
        "packed": any(call.packing is not None for call in given),
    }
    if lengths is not None:
        told["lengths"] = _lengths(lengths, before)[chosen].tolist()
    ordered = sorted(found.items())
    return [one.finish(listener.gradients, scale, told) for _, one in ordered]


def _batch(tapped: Tapped, call: Call) -> int:
    """Its number of sequences."""
    if call.packing is not None:
        return int(call.packing[0][0])
    if tapped.is_cell:
        return int(call.x.shape[0]) if call.x.dim() == 2 else 1
    if call.x.dim() == 2:
        return 1
    return int(call.x.shape[0 if tapped.module.batch_first else 1])


def _lengths(lengths: Sequence[int], batch: int) -> np.ndarray:
    found = np.asarray([int(n) for n in lengths])
    if found.shape != (batch,) or (found < 1).any():
        raise ValueError(
            f"lengths must be {batch} whole numbers from 1 on, one for each sequence, got "
            f"{len(found)}"
        )
    return found


def _device(one: Tapped) -> dict[str, str]:
    weight = one.module._parameters[one.all_weights[0]]
    return {"device": weight.device.type, "dtype": str(weight.dtype).removeprefix("torch.")}


def _rank() -> int:
    import torch

    ready = torch.distributed.is_available() and torch.distributed.is_initialized()
    return torch.distributed.get_rank() if ready else 0


def _named(
    loss: float | None, grad_norm: float | None, learning_rate: float | None
) -> tuple[tuple[str, float | None], ...]:
    return ("loss", loss), ("grad_norm", grad_norm), ("learning_rate", learning_rate)


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be a number, got {type(value).__name__}") from error
