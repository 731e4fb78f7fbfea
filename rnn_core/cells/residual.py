"""The residual RNN: the state stays, and φ adds to it. What the leaky RNN shares is here too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.cells import cost
from rnn_core.cells.additive import ADDITIVE, additive_matrix, additive_matrix_name
from rnn_core.cells.cell import Cell, Helps, Run
from rnn_core.cells.written import Written, plain_class
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent
from rnn_core.settings import Number

ALPHA = Number(
    name="alpha",
    label="α",
    default=0.1,
    low=0.0,
    high=1.0,
    step=0.01,
    digits=2,
    help="How far one step moves the state of a residual or leaky cell.",
)


def why_keeping(run: Run, step: Said) -> Said:
    """What is kept hands the gradient on, whatever the units do."""
    p = run.params
    if p.alpha == 0:
        return Said(
            f"α is 0: J_t = {p.keep:g}·1, and the gradient is handed on as it is.",
            plain="All of the state is kept, and nothing new comes in: the gradient is handed on "
            "as it is.",
        )
    if p.keep == 0:
        return Said(
            f"α is 1: nothing is kept, J_t = diag(φ′(z_t)) W_h as in a vanilla RNN; {step}.",
            plain=f"No part of the state is kept, as in a vanilla RNN; {step.plain}.",
        )
    kept = f"{p.keep:g}·1" if p.keep != 1 else "1"
    assert run.saturated is not None  # the cell has one φ
    handed = "as it is" if p.keep == 1 else f"times {p.keep:g}"
    all_of = "all" if p.keep == 1 else percent(p.keep)
    off = ACTIVATIONS[run.config.activation_used].off
    share = percent(float(run.saturated.mean()))
    units, are = f"({share} of units {off})", f"{share} of units are {off}"
    return Said(
        f"J_t = {kept} + {p.alpha:g}·diag(φ′(z_t)) W_h: its first part hands the gradient on "
        f"{handed}, whatever the units do; {step} {units}.",
        plain=f"Each step keeps {all_of} of the state and adds to it: what is kept hands "
        f"{all_of} of the gradient on, whatever the units do; {step.plain}; {are}.",
    )


KEEPING: dict[str, Any] = {
    **ADDITIVE,
    "settings": (ALPHA,),
    "told": lambda config: f"α {config.alpha:g}",
    "matrix": additive_matrix,
    "matrix_name": additive_matrix_name,
    "why": why_keeping,
    "acts": "W_h and what is kept act",
    "remedies": tuple((f"α = {alpha:g}", {"alpha": alpha}) for alpha in (0.05, 0.01)),
}


def begin_residual(config) -> dict[str, float]:
    return {"keep": 1.0, "alpha": config.alpha}


def _written(config: Any, activation: Activation, phi: Callable[[str], str]) -> tuple[str, str]:
    source = plain_class(
        "ResidualCell",
        f"h_(t-1) + alpha phi(z_t), alpha = {config.alpha!r}",
        f"h + {config.alpha!r} * {phi('z')}",
    )
    return source, "ResidualCell()"


CELL = Cell(
    label="residual RNN",
    short="residual",
    formula=r"h_t = h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
    source="He et al. 2016, in time",
    family="additive",
    colour="#c98a04",
    **KEEPING,
    begin=begin_residual,
    multiply_adds=cost.products(1, elementwise=1),
    helps=Helps(
        says=Said(
            "φ adds to the state instead of replacing it: J_t = 1 + α diag(φ′) W_h.",
            plain="A step adds to the state instead of replacing it: the gradient is handed on as "
            "it is.",
        ),
        law=Said(
            "A product of T factors 1 + O(α) stays near 1 while α·T is small.",
            plain="Many factors near 1 stay near 1 together if each is near enough.",
        ),
    ),
    road="1",
    written=Written(cell=_written),
)
