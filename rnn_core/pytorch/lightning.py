"""The tap in a Lightning training.

from rnn_core.pytorch.lightning import TapCallback

trainer = Trainer(callbacks=[TapCallback("run.unroll", every=200)])
"""

from __future__ import annotations

import os
from typing import Any

try:
    from lightning.pytorch import Callback
except ImportError:  # it is installed under its older name alone
    from pytorch_lightning import Callback

from rnn_core.pytorch.probe.tap import Recorder, tap


class TapCallback(Callback):
    """Records every ∂L/∂h_t of the LightningModule into the file `path`; `options` are those of
    `tap`.

    An update is a step of the optimiser, however many batches it was accumulated over. Loss,
    learning rate and, where the trainer clips by norm, the norm before it are written at the
    trainer's own pace (`log_every_n_steps`), and the scalars of a record go to its loggers.
    `recorder` is what `tap` gave, from the start of the fit on. Under Trainer(precision="16-mixed")
    the scaler is the trainer's.

    Raises at the start of the fit what `tap` raises.
    """

    def __init__(self, path: str | os.PathLike[str], **options: Any) -> None:
        self.path, self.options = path, options
        self.recorder: Recorder | None = None
        self._updates, self._loss = 0, 0.0
        self._told: dict[str, Any] = {}

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        own: dict[str, Any] = {"scaler": getattr(trainer.precision_plugin, "scaler", None)}
        if _clips_by_norm(trainer):
            own["max_norm"] = float(trainer.gradient_clip_val)
        self._updates, self._loss = trainer.global_step, 0.0
        self.recorder = tap(pl_module, self.path, **(own | self.options)).__enter__()

    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        every = trainer.log_every_n_steps
        if not every or (trainer.global_step + 1) % every:
            return
        self._told = {"learning_rate": optimizer.param_groups[0]["lr"]}
        if _clips_by_norm(trainer):
            import torch

            gradients = [p.grad for p in pl_module.parameters() if p.grad is not None]
            self._told["grad_norm"] = torch.nn.utils.get_total_norm(gradients)

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if loss is not None:
            self._loss = self._loss + loss.detach()  # of each batch its part of the update's
        if self.recorder is None or trainer.global_step == self._updates:
            return
        if self._told and loss is not None:
            self._told["loss"] = self._loss
        recorded = self.recorder.step(**self._told)
        self._updates, self._loss, self._told = trainer.global_step, 0.0, {}
        if recorded:
            for logger in trainer.loggers:
                logger.log_metrics(self.recorder.scalars(), step=trainer.global_step)

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self._close()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._close()

    def _close(self) -> None:
        if self.recorder is not None:
            self.recorder.close()


def _clips_by_norm(trainer: Any) -> bool:
    return bool(trainer.gradient_clip_val) and trainer.gradient_clip_algorithm != "value"
