"""What several claims are drawn and told by."""

from __future__ import annotations

import numpy as np

from rnn_core.claims.claim import SAID, Curve
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers import spoken


def measured(flow: GradientFlow, name: str = "measured") -> Curve:
    """log₁₀ ‖δ_t‖/‖δ_T‖ of the median sequence."""
    curve = flow.reading.curve
    return Curve(name, _steps(curve), curve - curve[-1])


def said(log10: np.ndarray, name: str = "as the claim has it") -> Curve:
    """A curve over the steps that the claim says."""
    return Curve(name, _steps(log10), log10, SAID)


def steady(log10_factor: float, T: int, name: str = "as the claim has it") -> Curve:
    """The same factor at every step back from step T."""
    return said(log10_factor * np.arange(T - 1, -1, -1.0), name)


def terms(flow: GradientFlow) -> np.ndarray:
    """log₁₀ of the norm of each step's term of ∂L/∂W_h = Σ_t d_t h_{t-1}ᵀ, of the median sequence
    (T-1,); from step 2, since h_0 is 0."""
    return np.median(flow.config.cell_used.terms(flow)[1:], axis=1)


def times(log10: float) -> str:
    """A factor from its logarithm."""
    return f"×{spoken.from_log10(log10)}" if np.isfinite(log10) else "×0"


def _steps(curve: np.ndarray) -> np.ndarray:
    return np.arange(1, len(curve) + 1)
