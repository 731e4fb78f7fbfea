"""How much a small change of the recurrent weights moves what the last loss sees.

    κ = √H · ‖θ ⊙ ∂L_T/∂θ‖ / (‖∂L_T/∂h_T‖ · ‖h_T‖)

If each of the weights θ changes by ε of itself, at random, the loss changes by ε·‖θ ⊙ ∂L_T/∂θ‖
(root mean square, to first order); a direction v sees about ‖v‖·‖h_T‖/√H of the state. So κ·ε is
the relative change of what is seen. The gradient by the states may neither vanish nor explode, and
yet κ be huge: for h_t = λ h_{t-1} + x_t with white x it is about √2/(1 - λ²) in a long sequence,
the curse of memory. Source: Zucchet, Orvieto 2024.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.studies.whole_gradient import gradient_of

SENSITIVE = 2.0  # log₁₀ κ from which on a change of 1 % moves it by as much as there is


def log10_sensitivity(flow: GradientFlow) -> float:
    """log₁₀ κ of the typical sequence, for the parameters that stand for the recurrence.

    -inf where no weight has any say; NaN where the state or the gradient of the last loss is
    exactly 0 at step T, or the forward pass has left float64: there is nothing to compare with.
    """
    alone, b = flow.last_alone, flow.typical_sequence
    cell, one = flow.config.cell_used, slice(b, b + 1)
    sweep, trace = alone.sweep, flow.trace
    found = gradient_of(trace.tape.only(b, 1), sweep.delta[:, one], sweep.exponent[:, one])
    exponent = 0 if trace.exponent is None else trace.exponent[-1, one]
    seen = float(alone.log10_direct[-1, b] + log10_norm(trace.h[-1, one], exponent)[0])
    if not (math.isfinite(seen) and found.finite) or flow.overflow is not None:
        return math.nan
    if cell.relative is not None:
        by_size = cell.relative(flow.params, found.parts)
    else:
        each = (getattr(flow.params, name) * found.parts[name] for name in cell.recurrent)
        by_size = np.concatenate([part.ravel() for part in each])
    moved = float(log10_norm(by_size[None], np.array([found.exponent]))[0])
    return moved + 0.5 * math.log10(flow.config.hidden_size) - seen
