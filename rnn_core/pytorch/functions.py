"""One step of every cell as PyTorch would write it, on tensors, for autograd.

    step(w, p, f, x, s) -> s_next, z       (B, I), (B, S) -> (B, S)

w holds the weights as tensors by name, p the engine's Parameters, for the numbers keep and alpha;
z is what goes into each unit's φ or σ, by name of the gate, "h" where there is only one.
torch is imported inside the functions: it costs about a second and 190 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters

PARAMETERS = ("W_h", "W_x", "b_h", "b_x", "scale", "shift", "nu", "theta", "gamma")


@dataclass(frozen=True)
class Functions:
    phi: Callable
    sigmoid: Callable


def functions(activation: str, *, stable: bool = False) -> Functions:
    """φ and σ as PyTorch has them; `stable`: in forms whose derivative does not cancel."""
    return Functions(_phi(activation, stable), _phi("sigmoid", stable))


def step_of(cell: str) -> Callable:
    """The step of a cell of CELLS."""
    return _STEPS.get(cell, _additive)


def value_of(params: Parameters, name: str) -> np.ndarray | None:
    """A parameter's array; PyTorch's cells always have the second bias."""
    value = getattr(params, name)
    return np.zeros_like(params.b_h) if name == "b_x" and value is None else value


def _phi(name: str, stable: bool) -> Callable:
    import torch

    activation = ACTIVATIONS[name]
    made = activation.torch_stable if stable else None
    return (made or activation.torch)(torch)


def _additive(w, p, f, x, h):
    z = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    return p.keep * h + p.alpha * f.phi(z), {"h": z}


def _layer_norm(w, p, f, x, h):
    import torch

    a = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    z = torch.nn.functional.layer_norm(a, a.shape[1:], w["scale"], w["shift"])
    return f.phi(z), {"h": z}


def _gru(w, p, f, x, h):
    r_x, z_x, n_x = (x @ w["W_x"].T + w["b_x"]).chunk(3, dim=1)
    r_h, z_h, n_h = (h @ w["W_h"].T + w["b_h"]).chunk(3, dim=1)
    into = {"r": r_x + r_h, "z": z_x + z_h}
    into["n"] = n_x + f.sigmoid(into["r"]) * n_h
    rest = f.sigmoid(-into["z"])  # 1 - z, which cancels for z near 1
    return rest * f.phi(into["n"]) + f.sigmoid(into["z"]) * h, into


def _lstm(w, p, f, x, s):
    import torch

    h, c = s.chunk(2, dim=1)
    i, forget, g, o = (x @ w["W_x"].T + w["b_x"] + h @ w["W_h"].T + w["b_h"]).chunk(4, dim=1)
    c = f.sigmoid(forget) * c + f.sigmoid(i) * f.phi(g)
    into = {"i": i, "f": forget, "g": g, "o": o}
    return torch.cat([f.sigmoid(o) * f.phi(c), c], dim=1), into


def _lru(w, p, f, x, h):
    import torch

    turning = h.shape[1] // 2
    pairs = h.shape[1] - turning

    def numbers(v):
        missing = torch.zeros(len(v), pairs - turning, dtype=v.dtype)
        return torch.complex(v[:, :pairs], torch.cat([v[:, pairs:], missing], dim=1))

    turns = torch.cat([torch.ones(turning), torch.zeros(pairs - turning)]).to(h.dtype)
    modulus, phase = torch.exp(-torch.exp(w["nu"])), w["theta"] * turns
    s = torch.polar(modulus, phase) * numbers(h) + w["gamma"] * numbers(x @ w["W_x"].T)
    return torch.cat([s.real, s.imag[:, :turning]], dim=1), {}


_STEPS = {"layer_norm": _layer_norm, "gru": _gru, "lstm": _lstm, "lru": _lru}
