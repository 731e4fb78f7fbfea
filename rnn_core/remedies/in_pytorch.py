"""A change of a run as lines of PyTorch: its cell, the numbers it starts with, a setting."""

from __future__ import annotations

import re

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.training.config import TrainConfig

_USUAL = """\
with torch.no_grad():
    for name, weight in network.cell.named_parameters():
        if name.startswith("weight_hh"):
            for W in weight.split(H):  # a block for every gate
                nn.init.orthogonal_(W)
        elif name == "weight_ih":
            nn.init.normal_(weight, std=I**-0.5)
        else:
            nn.init.zeros_(weight)
"""


def another_cell(before: TrainConfig, after: TrainConfig) -> str:
    """The cell of `after`, in place of that of `before`, with weights to start from."""
    source, call = _cell(after)
    source = f"{source.strip()}\n\n\n" if source else ""
    if before.cell == after.cell:
        return (
            f"{source}weights = network.cell.state_dict()\n"
            f"network.cell = {call}\n"
            "network.cell.load_state_dict(weights)  # they start as before\n"
        )
    own = _set(after, after.cell_used.written.weights(after.begun))
    return f"{source}network.cell = {call}\n{_USUAL}{own}"


def another_start(before: TrainConfig, after: TrainConfig) -> str:
    """What of the cell starts otherwise: the class, where that holds it, or single numbers."""
    if _cell(before) != _cell(after):
        return another_cell(before, after)
    old, new = before.cell_used.written, after.cell_used.written
    was, drawn = old.weights(before.begun), new.draws(after)
    # What is computed before differs only where that does.
    names = _assigned(drawn) if drawn != old.draws(before) else set()
    changed = {
        name: value
        for name, value in new.weights(after.begun).items()
        if was.get(name) != value or names & set(re.findall(r"\w+", value))
    }
    return _set(after, changed)


def recurrent(line: str) -> str:
    """One line for every (H, H) block `W` of the recurrent weights."""
    return (
        "with torch.no_grad():\n"
        "    for name, weight in network.cell.named_parameters():\n"
        '        if name.startswith("weight_hh"):\n'
        "            for W in weight.split(H):  # a block for every gate\n"
        f"                {line}\n"
    )


def _set(config: TrainConfig, values: dict[str, str]) -> str:
    """Parameters of the cell by name, each an expression of NumPy."""
    # Expressions of the usual weights, which are there already.
    values = {name: value for name, value in values.items() if not re.search(r"\bW_[xh]\b", value)}
    if not values:
        return ""
    drawn = config.cell_used.written.draws(config)
    needed = any(_assigned(drawn) & set(re.findall(r"\w+", value)) for value in values.values())
    head = f"SEED = {config.seed}\n{drawn}\n" if needed else ""
    lines = "".join(
        f'    network.cell.get_parameter("{name}").copy_(torch.as_tensor({value}))\n'
        for name, value in values.items()
    )
    return f"{head}with torch.no_grad():\n{lines}"


def _assigned(lines: str) -> set[str]:
    """The names that lines of Python assign to."""
    targets = re.findall(r"^([\w, ]+?) = ", lines, flags=re.MULTILINE)
    return {name.strip() for target in targets for name in target.split(",")}


def _cell(config: TrainConfig) -> tuple[str, str]:
    phi = ACTIVATIONS[config.network().activation_used]
    return config.cell_used.written.cell(config, phi, lambda z: phi.script.format(z=z))
