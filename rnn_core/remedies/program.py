"""A remedy as a small program: a network of the run's size, one update, and the remedy in it."""

from __future__ import annotations

import textwrap

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.config import TrainConfig

_PROGRAM = '''\
"""{label}

{says}
{source}

The network has the sizes of the run that it was tried on; the data are random: put yours in their
place. Only what stands below "the remedy" is the remedy.
"""

import numpy as np
import torch
from torch import nn

I, H, O = {I}, {H}, {O}  # inputs, hidden units, outputs
T, B = {T}, {B}  # steps, sequences

{cell_class}
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = {cell}
        self.readout = nn.Linear(H, O)

    def forward(self, x):
        """The output (B, O) of the last step for x (T, B, I), and h_1 ... h_T."""
        state, hidden = self.first, []
        for x_t in x:
            state = self.cell(x_t, state)
            h = state[0] if isinstance(state, tuple) else state
            hidden.append(h)
        return self.readout(h), hidden


network = Network()
with torch.no_grad():
    for weight in network.parameters():
        nn.init.normal_(weight, std=0.3)
Network.first = {first}
optimizer = torch.optim.SGD(network.parameters(), lr={rate!r})
x = torch.randn(T, B, I)
y, hidden = network(x)
for h in hidden:
    h.retain_grad()
loss = y.square().mean()
solved = False

# -- the remedy

{code}'''


def program(remedy: Remedy, before: TrainConfig, after: TrainConfig) -> str:
    """Source that runs by itself with PyTorch."""
    cell, of = before.cell_used, before.problem
    phi = ACTIVATIONS[before.network().activation_used]
    source, call = cell.written.cell(before, phi, lambda z: phi.script.format(z=z))
    zeros = "torch.zeros(B, H)"
    return _PROGRAM.format(
        label=remedy.label,
        says=textwrap.fill(str(remedy.says), 98),
        source=remedy.source,
        I=of.input_size,
        H=before.hidden_size,
        O=of.output_size,
        T=of.seq_len,
        B=before.batch_size,
        cell_class=f"{source}\n" if source else "",
        cell=call,
        first=f"({', '.join([zeros] * cell.states)})" if cell.states > 1 else zeros,
        rate=before.learning_rate,
        code=remedy.code(before, after),
    )
