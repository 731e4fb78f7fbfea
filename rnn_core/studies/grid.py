"""Side by side: the same experiment under every pair of an initialisation and an activation.

Each panel is `gradient_flow` of its own config, read at once so that its arrays can go: forty
panels of 60 steps, 64 units and 8 sequences take 25 ms on one thread, and hold 60 kB.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from rnn_core.cells.tape import Overflow
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.starts import OURS

# Below this hidden size a step is too short for a second thread: handing the interpreter's lock to
# and fro costs more than the other core gives.
WIDE = 192


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel:
    """One pair, read from its GradientFlow.

    Curves, and what is read from them, are log₁₀ ‖∂L_T/∂h_t‖ over the sequences: the long-range
    part, what the last loss alone sends back.
    """

    config: RNNConfig
    median: np.ndarray  # (T,)
    low: np.ndarray  # (T,), 10 % quantile
    high: np.ndarray  # (T,), 90 % quantile
    total: np.ndarray  # (T,), the median of all losses together
    factor: float
    horizon: int | None
    verdict: str
    log10_ratio: float
    zero_until: int | None
    overflow: Overflow | None
    mean_dphi: float
    saturated: float
    at_rest: bool  # h stays exactly 0

    @property
    def name(self) -> tuple[str, str]:
        """(initialisation, activation)."""
        return self.config.init, self.config.activation


@dataclass(frozen=True, eq=False)
class GradientGrid:
    """Panels of initialisations × activations, row by row."""

    config: RNNConfig  # what all panels share; its own init and activation do not count
    inits: tuple[str, ...]
    activations: tuple[str, ...]
    panels: tuple[Panel, ...]

    def row(self, init: str) -> tuple[Panel, ...]:
        """Every activation under one initialisation."""
        return tuple(p for p in self.panels if p.config.init == init)

    def column(self, activation: str) -> tuple[Panel, ...]:
        """Every initialisation under one activation."""
        return tuple(p for p in self.panels if p.config.activation == activation)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """How many panels there are of each verdict."""
        kinds = [panel.verdict for panel in self.panels]
        return {kind: kinds.count(kind) for kind in VERDICTS}

    @property
    def nbytes(self) -> int:
        """Memory held by the curves, for a cache that counts bytes."""
        return sum(4 * p.median.nbytes for p in self.panels)


def gradient_grid(
    config: RNNConfig, inits: tuple[str, ...], activations: tuple[str, ...]
) -> GradientGrid:
    """The gradient flow of `config` under every pair of `inits` and `activations`.

    Started as ours: a framework's start would decide the initialisation of every panel.
    """
    configs = [
        replace(config, cell="vanilla", start=OURS, init=init, activation=activation)
        for init in inits
        for activation in activations
    ]
    wide = config.hidden_size >= WIDE and (os.cpu_count() or 1) > 1
    panels = tuple(_pool().map(_panel, configs) if wide else map(_panel, configs))
    return GradientGrid(config, tuple(inits), tuple(activations), panels)


def _panel(config: RNNConfig) -> Panel:
    flow = gradient_flow(config)
    spread = flow.last_alone.spread
    assert flow.mean_dphi is not None and flow.saturated is not None  # the cell is vanilla
    return Panel(
        config=config,
        median=spread.median,
        low=spread.low,
        high=spread.high,
        total=flow.spread.median,
        factor=flow.factor,
        horizon=flow.horizon,
        verdict=flow.verdict,
        log10_ratio=flow.log10_ratio,
        zero_until=flow.zero_until,
        overflow=flow.overflow,
        mean_dphi=float(flow.mean_dphi.mean()),
        saturated=float(flow.saturated.mean()),
        at_rest=flow.at_rest,
    )


@cache
def _pool() -> ThreadPoolExecutor:
    """One for the process, so that many users do not take more threads than there are cores."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="grid")
