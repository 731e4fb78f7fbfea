"""The curse of memory: ‖∂L_T/∂θ‖ by parameter while a cell is made to remember longer.

The gradient by the states may neither vanish nor explode, and that by the parameters grow without
end: the longer the memory, the more steps a change of λ has acted on. Source: Zucchet, Orvieto
2024. What makes a cell remember longer is its knob (rnn_core/cells/knob.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell
from rnn_core.cells.knob import Knob, over
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow, gradient_flow
from rnn_core.network_settings import GAIN
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.start import parameters
from rnn_core.studies.sensitivity import log10_sensitivity
from rnn_core.studies.whole_gradient import WholeGradient, gradient_of

Names = tuple[str, ...]  # of the parameters that share a curve
PASSES = 5  # what a run costs with ∂L/∂θ and κ, in curves
SECONDS = 1.0  # for all values of the knob; with fewer sequences where they would take longer
LONGEST = 2.0  # with one sequence, beyond which there is no curve


@dataclass(frozen=True, eq=False)
class LongerMemory:
    """Curves over the values of the knob; NaN where the forward pass has left float64."""

    knob: Knob
    values: np.ndarray  # (N,)
    log10_norms: dict[Names, np.ndarray]  # (N,) ‖∂L_T/∂θ‖ over all sequences together
    log10_law: dict[Names, np.ndarray]  # (N,) where the knob has a law
    log10_kappa: np.ndarray  # (N,) see `sensitivity.py`
    sequences: int

    @property
    def nbytes(self) -> int:
        return 8 * len(self.values) * (1 + len(self.log10_norms) + len(self.log10_law))


def knob_of(config: RNNConfig) -> Knob | None:
    """Its cell's own; else the bias of what the cell keeps; else its first setting, with the other
    end of a range; else the scale of W_h. None where none of these moves anything: a framework's
    start decides some, and so may another setting."""
    return next((knob for knob in _knobs(config.cell_used) if _moves(config, knob)), None)


def _knobs(cell: Cell) -> Iterator[Knob]:
    if cell.memory is not None:
        yield cell.memory
        return
    if cell.kept is not None and cell.kept.opened_by is not None:
        yield over(cell.kept.opened_by)
    if cell.settings:
        first = cell.settings[0]
        same = (s for s in cell.settings if s is first or (s.brief and s.brief == first.brief))
        yield over(*same)
    if "gain" in cell.hears:
        yield over(GAIN)


def _moves(config: RNNConfig, knob: Knob) -> bool:
    """Whether the weights differ between its ends."""
    few: dict[str, Any] = {"hidden_size": 4, "input_size": 1, "output_size": 1}
    few["scale_sets"] = "gain"
    low, high = (
        vars(parameters(replace(config, **few | knob.turned(value))))
        for value in (knob.values[0], knob.values[-1])
    )
    return any(not np.array_equal(low[name], high[name]) for name in low)


def sequences_for(config: RNNConfig, knob: Knob) -> int:
    """How many sequences there is time for; 0 where one would take too long."""
    c = config
    for B in (c.batch_size, 8, 4, 2, 1):
        each = c.cell_used.seconds(c.hidden_size, min(B, c.batch_size), c.seq_len, 1)
        if PASSES * len(knob.values) * each <= (SECONDS if B > 1 else LONGEST):
            return min(B, c.batch_size)
    return 0


def plainest(config: RNNConfig) -> RNNConfig:
    """The config whose curve is that of `config`: the same, wherever the knob stands."""
    knob = knob_of(config)
    here = replace(config, loss_at="last")
    return here if knob is None else _turned(here, knob, knob.values[0])


def _turned(config: RNNConfig, knob: Knob, value: float) -> RNNConfig:
    """With the knob at `value`, whatever start or chrono biases would leave it no say."""
    return replace(config, **config.freed(knob.turned(value)))


def longer_memory(config: RNNConfig) -> LongerMemory | None:
    """The run of `config` at every value of its cell's knob; None where there is no knob, or no
    time."""
    knob = knob_of(config)
    if knob is None or not (B := sequences_for(config, knob)):
        return None
    base = replace(config, loss_at="last", batch_size=B)
    # A knob turned far may drive a state out of float64: then there is no number there.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        runs = [gradient_flow(_turned(base, knob, value)) for value in knob.values]
        found = [gradient_of(run.trace.tape, run.sweep.delta, run.sweep.exponent) for run in runs]
        kappa = np.array([log10_sensitivity(run) for run in runs])
    names = _with_twins(config.cell_used.learned, [one.parts for one in found])
    return LongerMemory(
        knob,
        np.array(knob.values),
        {twins: np.array([_norm(one, twins[0]) for one in found]) for twins in names},
        _law(knob, runs, names),
        kappa,
        B,
    )


def _with_twins(learned: tuple[str, ...], found: list[dict[str, np.ndarray]]) -> list[Names]:
    """The parameters, those with one gradient in every run together, as b_h and b_x mostly are."""
    groups: list[Names] = []
    for name in learned:
        for at, twins in enumerate(groups):
            if all(np.array_equal(parts[twins[0]], parts[name], equal_nan=True) for parts in found):
                groups[at] = (*twins, name)
                break
        else:
            groups.append((name,))
    return groups


def _norm(found: WholeGradient, name: str) -> float:
    if not found.finite:
        return math.nan
    part = found.parts[name].reshape(1, -1)
    return float(log10_norm(part, np.array([found.exponent]))[0])


def _law(knob: Knob, runs: list[GradientFlow], names: list[Names]) -> dict[Names, np.ndarray]:
    """The knob's law for the sequences of the runs, of which each adds its own square."""
    if knob.law is None:
        return {}
    said = [knob.law(run.config, v) for run, v in zip(runs, knob.values, strict=True)]
    with np.errstate(divide="ignore"):
        seen = [0.5 * np.log10(np.sum(10.0 ** (2 * run.log10_direct[-1]))) for run in runs]
        return {
            twins: np.log10([one[twins[0]] for one in said]) + seen
            for twins in names
            if all(twins[0] in one for one in said)
        }
