"""The axis of gradient norms, and a curve on it."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers import spoken
from ui.look import plot

# The window the norm chart always shows, and the steps in which it grows. Fixed steps keep the
# axis still while a slider moves: an axis that follows the data makes every curve look the same.
_LOWS = (-8, -12, -16, -24, -40, -80, -160, -320, -640, -1280, -2560, -5120, -10240)

_HIGHS = (2, 4, 8, 16, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)


def state_letter(flow: GradientFlow) -> str:
    """The letter of the state: h, or s where that is more than h."""
    return "h" if flow.config.cell_used.states == 1 else "s"


def loss_letter(config: RNNConfig) -> str:
    """The letter of the loss whose gradient is drawn: L, or L_T where every step has one."""
    return "L" if config.loss_at == "last" else "L_T"


def norm_name(config: RNNConfig, state: str) -> str:
    """What is drawn of a state, by its letter: ‖∂L/∂h_t‖."""
    return f"‖∂{loss_letter(config)}/∂{state}_t‖"


def window(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    lowest, highest = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    low = next((v for v in _LOWS if v <= lowest - 0.5), _LOWS[-1] * 2)
    high = next((v for v in _HIGHS if v >= highest + 0.5), _HIGHS[-1] * 2)
    return float(low), float(high)


def norm_axis(*curves: np.ndarray) -> dict:
    """A y axis of log₁₀ that holds all the curves, with powers of ten, in the fixed steps."""
    low, high = window(np.concatenate([np.ravel(curve) for curve in curves]))
    return plot.log_axis(low, high)


def hover(log10: np.ndarray) -> list[str]:
    return [spoken.from_log10(v) for v in np.asarray(log10, dtype=float).tolist()]


def norm_band(t: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict:
    """Where 80 % of the sequences lie, log₁₀, at the steps `t`."""
    both = np.isfinite(low) & np.isfinite(high)
    name = "10–90 % of sequences"
    return plot.band(t[both], low[both], high[both], name, "rgba(13,148,136,0.18)")


def norm_line(
    t: np.ndarray, log10: np.ndarray, name: str, colour: str, width: float, dash: str | None = None
) -> dict:
    """A curve of norms over the steps; a lonely value is a dot."""
    lonely = np.isfinite(log10).sum() == 1
    return plot.line(
        t,
        plot.gaps(log10),
        name,
        colour,
        width,
        dash,
        mode="lines+markers" if lonely else "lines",
        marker={"color": colour, "size": 8},
        text=hover(log10),
        hovertemplate="step %{x}: %{text}<extra>%{fullData.name}</extra>",
    )
