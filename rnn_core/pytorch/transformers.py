"""The tap in a training by the Trainer of Hugging Face transformers.

from rnn_core.pytorch.transformers import TapCallback

trainer = Trainer(model, arguments, callbacks=[TapCallback("run.unroll", every=200)], …)
"""

from __future__ import annotations

import os
from typing import Any

from transformers import TrainerCallback

from rnn_core.pytorch.probe.tap import Recorder, tap


class TapCallback(TrainerCallback):
    """Records every ∂L/∂h_t of the Trainer's model into the file `path`; `options` are those of
    `tap`.

    An update is a step of the optimiser, however many batches it was accumulated over. Loss (the
    mean since the one before), gradient norm and learning rate are written where the Trainer logs
    them (`logging_steps`). `recorder` is what `tap` gave, from the start of the training on.

    The Trainer tells its callbacks nothing of an exception: after one, `close` takes the hooks off.
    Raises at the start of the training what `tap` raises.
    """

    def __init__(self, path: str | os.PathLike[str], **options: Any) -> None:
        self.path, self.options = path, options
        self.recorder: Recorder | None = None
        self._pending = False  # an update is over, and whether the Trainer logs it comes next

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.close()
        own: dict[str, Any] = {"scaler": getattr(kwargs.get("optimizer"), "scaler", None)}
        if args.max_grad_norm and args.max_grad_norm > 0:
            own["max_norm"] = float(args.max_grad_norm)
        self.recorder = tap(kwargs["model"], self.path, **(own | self.options)).__enter__()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._pending = True

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        logs = kwargs.get("logs") or {}
        if "loss" in logs:
            self._over({name: logs.get(name) for name in ("loss", "grad_norm", "learning_rate")})

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._over({})

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._over({})
        self.close()

    def close(self) -> None:
        """Every hook off, and the file written to its end."""
        self._pending = False
        if self.recorder is not None:
            self.recorder.close()

    def _over(self, numbers: dict[str, Any]) -> None:
        if self._pending and self.recorder is not None:
            self.recorder.step(**numbers)
        self._pending = False
