"""The two paths of the LSTM's gradient: through the forget gates alone, and all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.config import RNNConfig
from rnn_core.flow import measure
from rnn_core.flow.flow import GradientFlow, gradient_flow
from rnn_core.flow.losses import Direct
from rnn_core.flow.sweep import Sweep, sweep
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.studies.architectures import own_config
from rnn_core.studies.prediction import predict

PATH_BLOCK = 8  # steps of forget gates multiplied before the powers of two are taken out


@dataclass(frozen=True, eq=False)
class Paths:
    """∂L_T/∂s_t (T, B, 2H) of an LSTM as a sum of two, each vector with a power of two.

    direct: from c_{T-1} back through the forget gates alone, Π f_t ⊙ (o_T ⊙ tanh'(c_T) ⊙ ∂L/∂h_T);
    it enters as early as there is a c behind the last step, and is 0 at T. rest: everything else,
    on any way that uses W_h at least once.
    """

    direct: np.ndarray  # (T, B, H) times 2^direct_exponent; its h half is 0
    direct_exponent: np.ndarray  # (T, B)
    rest: np.ndarray  # (T, B, 2H) times 2^exponent
    exponent: np.ndarray  # (T, B)


def _last_sweep(flow: GradientFlow) -> Sweep:
    """∂L_T/∂s: what the last step's loss alone sends back."""
    value, exponent = flow.direct.value, flow.direct.exponent
    if len(value) == 1:
        return flow.sweep
    last = Direct(value[-1:], None if exponent is None else exponent[-1:])
    return sweep(flow.trace.tape, last)


def split_paths(flow: GradientFlow) -> Paths:
    """The two paths of the last loss in the run of a cell with a `direct_path`, as the LSTM."""
    swept = _last_sweep(flow)
    delta, exponent = swept.delta, swept.exponent.copy()
    T, B, S = delta.shape
    H = S // 2
    kept = flow.config.cell_used.kept
    assert kept is not None  # `Cell` asks it of a direct path
    forget = kept.share(flow.gates)
    direct, e = np.zeros((T, B, H)), exponent.copy()
    direct[T - 2] = delta[T - 2, :, H:]
    t = T - 2  # direct[t] is known, with the exponent e[t]
    while t > 0:
        stop = max(t - PATH_BLOCK, 0)
        shift = np.frexp(np.abs(direct[t]).max(axis=1))[1]
        now, e[t] = np.ldexp(direct[t], -shift[:, None]), e[t] + shift
        block = np.concatenate([now[None], forget[t:stop:-1]])
        # Steps back from t: direct_{t-1} = f_t ⊙ direct_t, one after the other.
        direct[stop : t + 1] = np.cumprod(block, axis=0)[::-1]
        e[stop:t] = e[t]
        t = stop
    # The difference is taken in the exponent of the larger one.
    common = np.where(direct.any(axis=2), np.maximum(e, exponent), exponent)
    rest = np.ldexp(delta, np.maximum(exponent - common, -5000)[..., None])
    rest[:, :, H:] -= np.ldexp(direct, np.maximum(e - common, -5000)[..., None])
    return Paths(direct, e, rest, common)


@dataclass(frozen=True, eq=False)
class LstmPaths:
    """log₁₀ norms of the last loss's gradient by path: per seed (T, N) the median over sequences.

    law is what the product of the forget gates promises, from ‖δ_T‖ on.
    """

    config: RNNConfig
    total: np.ndarray
    direct: np.ndarray
    rest: np.ndarray
    law: np.ndarray
    cell: str = "lstm"

    @property
    def about(self) -> Cell:
        return CELLS[self.cell]

    @property
    def off(self) -> np.ndarray:
        """Decades by which the product of the forget gates exceeds the gradient at step 1, (N,)."""
        return self.law[0] - self.total[0]

    @property
    def nbytes(self) -> int:
        return 4 * self.total.nbytes


def lstm_paths(config: RNNConfig, seeds: int, cell: str = "lstm") -> LstmPaths:
    """The paths of the LSTM (or of a `cell` that has them too) at the settings of `config`, for the
    seeds that `compare_cells` has."""
    found = []
    for n in range(seeds):
        flow = gradient_flow(own_config(config, cell, n))
        paths = split_paths(flow)
        curves = [flow.log10_last, log10_norm(paths.direct, paths.direct_exponent)]
        curves.append(log10_norm(paths.rest, paths.exponent))
        medians = [measure.spread(c).median for c in curves]
        law = predict(flow, "lstm_shortcut").log10 + medians[0][-1]
        found.append([*medians, law])
    total, direct, rest, promised = (np.stack(kind, axis=1) for kind in zip(*found, strict=True))
    return LstmPaths(config, total, direct, rest, promised, cell)
