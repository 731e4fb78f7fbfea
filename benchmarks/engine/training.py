"""Speed of a training update against PyTorch, side by side in one run on one thread.

Ours is a whole `Trainer.step`: drawing the batch, forward, backward, clipping, Adam, and
everything that a History records of it (‖∂L/∂h_t‖ of every step, norms before and after clipping,
saturation, now and then validation and the spectrum of W_h: a mean over 32 updates). PyTorch's is
what a user writes for speed: the fused nn.RNN, nn.LSTM or nn.GRU, clip_grad_norm_ and
torch.optim.Adam, on one batch that is there already, and no norms at all.

Both start from the same weights; loss and gradient norm of the first update are compared before
anything is timed. Rounds alternate.

Bars (adding problem, B=32, H=64, T=100): RNN 2.5× in float64, 3.5× in float32; LSTM, GRU 1×.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.report import arguments, beside_torch, in_turns
from rnn_core.tasks.problem import Batch
from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import VALIDATE_EVERY, Trainer
from rnn_core.training.update import starting_parameters

CONFIG = TrainConfig(
    task="adding",
    length=100,
    hidden_size=64,
    batch_size=32,
    optimizer="adam",
    learning_rate=1e-3,
    clip="norm",
    max_norm=1.0,
    steps=100_000,
)
CASES = (
    ("vanilla", "float64", 2.5),
    ("vanilla", "float32", 3.5),
    ("lstm", "float64", 1.0),
    ("lstm", "float32", 1.0),
    ("gru", "float64", 1.0),
    ("gru", "float32", 1.0),
)
FUSED = {"vanilla": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def fused(config: TrainConfig, batch: Batch) -> Callable[[], tuple[float, float]]:
    """One update by PyTorch's fused kernels, on `batch`, from the run's starting weights."""
    start, dtype = starting_parameters(config), getattr(torch, config.precision)
    rnn = FUSED[config.cell](start.W_x.shape[1], config.hidden_size).to(dtype)
    readout = torch.nn.Linear(config.hidden_size, start.W_y.shape[0]).to(dtype)
    with torch.no_grad():
        for tensor, array in (
            (rnn.weight_hh_l0, start.W_h),
            (rnn.weight_ih_l0, start.W_x),
            (rnn.bias_hh_l0, start.b_h),
            (rnn.bias_ih_l0, start.b_x),
            (readout.weight, start.W_y),
            (readout.bias, start.b_y),
        ):
            tensor.copy_(torch.tensor(array))
    parameters = [*rnn.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=config.learning_rate)
    x, target = torch.tensor(batch.x, dtype=dtype), torch.tensor(batch.target, dtype=dtype)

    def update() -> tuple[float, float]:
        optimiser.zero_grad()
        out, _ = rnn(x)
        loss = torch.nn.functional.mse_loss(readout(out[-1:]), target)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, config.max_norm)
        optimiser.step()
        return loss.item(), norm.item()

    return update


def measure(cell: str, precision: str, rounds: int) -> dict[str, float]:
    """Median seconds of an update, over rounds of VALIDATE_EVERY; ours and PyTorch's."""
    config = replace(CONFIG, cell=cell, precision=precision)
    trainer = Trainer(config)
    trainer.step()
    first = trainer.history.read()
    batch = config.problem.draw(Trainer(config)._rng, config.batch_size)
    update = fused(config, batch)
    close = 1e-8 if precision == "float64" else 1e-3
    found = np.array([first.loss[0], first.norm_before[0]])
    assert np.allclose(found, update(), rtol=close), "the two do not train the same network"
    return in_turns({"ours": trainer.step, "fused": update}, rounds, calls=VALIDATE_EVERY)


def main() -> None:
    torch.set_num_threads(1)
    args = arguments(__doc__, rounds=6)
    beside_torch("B=32 H=64 T=100, one training update", CASES, measure, args)


if __name__ == "__main__":
    main()
