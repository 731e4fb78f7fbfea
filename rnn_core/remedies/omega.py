"""Pascanu's regulariser."""

from __future__ import annotations

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.config import TrainConfig

_WEIGHT = 1.0

_CODE = """\
loss.backward()
W_h = network.cell.weight_hh
h = torch.cat(hidden[1:]).detach()
d = torch.cat([torch.zeros_like(h) if s.grad is None else s.grad for s in hidden[1:]])
alive = d.abs().amax(dim=1) > 0
d, slope = d[alive], ({slope})[alive]
ratio = ((slope * d) @ W_h).norm(dim=1) / d.norm(dim=1)
omega = ((ratio - 1.0) ** 2).mean()
W_h.grad += {weight!r} * torch.autograd.grad(omega, W_h)[0]
optimizer.step()
"""


def _code(before: TrainConfig, after: TrainConfig) -> str:
    slope = ACTIVATIONS[after.network().activation_used].script_slope
    return _CODE.format(slope=slope, weight=after.omega)


REMEDY = Remedy(
    label="Regulariser Ω",
    says=Said(
        "The loss gets a term that asks each step back to keep the gradient's norm; W_h learns it.",
        plain="The loss gets a term that asks each step back to keep the gradient's length.",
    ),
    law=Said(
        "Ω = mean (‖J_tᵀδ_t‖/‖δ_t‖ − 1)², which is 0 for steps that only turn.",
        plain="It is 0 for steps that keep every length.",
    ),
    source="Pascanu, Mikolov, Bengio 2013",
    cost=Said(
        "Two products with W_h more for each step and sequence.",
        plain="About two thirds of a pass back more.",
    ),
    changes=lambda config: (
        {"omega": _WEIGHT} if config.cell_used.two_factors and not config.omega else {}
    ),
    code=_code,
)
