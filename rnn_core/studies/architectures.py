"""Architectures: the same input, seed, loss and length for several cells at once.

One curve belongs to a cell and a seed: the median over the sequences of log₁₀ ‖∂L/∂s_t‖, with
s = h, for the LSTM [h, c], for attention e (see attention.py). `compare` puts the seeds of a cell
together: the median over the seeds of these medians, and their 10–90 % band.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.config import LIMITS, RNNConfig
from rnn_core.flow import measure
from rnn_core.flow.flow import gradient_flow
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import verdict
from rnn_core.studies import attention
from rnn_core.studies.attention import Attention, attention_flow

ATTENTION = "attention"
ARCHITECTURES: dict[str, Cell | Attention] = {**CELLS, ATTENTION: attention.ATTENTION}
NAMES: dict[str, str] = {name: one.label for name, one in ARCHITECTURES.items()}
_DEFAULT = RNNConfig()
# What not every cell takes notice of.
_SETTINGS = (
    *dict.fromkeys(s.name for cell in CELLS.values() for s in cell.settings),
    *(
        "activation",
        "init",
        "start",
        "added_bias",
        "gain",
        "scale_sets",
        "bias_scale",
        "start_scale",
    ),
)


# -- what a cell costs


def parameter_count(cell: str, H: int, I: int) -> int:
    """Numbers to learn between x_t, s_{t-1} and s_t: weights, and one bias for each gate.

    PyTorch has two biases for each gate, which add up to one. α of a residual or leaky cell is a
    setting; readouts are left out.
    """
    return ARCHITECTURES[cell].parameters(H, I)


def multiply_adds(cell: str, H: int, I: int, t: int) -> int:
    """Multiplications of step t forward, one sequence, each with its addition.

    Matrix products and elementwise ones; φ, biases and readouts do not count. Only attention's
    grow with t: it scores and mixes t steps.
    """
    one = ARCHITECTURES[cell]
    found = one.multiply_adds(H, I)
    if isinstance(one, Attention):
        found += t * one.multiply_adds_for_each_step(H)
    return found


def work(config: RNNConfig, cell: str) -> float:
    """About how long a curve takes, in seconds (measured on one core of 2022)."""
    H, B, T = config.hidden_size, config.batch_size, config.seq_len
    losses = 1 if config.loss_at == "last" else T
    return ARCHITECTURES[cell].seconds(H, B, T, losses)


# -- one curve


@dataclass(frozen=True, eq=False)
class Curve:
    """One cell and one seed."""

    log10_median: np.ndarray  # (T,), of all losses together
    log10_last: np.ndarray  # (T,), of what the last loss alone sends back
    overflow: int | None  # the step at which the forward pass leaves float64
    at_rest: bool = False  # the state stays exactly 0

    @property
    def nbytes(self) -> int:
        return 2 * self.log10_median.nbytes + 200


def own_config(config: RNNConfig, cell: str, nth: int = 0) -> RNNConfig:
    """`config` for `cell` and its nth seed; settings that the cell does not know are the default.

    So two configs whose curves cannot differ are equal; what the start decides is written down.
    Attention has the config of its inputs.
    """
    changes: dict[str, Any] = {
        "cell": cell,
        "seed": (config.seed + nth) % (int(LIMITS["seed"][1]) + 1),
    }
    one = ARCHITECTURES[cell]
    if cell not in CELLS:
        changes["cell"] = _DEFAULT.cell
    heard = {setting.name for setting in one.settings} | one.hears
    changes |= {name: getattr(_DEFAULT, name) for name in _SETTINGS if name not in heard}
    own = replace(config, **changes)
    idle = list(own.overruled)
    if not own.decided.keys() & {setting.name for setting in one.settings}:
        idle.append("added_bias")
    own = replace(own, **{name: getattr(_DEFAULT, name) for name in idle})
    return replace(own, **own.decided)


def curve(config: RNNConfig, cell: str) -> Curve:
    """The curve of `cell` at the settings and the seed of `config`."""
    config = own_config(config, cell)
    if cell in CELLS:
        flow = gradient_flow(config)
        overflow = flow.overflow.step if flow.overflow else None
        return Curve(flow.spread.median, flow.reading.curve, overflow, flow.at_rest)
    total = measure.spread(attention_flow(config).log10_norms).median
    alone = total
    if config.loss_at == "every":
        alone = measure.spread(attention_flow(replace(config, loss_at="last")).log10_norms).median
    return Curve(total, alone, None)


# -- all of them


@dataclass(frozen=True, eq=False)
class Compared:
    """One cell over its seeds."""

    cell: str
    config: RNNConfig  # of the first seed
    medians: np.ndarray  # (T, N) by seed: the median over the sequences, of all losses together
    lasts: np.ndarray  # (T, N): the same of the last loss alone
    overflow: int | None  # the first step at which a forward pass leaves float64
    at_rest: bool  # the state stays exactly 0, under every seed

    @cached_property
    def spread(self) -> measure.Spread:
        """Median and 10–90 % band over the seeds, of what the last loss alone sends back."""
        return measure.spread(self.lasts)

    @cached_property
    def total(self) -> np.ndarray:
        """The median over the seeds of all losses together (T,)."""
        return measure.spread(self.medians).median

    @cached_property
    def reading(self) -> Reading:
        """The median curve of the last loss alone, read.

        Not of the total, which stays up by itself with a loss at every step.
        """
        return Reading(self.spread.median)

    @property
    def factor(self) -> float:
        """By how much one step back multiplies the norm."""
        return self.reading.rate.factor

    @property
    def horizon(self) -> int | None:
        """Lag at which the median curve is first below 1/1000 of its last step."""
        return self.reading.reach.horizon

    @cached_property
    def ratio(self) -> tuple[float, float, float]:
        """Median, 10 % and 90 % quantile over the seeds of log₁₀ ‖δ_1‖/‖δ_T‖, last loss alone."""
        found = measure.spread(np.array([[measure.log10_ratio(c) for c in self.lasts.T]]))
        return float(found.median[0]), float(found.low[0]), float(found.high[0])

    @property
    def verdict(self) -> str:
        """The word for `ratio` at the rate of the median curve."""
        return verdict(self.ratio[0], self.reading.slope, len(self.lasts))

    @property
    def about(self) -> Cell | Attention:
        """Its name, its line, and what else is known of it."""
        return ARCHITECTURES[self.cell]

    @property
    def parameters(self) -> int:
        return parameter_count(self.cell, self.config.hidden_size, self.config.input_size)

    @property
    def multiply_adds(self) -> int:
        """Of the last step."""
        c = self.config
        return multiply_adds(self.cell, c.hidden_size, c.input_size, c.seq_len)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several cells under the same conditions. `wanted` seeds were asked for, `seeds` are shown."""

    config: RNNConfig
    cells: tuple[Compared, ...]
    seeds: int
    wanted: int

    def __getitem__(self, cell: str) -> Compared:
        return next(c for c in self.cells if c.cell == cell)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.cell for c in self.cells)


def affordable(config: RNNConfig, cells: tuple[str, ...], seeds: int, seconds: float) -> int:
    """How many of `seeds` seeds take about `seconds` at most; one in any case."""
    each = sum(work(config, cell) for cell in cells)
    return max(1, int(min(seeds, seconds / each)))


def compare_cells(
    config: RNNConfig,
    cells: tuple[str, ...],
    seeds: int,
    *,
    seconds: float = float("inf"),
    curve: Callable[[RNNConfig, str], Curve] = curve,
) -> Comparison:
    """Every cell of `cells` with the seeds config.seed, config.seed + 1, ….

    Fewer than `seeds` seeds where these would take more than `seconds`. `curve` may be a
    remembering one; it is given the cell's own config.
    """
    used = affordable(config, cells, seeds, seconds)
    found = []
    for cell in cells:
        curves = [curve(own_config(config, cell, n), cell) for n in range(used)]
        overflows = [c.overflow for c in curves if c.overflow is not None]
        found.append(
            Compared(
                cell,
                own_config(config, cell),
                np.stack([c.log10_median for c in curves], axis=1),
                np.stack([c.log10_last for c in curves], axis=1),
                min(overflows, default=None),
                all(c.at_rest for c in curves),
            )
        )
    return Comparison(config, tuple(found), used, seeds)
