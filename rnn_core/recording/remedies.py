"""What to change, as PyTorch code for the very module.

No advice puts a parametrization on the weights of nn.RNN, nn.GRU or nn.LSTM: on CUDA these run
from one flat buffer, and a parametrized weight would be trained while the old one is used (pytorch
issue 65688). A start is set once instead, in place.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import plain

OPEN = 3.0  # a gate's bias at which it keeps 0.95


@dataclass(frozen=True)
class Remedy:
    """What to try in a sentence, and the code, which names the model `model`."""

    text: str
    code: str


def reach(module: str) -> str:
    """How a program gets at the module."""
    if module == "model":
        return "model"
    plainly = all(part.isidentifier() for part in module.split("."))
    return f"model.{module}" if plainly else f"model.get_submodule({module!r})"


def cell_of(kind: str) -> Cell | None:
    """The engine's cell of PyTorch's kind; None for a state that the model marks itself."""
    name = kind if kind.endswith("Cell") else f"{kind}Cell"
    return next((cell for cell in CELLS.values() if cell.torch_module == name), None)


def keep_more(module: str, kind: str) -> list[Remedy]:
    """Against a gradient that shrinks on its way back."""
    cell = cell_of(kind)
    if cell is None:
        return [
            Remedy(
                "Give the state a way on that multiplies by nearly 1: a gate that starts open, or "
                "a sum with the state before.",
                "h = z * h + (1 - z) * new    # z = sigmoid(… + 3)",
            )
        ]
    if cell.kept is None or not cell.kept.opened_by:
        return [
            Remedy(
                Said("Start W_h", plain="Start the recurrent weights")
                + " orthogonal: it turns the state and takes nothing from the gradient. Set "
                "it once, before the training; a parametrization would stop working on CUDA.",
                f"for name, W in {reach(module)}.named_parameters():\n"
                '    if name.startswith("weight_hh"):\n'
                "        torch.nn.init.orthogonal_(W)",
            ),
            Remedy(
                "Or take an LSTM, whose "
                + Said("c_t", plain="memory")
                + " is handed on by a gate.",
                f"lstm = torch.nn.LSTM({reach(module)}.input_size, {reach(module)}.hidden_size)",
            ),
        ]
    names = [gate.name for gate in cell.blocks]
    k = names.index(cell.kept.letter)
    return [
        Remedy(
            f"Open the {cell.kept.title}: with a bias of 3 it keeps {plain(0.9526, 2)} of "
            + Said(cell.kept.of, plain="the state")
            + " at every step (bias=True is needed). Set it before the training.",
            f"rnn = {reach(module)}\n"
            "H = rnn.hidden_size\n"
            "with torch.no_grad():\n"
            "    for name, b in rnn.named_parameters():\n"
            '        if name.startswith("bias_hh"):\n'
            f"            b[{k} * H : {k + 1} * H] = {OPEN}",
        )
    ]


def clip(norm: float | None) -> Remedy:
    """Against a gradient that grows."""
    after = "" if norm is None else f"; it was {plain(norm)} here"
    return Remedy(
        f"Clip the gradient by its norm between backward and step{after}.",
        "loss.backward()\n"
        "norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)\n"
        "optimizer.step()\n"
        "recorder.step(loss=loss.item(), grad_norm=norm.item())",
    )


def pack(module: str) -> Remedy:
    return Remedy(
        "Pack the batch: then the layer ends where each sequence does, and no pad is passed.",
        "packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)\n"
        f"output, state = {reach(module)}(packed)\n"
        "output, lengths = torch.nn.utils.rnn.pad_packed_sequence(output)",
    )


def restart_gate(module: str, gate: str, k: int) -> Remedy:
    return Remedy(
        f"Bring the units of {gate} back to where a gate moves: its biases to 0, its rows small.",
        f"rnn = {reach(module)}\n"
        "H = rnn.hidden_size\n"
        "with torch.no_grad():\n"
        "    for name, p in rnn.named_parameters():\n"
        f"        rows = p[{k} * H : {k + 1} * H]\n"
        '        rows.zero_() if "bias" in name else rows.mul_(0.1)',
    )


def slower(norm: float, threshold: float) -> Remedy:
    return Remedy(
        "Either the threshold is far below the usual gradient, or the gradient is too large: raise "
        "the one to where nine in ten pass, or find where the other grows.",
        f"torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm={norm:.2g})"
        f"    # was {threshold:g}",
    )
