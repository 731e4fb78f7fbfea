"""∂L/∂h_t of an LSTM as curves in TensorBoard, beside the loss.

pip install tensorboard
python -m examples.to_tensorboard
tensorboard --logdir runs
"""

from pathlib import Path

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from rnn_core.pytorch import tap


def main(folder: str | Path = "runs/adding", updates: int = 400) -> None:
    torch.manual_seed(0)
    model = nn.ModuleDict({"lstm": nn.LSTM(2, 32), "head": nn.Linear(32, 1)})
    optimizer = torch.optim.Adam(model.parameters())
    path = Path(folder, "run.unroll")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tap(model, path, every=20, overwrite=True) as recorder, SummaryWriter(folder) as board:
        for update in range(1, updates + 1):
            x = torch.randn(50, 16, 2)  # (T, B, I); asked for: the sum of a few early inputs
            output, _ = model["lstm"](x)
            loss = (model["head"](output[-1])[:, 0] - x[:5, :, 0].sum(0)).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            board.add_scalar("loss", loss.item(), update)
            if recorder.step(loss=loss.item()):  # this update was recorded
                for name, value in recorder.scalars().items():
                    board.add_scalar(name, value, update)


if __name__ == "__main__":
    main()
