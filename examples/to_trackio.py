"""∂L/∂h_t of an LSTM as curves in trackio, beside the loss; with wandb it is the same three calls.

pip install trackio
python -m examples.to_trackio
trackio show --project unroll
"""

from pathlib import Path

import torch
import trackio
from torch import nn

from rnn_core.pytorch import tap


def main(path: str | Path = "run.unroll", updates: int = 400) -> None:
    torch.manual_seed(0)
    model = nn.ModuleDict({"lstm": nn.LSTM(2, 32), "head": nn.Linear(32, 1)})
    optimizer = torch.optim.Adam(model.parameters())
    trackio.init(project="unroll", config={"hidden_size": 32})
    with tap(model, path, every=20, overwrite=True) as recorder:
        for update in range(1, updates + 1):
            x = torch.randn(50, 16, 2)  # (T, B, I); asked for: the sum of a few early inputs
            output, _ = model["lstm"](x)
            loss = (model["head"](output[-1])[:, 0] - x[:5, :, 0].sum(0)).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            told = {"loss": loss.item()}
            if recorder.step(loss=loss.item()):  # this update was recorded
                told |= recorder.scalars()
            trackio.log(told, step=update)
    trackio.finish()


if __name__ == "__main__":
    main()
