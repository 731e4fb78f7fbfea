"""A cell at rest: its step linearised at the zero state, with no input.

There every unit is alike, and the only thing that mixes them is W_h. So the Jacobian is

    J* = K ⊗ 1 + V ⊗ W        K, V (n, n) for a state of n·H numbers; W the candidate's block of W_h

K and V are read off the cell's own step, tried with a W_h of two units. No cell is asked for by
name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell
from rnn_core.config import RNNConfig
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.network.starts import OURS
from rnn_core.start import parameters

UNITS = 2  # enough to see whether one of them looks at another but through W_h
# A W_h to try: without a symmetry that a cell might undo, as W - Wᵀ does.
TRIED = np.array([[1.0, 0.5], [-0.25, 0.75]])
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Rest:
    """J* = keep ⊗ 1 + through ⊗ W, and what follows for a W of many random entries."""

    keep: np.ndarray  # K (n, n)
    through: np.ndarray  # V (n, n)

    @property
    def critical(self) -> float:
        """The gain of W at which ρ(J*) passes 1; 0 where K alone has it there, inf where W never
        brings it there.

        K and V have no negative entries, and the eigenvalues of W fill the disc of radius g (lie on
        the circle, for a rotation). So the largest eigenvalue of J* belongs to the real one, g:
        ρ(K + g V) = 1, and with it g = 1/ρ((1 - K)⁻¹ V).
        """
        if radius(self.keep) >= 1.0:
            return 0.0
        most = radius(np.linalg.solve(np.eye(len(self.keep)) - self.keep, self.through))
        return 1.0 / most if most > 0 else np.inf

    def rate(self, gain: float) -> float:
        """ρ(J*) for a wide W of this gain."""
        return radius(self.keep + gain * self.through)

    def log10_norms(self, gain: float, lags: int) -> np.ndarray:
        """log₁₀ of the root mean square of ‖(J*ᵀ)^k v‖ over unit vectors v of h, k = 0 … lags.

        For a wide random W of this gain the products W^i v and W^j v are at right angles for i ≠ j,
        and ‖W^j v‖ = g^j. So it is the norm of the coefficients of (Kᵀ + g w Vᵀ)^k e_h in the
        powers of w: of one W that acts in every step, not of a new one in each.
        """
        found, exponent = np.zeros(lags + 1), 0.0
        terms = np.zeros((len(self.keep), lags + 1))  # by power of w
        terms[0, 0] = 1.0
        keep, through = self.keep.T, gain * self.through.T
        for k in range(1, lags + 1):
            moved = through @ terms[:, :k]
            terms[:, :k] = keep @ terms[:, :k]
            terms[:, 1 : k + 1] += moved
            size = float(np.linalg.norm(terms[:, : k + 1]))
            if size == 0.0:
                found[k:] = -np.inf
                break
            terms[:, : k + 1] /= size
            exponent += float(np.log10(size))
            found[k] = exponent
        return found


def radius(matrix: np.ndarray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def candidate(cell: Cell) -> int:
    """The block of W_h that stands for the recurrence."""
    return cell.gates.index(cell.candidate or cell.gates[0])


def rest_of(cell: Cell, params: Parameters, phi: Activation) -> Rest | None:
    """K and V of a cell at its zero state, from biases that all units share; None where 0 is no
    fixed point, or J* is not of this form with entries that are not negative.

    params: of UNITS units; of its W_h only the shape counts.
    """
    x = np.zeros((1, params.W_x.shape[1]))
    n, blocks = cell.states, len(params.W_h) // UNITS
    s = np.zeros((1, n * UNITS))
    found = []
    for w in (0.0, 1.0, 2.0):
        there = replace(params, W_h=w * np.tile(TRIED, (blocks, 1)))
        with np.errstate(divide="ignore", invalid="ignore"):
            after, cache = cell.step(there, phi, x, s)
            J, _ = cell.vjp(there, phi, cache, np.eye(n * UNITS))
        if not (np.abs(after).max() < TINY and np.isfinite(J).all()):
            return None
        found.append(J)
    keep = found[0][::UNITS, ::UNITS]
    through = (found[1] - found[0])[::UNITS, ::UNITS] / TRIED[0, 0]
    for w, J in enumerate(found):
        expected = np.kron(keep, np.eye(UNITS)) + w * np.kron(through, TRIED)
        if np.abs(J - expected).max() > TINY:
            return None  # units see one another otherwise than through W_h
    return None if min(keep.min(), through.min()) < -TINY else Rest(keep, through)


def rest_at_start(config: RNNConfig) -> Rest | None:
    """That of the network that `config` draws, whatever its size, scale and seed; its biases beyond
    those that the cell begins with, or its start gives the gates, count as 0."""
    alike: dict[str, Any] = {"seed": 0, "gain": 1.0, "scale_sets": "gain", "bias_scale": 0.0}
    alike |= {"hidden_size": UNITS, "input_size": 1, "output_size": 1}
    alike |= config.decided | {"start": OURS}
    return _at_start(replace(config, seq_len=2, batch_size=1, **alike))


@lru_cache(maxsize=256)
def _at_start(config: RNNConfig) -> Rest | None:
    return rest_of(config.cell_used, parameters(config), ACTIVATIONS[config.activation_used])


def rest_of_given(config: RNNConfig, params: Parameters) -> Rest | None:
    """That of weights that came from elsewhere: each gate with the mean of its biases, the
    candidate with none."""
    cell = config.cell_used
    b = params.b_h if params.b_x is None else params.b_h + params.b_x
    means = np.array([block.mean() for block in np.split(b, len(cell.gates))])
    means[candidate(cell)] = 0.0
    rows = UNITS * len(cell.gates)
    small = replace(
        params,
        W_h=np.zeros((rows, UNITS)),
        W_x=np.zeros((rows, params.W_x.shape[1])),
        b_h=np.repeat(means, UNITS),
        b_x=None,
        W_y=np.zeros((len(params.W_y), UNITS)),
    )
    return rest_of(cell, small, ACTIVATIONS[config.activation_used])
