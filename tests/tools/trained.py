"""Training runs that several tests look at, made once for each config."""

from functools import lru_cache

import numpy as np

from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import Trainer


@lru_cache(maxsize=128)
def trained(config: TrainConfig, to_the_end: bool = False) -> Trainer:
    """The run of a config: until it is solved, or until its budget is used up."""
    trainer = Trainer(config)
    while trainer.step():
        if trainer.solved_step and not to_the_end:
            break
    return trainer


def level(trainer: Trainer) -> float:
    """The median loss of the last 40 updates, in baselines."""
    loss = trainer.history.read().loss[-40:]
    return float(np.median(loss[np.isfinite(loss)])) / trainer.config.problem.baseline
