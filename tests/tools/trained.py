"""Training runs that several tests look at, made once for each config."""

from functools import lru_cache

import numpy as np

from rnn_core.training.config import TrainConfig
from rnn_core.training.history import COLUMNS, Record
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


_NOISE = np.random.default_rng(3).standard_normal(5000)


def recorded(loss, config: TrainConfig, states=None, changes=(), every=1, **columns) -> Record:
    """A record of so many rows as `loss` has; other columns are those of a quiet run unless given.

    states: log₁₀ norms (T,) of every row.
    """
    n = len(loss)
    quiet = {
        "step": 1 + every * np.arange(n),
        "loss": np.asarray(loss, float),
        "val_loss": np.nan,
        "val_accuracy": np.nan,
        "norm_before": 0.5 * np.exp(0.1 * _NOISE[:n]),
        "norm_after": 0.5,
        "clipped": False,
        "factor": 1.0,
        "cosine": 1.0,
        "rho": np.linspace(1.0, 1.5, n) if n else 1.0,
        "sigma": np.linspace(1.0, 1.5, n) if n else 1.0,
        "saturated": 0.3,
        "seq_len": config.problem.seq_len,
    }
    rows = {name: np.broadcast_to(columns.get(name, quiet[name]), n) for name in COLUMNS}
    states = np.zeros(config.problem.seq_len) if states is None else states
    norms = rows["norm_before"]
    known = np.isfinite(norms)
    return Record(
        **rows,
        state_steps=rows["step"],
        state_norms=np.tile(np.asarray(states, np.float32), (n, 1)),
        every=every,
        state_every=every,
        steps=n * every,
        clipped_steps=int(rows["clipped"].sum()) * every,
        largest_norm=float(norms[known].max()) if known.any() else -np.inf,
        largest_norm_step=1,
        smallest_loss=float(rows["loss"].min()) if n else np.inf,
        best_accuracy=np.nan,
        changes=tuple(changes),
    )
