"""Laws: formulas that say how the gradient should decay with lag, beside what it does.

A law sees the settings, the weights and the forward pass, never a gradient: a prediction must not
look at the answer, so nothing here imports `rnn_core.flow`. Each predicts log₁₀ ‖δ_t‖/‖δ_T‖ for
one loss at the last step, with δ_t = ∂L_T/∂s_t and lag k = T - t.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.jacobians.lyapunov import Chain
from rnn_core.network.parameters import Parameters
from rnn_core.registry import complete
from rnn_core.start import drawn

COLOURS = ("line", "guide", "second", "third", "fourth")  # as the pages name theirs
DASHES = ("solid", "dot", "dash", "longdash", "dashdot", "longdashdot")  # as Plotly names them


@dataclass(frozen=True, eq=False)
class Forward:
    """What a law may look at: settings, weights and the forward pass of some sequences."""

    config: RNNConfig
    params: Parameters
    x: np.ndarray  # (T, B, I)
    dphi: np.ndarray | None  # (T, B, H) φ'(z_t), None for gated cells
    forget: np.ndarray | None  # (T, B, H) f_t of a cell whose `direct_path` they are, else None
    jacobians: Callable[[int], np.ndarray]  # sequence b -> (T, S, S), J_t = ∂s_t/∂s_{t-1}
    start: np.ndarray | None = None  # (B, S), the state before step 1; None is 0
    factors: np.ndarray | None = None  # (T, B, H) the diagonal of J_t where it has nothing else
    last: np.ndarray | None = None  # (B, H) ∂L_T/∂h_T, where the loss itself starts

    @property
    def drawn(self) -> bool:
        """Whether the weights are those that the config draws."""
        return drawn(self.config, self.params)

    def chain(self, b: int) -> Chain:
        """The Jacobians of sequence b, without forming them where they are diag(φ') W_h."""
        if self.config.cell_used.two_factors:
            assert self.dphi is not None  # φ' is one of the two
            return Chain.vanilla(self.dphi[:, b], self.params.W_h)
        return Chain.of(self.jacobians(b))


@dataclass(frozen=True, kw_only=True)
class Law:
    """One law: what it says, when, who found it, and its prediction.

    missing: "" where the law applies, otherwise the reason. caveat: "" or a sentence where it
    applies but is known to drift. predict: log₁₀ ‖δ_t‖/‖δ_T‖ (T, B) for t = 1 … T; the last row
    is 0. upper_bound: it claims that no gradient is larger.
    colour, dash: of its line on the chart: one of COLOURS or #rrggbb, and one of DASHES.
    about_slope: where it counts φ′ as the same for every unit, as what, ending in "here": the words
    go on with what φ′ is in the run. {most} is max φ′. one_sequence: it takes a Jacobian of every
    step, and is worked out for one sequence. exponent: what it predicts is exp(λ_max k), and the
    words give λ_max. number: a sentence with a number of its own, that is said in any case.
    rank: the law of the highest rank stands for a cell where there is room for one: the more
    special what it knows, the higher.
    """

    label: str
    formula: str  # LaTeX
    conditions: str
    source: str
    upper_bound: bool
    missing: Callable[[RNNConfig], str]
    caveat: Callable[[Forward], str]
    predict: Callable[[Forward], np.ndarray]
    colour: str
    dash: str
    about_slope: str = ""
    one_sequence: bool = False
    exponent: bool = False
    number: Callable[[Forward], str] | None = None
    rank: int = 0

    def __post_init__(self) -> None:
        complete(self)
        if self.colour not in COLOURS and not re.fullmatch("#[0-9a-f]{6}", self.colour):
            raise ValueError(
                f"colour must be one of {', '.join(COLOURS)}, or #rrggbb, got {self.colour!r}"
            )
        if self.dash not in DASHES:
            raise ValueError(f"dash must be one of {', '.join(DASHES)}, got {self.dash!r}")


def nothing(config: RNNConfig) -> str:
    return ""


def nothing_to_say(forward: Forward) -> str:
    return ""


def powers(log10_rate: np.ndarray | float, x: np.ndarray) -> np.ndarray:
    """rate^k at every step of the sequences x: the same (T,) column for each, (T, B)."""
    lag = np.arange(len(x) - 1, -1, -1, dtype=float)
    with np.errstate(invalid="ignore"):  # 0^0 = 1
        column = np.where(lag > 0, lag * log10_rate, 0.0)
    return np.repeat(column[:, None], x.shape[1], axis=1)


def products(log10_factors: np.ndarray) -> np.ndarray:
    """log₁₀ of the product over steps t+1 … T, (T, …), from the factors of steps 2 … T."""
    suffix = np.cumsum(log10_factors[::-1], axis=0)[::-1]
    return np.concatenate([suffix, np.zeros_like(suffix[:1])])


def log10(value: np.ndarray | float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log10(value)
