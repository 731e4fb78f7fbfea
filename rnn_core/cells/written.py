"""A cell in an exported PyTorch program: source text of its class and of its starting weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnn_core.network.activations import Activation
from rnn_core.registry import complete


@dataclass(frozen=True, kw_only=True)
class Written:
    """How a program writes a cell; `config` is a TrainConfig.

    cell(config, activation, phi): the source of a class, "" for one of PyTorch's own, and the call
    that makes a cell of it; `activation` is the entry of φ, and phi(z) the expression φ(z).
    weights(config): its first weights, as NumPy expressions by their name in the class, where they
    differ from the usual ones; those are W_x, and for a cell with W_h that matrix and biases of 0.
    draws(config): lines that draw what those expressions read, beside W_h.
    """

    cell: Callable[[Any, Activation, Callable[[str], str]], tuple[str, str]]
    weights: Callable[[Any], dict[str, str]] = lambda config: {}
    draws: Callable[[Any], str] = lambda config: ""

    def __post_init__(self) -> None:
        complete(self)


def plain_class(name: str, formula: str, h: str, more: str = "") -> str:
    """A class that computes z_t = W_h h_(t-1) + W_x x_t + b, and from it `h`."""
    return _CLASS.format(name=name, formula=formula, h=h, more=more)


_CLASS = '''
class {name}(nn.Module):
    """h_t = {formula}; z_t = W_h h_(t-1) + W_x x_t + b."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(H, I))
        self.weight_hh = nn.Parameter(torch.empty(H, H))
        self.bias_ih = nn.Parameter(torch.empty(H))
        self.bias_hh = nn.Parameter(torch.empty(H))
{more}
    def forward(self, x, h):
        z = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        z = z + nn.functional.linear(h, self.weight_hh, self.bias_hh)
        return {h}

'''
