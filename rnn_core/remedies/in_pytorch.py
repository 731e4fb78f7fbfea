"""A change of a run as lines of PyTorch: its cell, the numbers it starts with, a setting."""

from __future__ import annotations

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.training.config import TrainConfig


def another_cell(before: TrainConfig, after: TrainConfig) -> str:
    """The cell of `after`, in place of that of `before`."""
    source, call = _cell(after)
    return f"{source.strip()}\n\n\nnetwork.cell = {call}\n".lstrip()


def another_start(before: TrainConfig, after: TrainConfig) -> str:
    """What of the cell starts otherwise: the class, where that holds it, or single numbers."""
    if _cell(before) != _cell(after):
        return another_cell(before, after)
    written = after.cell_used.written
    old, new = before.cell_used.written.weights(before), written.weights(after)
    drawn = written.draws(after)
    changed = {
        name: value
        for name, value in new.items()
        if old.get(name) != value or drawn != before.cell_used.written.draws(before)
    }
    lines = "".join(
        f"    network.cell.{name}.copy_(torch.as_tensor({value}))\n"
        for name, value in changed.items()
    )
    head = f"SEED = {after.seed}\n{drawn}\n" if drawn else ""
    return f"{head}with torch.no_grad():\n{lines}"


def recurrent(line: str) -> str:
    """One line for every (H, H) block `W` of the recurrent weights."""
    return (
        "with torch.no_grad():\n"
        "    for name, weight in network.cell.named_parameters():\n"
        '        if name.startswith("weight_hh"):\n'
        "            for W in weight.split(H):  # a block for every gate\n"
        f"                {line}\n"
    )


def _cell(config: TrainConfig) -> tuple[str, str]:
    phi = ACTIVATIONS[config.network().activation_used]
    return config.cell_used.written.cell(config, phi, lambda z: phi.script.format(z=z))
