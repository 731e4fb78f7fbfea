"""What an activation is: a function φ beside its derivative φ', and what the app says of it.

A saturated unit is where gradients die, so φ' must be right exactly there. The familiar shortcut
1 - h² subtracts two nearly equal numbers: its relative error is 2e-4 at z = 15 and 100 % at z = 20.
Wherever that cancellation would cost digits, φ' is computed from z with exp(-|z|) instead.

Every pair has the same two signatures, on arrays of any one shape:

    phi(z, out)       writes φ(z) into `out` (which may be z itself) and returns it
    dphi(z, h, out)   writes φ'(z) into `out` (which may be z), given h = φ(z), and returns it

Exported programs copy the source of both: they use NumPy as np, and constants of their file whose
names are capital letters, four or more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core.registry import complete

# Where |h| (for sigmoid: h) is beyond this, the shortcut has lost a digit or two of its sixteen.
LOSSY = 0.975

# E[φ(√q z)²] and E[φ'(√q z)²], z ~ N(0, 1), for variances q of any shape.
Moments = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """φ with its derivative and the facts that the laws and the pages need.

    In words and in programs:
    formula: LaTeX, of z. plain: the same on one line, of {0}, as Python would read it with "−" for
    a minus and "·" for a product, and with exp, tanh, max, min, abs, sqrt and log.
    off: the word for a unit whose |φ'(z)| < 0.1.
    slope: φ' from h where it can be told so, in letters and with a number, both of {h}.
    script: φ as a PyTorch program writes it, of {z}. script_slope: φ' as it writes it, of h.
    torch: torch -> φ on tensors. torch_stable: the same in a form whose derivative by autograd does
    not cancel, where torch's own does. rnn_cell: its name in torch.nn.RNNCell, or "".

    What is true of it:
    max_dphi: bounds |φ'|. homogeneous: φ(c·z) = c·φ(z) for c > 0, so a state that leaves the range
    of float64 can be carried with an exponent of its own. identity_at_zero: φ(z) = z to the last
    bit for |z| < 2^-64, which does the same for a state that fades. linear: φ(z) = z. kinked: φ'
    jumps at z = 0. exactly_off: φ' is 0, not only small, where a unit is off. ends(slope): the
    values of φ between which φ' is at least `slope`; None where the sign of z decides φ', as it
    does for homogeneous ones.

    What is faster:
    moments: of φ under a normal z, see Moments; None is by quadrature.
    plain_dphi: φ' from h alone, as PyTorch has it, for training. It is off by at most 1e-16, a
    large part of it only where φ' is nearly 0: too little for a training step to feel, and the
    exact one takes five times as long. None is dphi.
    """

    label: str
    formula: str
    plain: str
    phi: Callable[[np.ndarray, np.ndarray], np.ndarray]
    dphi: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    max_dphi: float
    script: str
    script_slope: str
    torch: Callable[[Any], Callable[[Any], Any]]
    torch_stable: Callable[[Any], Callable[[Any], Any]] | None = None
    rnn_cell: str = ""
    homogeneous: bool = False
    identity_at_zero: bool = False
    linear: bool = False
    kinked: bool = False
    exactly_off: bool = False
    ends: Callable[[float], tuple[float, float]] | None = None
    off: str = "saturated"
    slope: tuple[str, str] | None = None
    moments: Moments | None = None
    plain_dphi: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] | None = None

    def __post_init__(self) -> None:
        complete(self)
        if self.ends is None and not self.homogeneous:
            raise ValueError(f"Activation {self.label} needs ends, unless homogeneous, got None")

    def slope_at(self, z: float) -> float:
        """φ'(z)."""
        at = np.array([z])
        return float(self.dphi(at, self.phi(at, np.empty(1)), np.empty(1))[0])
