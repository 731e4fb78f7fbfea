"""The product of Jacobians of one run, read in every way: forward, backward, by its singular
values, by its Lyapunov exponents, and by what it makes of real states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians.ends import Ends, ends
from rnn_core.jacobians.lyapunov import Chain, Spectrum, spectrum
from rnn_core.jacobians.memory import (
    MemoryNorms,
    Trajectories,
    initial_states,
    memory_norms,
    trajectories,
)
from rnn_core.jacobians.singular import singular_values
from rnn_core.limits import MOST_OF_PRODUCT
from rnn_core.network.activations import ACTIVATIONS

STARTS = 8  # trajectories
LAGS = 24  # lags at which the singular values are read


@dataclass(frozen=True, eq=False)
class JacobianProduct:
    """What J_T … J_2 of one sequence does; steps count from 1 in words, from 0 in arrays."""

    sequence: int
    memory: MemoryNorms  # forward: ‖∂s_t/∂s_1‖
    backward: np.ndarray  # (T,) log₁₀ of the gradient norm of the last loss, relative to step T
    spectrum: Spectrum  # of the same T-1 Jacobians
    lags: np.ndarray  # (K,)
    log10_singular: np.ndarray  # (K, S), NaN where not trustworthy
    trajectories: Trajectories
    ends: Ends  # what became of them


def too_large(flow: GradientFlow) -> bool:
    """Whether `jacobian_product` would take seconds."""
    return flow.config.seq_len * flow.sweep.delta.shape[2] ** 3 > MOST_OF_PRODUCT


def chain_of(flow: GradientFlow, sequence: int) -> Chain:
    """The Jacobians of a sequence, as the laws see them too."""
    if flow.two_factors:
        assert flow.dphi is not None  # φ' is one of the two
        return Chain.vanilla(flow.dphi[:, sequence], flow.params.W_h)
    return Chain.of(flow.jacobians(sequence))


def jacobian_product(flow: GradientFlow) -> JacobianProduct:
    """Read the product of the typical sequence's Jacobians."""
    c, b = flow.config, flow.typical_sequence
    cell, phi = c.cell_used, ACTIVATIONS[c.activation_used]
    chain = chain_of(flow, b)
    # J_1 leads from the start, before which there is nothing: T-1 Jacobians, as in the norms.
    longest = c.seq_len - 1
    lags = np.unique(np.geomspace(1, longest, min(LAGS, longest)).round().astype(int))
    with np.errstate(invalid="ignore"):
        backward = flow.log10_last[:, b] - flow.log10_last[-1, b]

    def step(x: np.ndarray, s: np.ndarray) -> np.ndarray:
        return cell.step(flow.params, phi, x, s)[0]

    x = flow.inputs[:, b]
    run = trajectories(step, x, initial_states(c.seed, STARTS, flow.sweep.delta.shape[2]))
    return JacobianProduct(
        sequence=b,
        memory=memory_norms(chain, seed=c.seed),
        backward=backward,
        spectrum=spectrum(chain[1:]),
        lags=lags,
        log10_singular=singular_values(chain, lags.tolist()),
        trajectories=run,
        ends=ends(step, x, run),
    )
