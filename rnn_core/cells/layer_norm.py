"""The layer-norm RNN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Helps, Run, input_drive, value_and_slope
from rnn_core.cells.written import Written, plain_class
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent

LAYER_NORM_EPS = 1e-5  # PyTorch's


def layer_norm_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = φ(scale ⊙ â + shift), â = (a - mean a)/√(var a + ε), a = W_h h + b_h + W_x x + b_x.

    Mean and (biased) variance are over the units of one sequence.
    """
    a = h @ params.W_h.T + params.b_h + input_drive(params, x)
    centred = a - a.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + LAYER_NORM_EPS)
    normal = centred / spread
    value, slope = value_and_slope(phi, params.scale * normal + params.shift)
    return value, (x, h, normal, spread, slope)


def layer_norm_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """da = (dâ - mean dâ - â·mean(dâ ⊙ â))/√(var a + ε) with dâ = scale ⊙ φ'(·) ⊙ dh."""
    x, h, normal, spread, slope = cache
    dz = slope * dh
    d_normal = params.scale * dz
    along = (d_normal * normal).mean(axis=1, keepdims=True)
    da = (d_normal - d_normal.mean(axis=1, keepdims=True) - normal * along) / spread
    grads = {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}
    grads |= {"scale": dz * normal, "shift": dz}
    return da @ params.W_h, grads


def layer_norm_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    a = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    z = f.torch.nn.functional.layer_norm(a, a.shape[1:], w["scale"], w["shift"])
    return f.phi(z), {"h": z}


def begin_layer_norm(config) -> dict[str, np.ndarray]:
    return {"scale": np.ones(config.hidden_size), "shift": np.zeros(config.hidden_size)}


def _why(run: Run, step: Said) -> Said:
    assert run.saturated is not None  # the cell has one φ
    off = ACTIVATIONS[run.config.activation_used].off
    share = percent(float(run.saturated.mean()))
    units, are = f"({share} of units {off})", f"{share} of units are {off}"
    return Said(
        "The layer norm divides W_h h_{t−1} + W_x x_t by its own spread over the units: "
        f"{step} {units}.",
        plain="The layer norm divides what goes into the units by its own spread: "
        f"{step.plain}; {are}.",
    )


def _why_zero(run: Run) -> str:
    if run.config.hidden_size > 1:
        return ""
    return "The layer norm of a single unit is always 0, whatever it reads: nothing is carried."


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    norm = "        self.norm = nn.LayerNorm(H)\n"
    source = plain_class("LayerNormCell", "phi(norm(z_t))", phi("self.norm(z)"), norm)
    return source, "LayerNormCell()"


CELL = Cell(
    label="layer-norm RNN",
    short="layer norm",
    formula=r"h_t = \varphi(\mathrm{LN}(W_h h_{t-1} + W_x x_t + b_h))",
    source="Ba, Kiros, Hinton 2016",
    family="additive",
    colour="#a86cc9",
    dash="dashdot",
    step=layer_norm_step,
    vjp=layer_norm_vjp,
    torch_step=layer_norm_torch_step,
    has_slope=True,
    begin=begin_layer_norm,
    learned=("W_h", "W_x", "b_h", "b_x", "scale", "shift"),
    parameters=cost.numbers(1, norms=2),
    multiply_adds=cost.products(1, elementwise=3),
    work=cost.passes(4),
    by_matrix_alone=True,
    no_norm_bound=Said(
        "The layer-norm RNN divides z_t by its own spread, which no norm of W_h limits.",
        plain="The layer-norm RNN divides by a spread of its own, which no size of the weights "
        "limits.",
    ),
    no_spectral_radius=Said(
        "The layer-norm RNN divides z_t by its own spread at every step: ρ of W_h sets no rate.",
        plain="The layer-norm RNN divides by a spread of its own at every step: the weights alone "
        "set no rate.",
    ),
    why=_why,
    why_zero=_why_zero,
    acts="W_h and the layer norm act",
    helps=Helps(
        says=Said(
            "z_t is brought to mean 0 and variance 1 over the units: they stay where φ′ is far "
            "from 0.",
            plain="The sums of the units are brought to one size: they stay where they are steep.",
        ),
        law=Said(
            "LN(c·z) = LN(z): a larger W_h makes no larger h_t, and no larger J_t where it "
            "outweighs the input.",
            plain="What is brought to one size does not grow with the weights.",
        ),
    ),
    written=Written(
        cell=_written,
        weights=lambda config: {"norm.weight": "np.ones(H)", "norm.bias": "np.zeros(H)"},
    ),
)
