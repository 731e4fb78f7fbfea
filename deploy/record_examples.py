"""Record the two trainings that the page "Your model" shows before anybody has one of their own:

    python -m deploy.record_examples

Both are PyTorch as it is usually written, with the mistake that brings somebody to the page. What
they record is shipped (ui/your_model/examples); this is run again only to make it anew.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import torch
from torch import nn

from rnn_core.pytorch import tap
from rnn_core.recording import Recording
from ui.settings.shelf import EXAMPLES, FOLDER

MOST = 300_000  # bytes; they travel with every install


class Memory(nn.Module):
    """Do the first and last symbol agree? An LSTM as PyTorch starts it: two layers, two ways."""

    def __init__(self, symbols: int = 6, hidden: int = 8) -> None:
        super().__init__()
        self.symbols = symbols
        self.encoder = nn.LSTM(symbols, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, (h, _) = self.encoder(nn.functional.one_hot(x, self.symbols).float())
        return self.head(torch.cat([h[-2], h[-1]], dim=1))


class Characters(nn.Module):
    """A language model by a GRU, whose loss is the logarithm of a softmax, written by hand."""

    def __init__(self, symbols: int = 12, hidden: int = 12) -> None:
        super().__init__()
        self.embed = nn.Embedding(symbols, 8)
        self.decoder = nn.GRU(8, hidden, batch_first=True)
        self.head = nn.Linear(hidden, symbols)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.decoder(self.embed(x))[0]).softmax(dim=-1)


def forgets(path: Path, steps: int = 30, updates: int = 450) -> None:
    """Each symbol is seen, none is remembered: the loss stays where it began."""
    torch.manual_seed(4)
    model = Memory()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with tap(model, path, every=150, sequences=3) as recorder:
        for _ in range(updates + 1):
            x = torch.randint(model.symbols, (16, steps))
            x[::2, -1] = x[::2, 0]
            target = (x[:, 0] == x[:, -1]).long()
            loss = nn.functional.cross_entropy(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
            optimizer.step()
            recorder.step(loss=loss.item(), grad_norm=norm.item(), learning_rate=1e-3)


def breaks(path: Path, seed: int = 2, steps: int = 32) -> None:
    """A warm-up that goes on too long, and a logarithm that meets a probability of 0."""
    torch.manual_seed(seed)
    model = Characters()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    text = torch.randint(12, (400,)).repeat(40)  # a text that can be learned by heart
    with tap(model, path, every=9, sequences=4) as recorder:
        while True:
            rate = 0.15 * (recorder.updates + 1)
            optimizer.param_groups[0]["lr"] = rate
            start = torch.randint(len(text) - steps - 1, (8,))
            x = torch.stack([text[s : s + steps] for s in start.tolist()])
            target = torch.stack([text[s + 1 : s + steps + 1] for s in start.tolist()])
            p = model(x)
            loss = -p.gather(2, target[..., None]).log().mean()
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
            optimizer.step()
            recorder.step(loss=loss.item(), grad_norm=norm.item(), learning_rate=rate)
            if not norm.isfinite():
                return


MADE = {"forgets": forgets, "breaks": breaks}


def main() -> None:
    torch.set_num_threads(1)
    for name in EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / f"{name}.unroll"
            MADE[name](made)
            with sqlite3.connect(made) as db:
                db.execute("PRAGMA page_size = 1024")  # many arrays here are small
                db.execute("VACUUM")
            db.close()
            with Recording.open(made) as run:
                print(run.told())
            size = os.path.getsize(made)
            print(f"{name}: {size:,} bytes")
            if size > MOST:
                raise SystemExit(f"{name} must have at most {MOST:,} bytes, got {size:,}")
            (FOLDER / made.name).write_bytes(made.read_bytes())


if __name__ == "__main__":
    main()
