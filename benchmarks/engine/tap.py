"""What the tap costs: the same training without it, with a record every 200 updates, and with one
after every update.

nn.LSTM of two layers of 128 units, T=100, B=32, Adam, float32. The contestants take turns; what a
record costs is measured by itself, and `every=200` is its 200th part beside what an update between
records costs more, which is timed too. A loop of
nn.LSTMCell is timed, too.

Bars, of the step's own time: every=200 at most 2 % more, every=1 at most 120 % more.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import nn

from benchmarks.report import arguments, in_turns
from rnn_core.pytorch import tap

T, B, I, H = 100, 32, 128, 128
BARS = {"every=200": 0.02, "every=1": 1.2}


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.head = nn.LSTM(I, H, 2), nn.Linear(H, 1)

    def forward(self, x):
        return self.head(self.encoder(x)[0][-1])


class Loop(nn.Module):
    """Of nn.LSTMCell, over fewer steps."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = nn.LSTMCell(I, H), nn.Linear(H, 1)

    def forward(self, x):
        state = None
        for x_t in x:
            state = self.cell(x_t, state)
        return self.head(state[0])


class Training:
    """One update at a time."""

    def __init__(self, model: nn.Module, steps: int, recorder=None) -> None:
        self.model, self.recorder = model, recorder
        self.optimizer = torch.optim.Adam(model.parameters())
        self.x = torch.randn(steps, B, I)

    def update(self) -> None:
        self.optimizer.zero_grad()
        loss = self.model(self.x).pow(2).mean()
        loss.backward()
        self.optimizer.step()
        if self.recorder is not None:
            self.recorder.step(loss=loss.detach())


def cost(make, steps: int, rounds: int, folder: str) -> dict[str, float]:
    """Seconds of an update: alone, between two records, and recorded."""
    name = make.__name__
    with (
        tap(own := make(), Path(folder) / f"{name}-1", every=1) as each,
        tap(other := make(), Path(folder) / f"{name}-2", every=10**9) as seldom,
    ):
        between = Training(other, steps, seldom)
        between.update()  # the first one is recorded
        return in_turns(
            {
                "alone": Training(make(), steps).update,
                "between records": between.update,
                "recorded": Training(own, steps, each).update,
            },
            rounds,
        )


def main() -> None:
    asked = arguments(__doc__, rounds=9)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        found = cost(Layers, T, asked.rounds, folder)
        loop = cost(Loop, 20, asked.rounds, folder)
    alone = found["alone"]
    more = {
        "every=1": found["recorded"] / alone - 1,
        # A record's 200th part, and nothing else: what the timing of updates in between differs by
        # is shown beside it.
        "every=200": (found["recorded"] - alone) / (200 * alone),
    }
    print(f"nn.LSTM {I}→{H}, 2 layers, T={T}, B={B}: {alone * 1e3:.1f} ms an update")
    print(f"  between records {100 * (found['between records'] / alone - 1):+.1f} % (timing noise)")
    for name, bar in BARS.items():
        word = "kept" if more[name] <= bar else "MISSED"
        print(f"  {name:10} +{100 * more[name]:.1f} %   bar {100 * bar:g} %: {word}")
    print(
        f"nn.LSTMCell called 20 times: {loop['alone'] * 1e3:.1f} ms, recorded "
        f"{loop['recorded'] / loop['alone']:.2f}×"
    )


if __name__ == "__main__":
    main()
