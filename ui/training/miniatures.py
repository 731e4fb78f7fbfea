"""Each scene of training as a small picture: its validation loss, and that of the run beside it."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import Trainer
from ui.look import miniature
from ui.training.figures import COLOURS
from ui.training.scenes import SCENES

NAMES = tuple(scene.name for scene in SCENES)
# Decades below and above what no memory is needed for.
_BELOW, _ABOVE = 1.5, 0.5


def drawn(name: str) -> str:
    """The picture of a scene, SVG: two runs, which takes seconds."""
    scene = next(scene for scene in SCENES if scene.name == name)
    runs = [run for run in (scene.config, scene.versus) if run is not None]
    level = math.log10(scene.config.problem.baseline)
    lines = [(_losses(run) - level, ink) for run, ink in zip(runs, COLOURS, strict=False)]
    return miniature.curves(reversed(lines), -_BELOW, _ABOVE)


def _losses(config: TrainConfig) -> np.ndarray:
    """log₁₀ of the validation loss; NaN from where the run has broken."""
    trainer = Trainer(config)
    while trainer.step():
        pass
    record = trainer.history.read()
    losses = record.val_loss[np.isfinite(record.val_loss)]
    if trainer.event is not None:
        rest = round(len(losses) * (config.steps / max(trainer.updates, 1) - 1))
        losses = np.pad(losses, (0, rest), constant_values=np.nan)
    with np.errstate(divide="ignore"):
        return np.log10(losses)
