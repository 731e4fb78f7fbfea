"""Lyapunov exponents of a driven network: what a long product of Jacobians does per step.

    J_t = ∂s_t/∂s_{t-1}        vanilla: J_t = diag(φ'(z_t)) W_h
    J_t Q_{t-1} = Q_t R_t      QR: λ_i = mean_t ln |R_t[i, i]|, in natural logarithms per step

A product of many Jacobians is numerically of rank one, so it is never formed: a frame Q is carried
along and made orthonormal again before its columns have collapsed onto each other.

Sources: Benettin et al. 1980 (exponents by re-orthonormalisation); Engelken, Wolf, Abbott 2023
(for recurrent networks); Stewart 1997 (graded QR factors of a product).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

EPS = float(np.finfo(np.float64).eps)

# A column that is `loss` times as long as what QR leaves of it has lost that many digits.
LOSS_WANTED = 2e5  # what the length of the next block aims at
LOSS_MARGIN = 10.0  # a block that lost this many times more is cut short; one step cannot be
LOSS_TOTAL = 1e13  # nothing may be left: is this Jacobian singular?
MANY_STEPS = 1000  # over which errors average out; with fewer steps, less may be lost in each
LONGEST_BLOCK = 32  # steps
PROBE = 12  # steps after which a second frame is considered, and taken ...
LEAST_SAVING = 0.05  # ... if it saves this many QR of all columns per step
CALL = 10  # columns whose QR takes as long as the call itself
SMALLEST_SPLIT = 48  # directions; below, the calls cost more than the arithmetic
SAFE_CONDITION = 1e6  # ‖W‖·‖W⁻¹‖ of a W_h that may be inverted: exponents err by EPS times this
WARM_UP_SHARE, LONGEST_WARM_UP = 0.1, 100


class Chain:
    """The Jacobians J_1 … J_T (S, S) of one sequence, indexed from 0, as something to multiply by.

    Chain.vanilla(dphi, W_h) needs no more memory than its arguments; Chain.of(jacobians) takes any
    cell's. Raises ValueError for shapes that do not fit and for entries that are not finite.
    """

    def __init__(self, matrices: np.ndarray, row_scale: np.ndarray | None) -> None:
        self._matrices = matrices  # (T, S, S), or (S, S) with the row scales (T, S)
        self._row_scale = row_scale
        self.steps = len(matrices if row_scale is None else row_scale)
        self.size: int = matrices.shape[-1]
        if self.steps < 1 or self.size < 1:
            raise ValueError(f"a chain needs a Jacobian, got the shape {matrices.shape}")
        for array in (matrices, row_scale):
            if array is not None and not np.isfinite(array).all():
                raise ValueError("a Jacobian has entries that are not finite")

    @classmethod
    def vanilla(cls, dphi: np.ndarray, W_h: np.ndarray) -> Chain:
        """J_t = diag(dphi[t]) W_h from dphi (T, H) and W_h (H, H)."""
        dphi, W_h = np.asarray(dphi, dtype=float), np.ascontiguousarray(W_h, dtype=float)
        if dphi.ndim != 2 or W_h.shape != (dphi.shape[1],) * 2:
            raise ValueError(
                f"dphi must be (T, H) and W_h (H, H), got {dphi.shape} and {W_h.shape}"
            )
        return cls(W_h, dphi)

    @classmethod
    def of(cls, jacobians: np.ndarray) -> Chain:
        """J_t = jacobians[t], (T, S, S)."""
        jacobians = np.ascontiguousarray(jacobians, dtype=float)
        if jacobians.ndim != 3 or jacobians.shape[1] != jacobians.shape[2]:
            raise ValueError(f"jacobians must be (T, S, S), got {jacobians.shape}")
        return cls(jacobians, None)

    def __getitem__(self, span: slice) -> Chain:
        """The Jacobians of some of the steps."""
        if self._row_scale is None:
            return Chain(self._matrices[span], None)
        return Chain(self._matrices, self._row_scale[span])

    def apply(self, t: int, Q: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """J_t Q for Q (S, n)."""
        out = np.empty(Q.shape) if out is None else out
        self.apply_each(t, Q, out[None])
        return out

    def apply_each(self, t: int, Q: np.ndarray, out: np.ndarray) -> None:
        """J_t Q, J_{t+1} J_t Q, … into out (m, S, n)."""
        dot, multiply = np.dot, np.multiply
        span = slice(t, t + len(out))
        if self._row_scale is None:
            for matrix, product in zip(self._matrices[span], out, strict=True):
                Q = dot(matrix, Q, product)
        else:
            W = self._matrices
            for scale, product in zip(self._row_scale[span, :, None], out, strict=True):
                dot(W, Q, product)
                Q = multiply(product, scale, product)

    def apply_transposed(self, t: int, Q: np.ndarray) -> np.ndarray:
        """J_tᵀ Q for Q (S, n)."""
        if self._row_scale is None:
            return self._matrices[t].T @ Q
        return self._matrices.T @ (self._row_scale[t][:, None] * Q)

    def missing_rank(self, t: int) -> int:
        """S - rank(J_t) to working precision.

        Rows and columns are brought to one size first: small is not singular.
        """
        if self._row_scale is None:
            return self.size - _rank(self._matrices[t])
        dead = int(np.count_nonzero(self._row_scale[t] == 0.0))
        return max(dead, self.size - self._rank_of_W)

    def zeros(self, t: int) -> int:
        """How much of the rank of J_t is missing beyond doubt: its rows or columns of zeros."""
        if self._row_scale is None:
            return _zeros(self._matrices[t])
        return max(int(np.count_nonzero(self._row_scale[t] == 0.0)), _zeros(self._matrices))

    @cached_property
    def inverse_transposed(self) -> Chain | None:
        """J_t⁻ᵀ = diag(1/φ'(z_t)) W_h⁻ᵀ; None where that is not cheap, or not safe."""
        if self._row_scale is None or np.abs(self._row_scale).min() < 1e-100:
            return None
        try:
            inverse = np.linalg.inv(self._matrices)
        except np.linalg.LinAlgError:
            return None
        condition = np.linalg.norm(inverse) * np.linalg.norm(self._matrices)
        if not condition < SAFE_CONDITION:
            return None
        return Chain.vanilla(1.0 / self._row_scale, inverse.T)

    @cached_property
    def _rank_of_W(self) -> int:
        return _rank(self._matrices)

    @cached_property
    def log_abs_det(self) -> np.ndarray:
        """ln |det J_t| (T,) by LU, -inf where J_t is singular."""
        with np.errstate(divide="ignore"):
            log = np.linalg.slogdet(self._matrices)[1]
            if self._row_scale is not None:
                log = log if self._rank_of_W == self.size else -np.inf
                return log + np.log(np.abs(self._row_scale)).sum(axis=1)
        # LU leaves a rounding error where a pivot should be 0.
        typical = np.log(np.abs(self._matrices).max(axis=(1, 2), initial=np.finfo(float).tiny))
        for t in np.flatnonzero(log < self.size * typical + math.log(1e-12)):
            if self.missing_rank(int(t)):
                log[t] = -np.inf
        return log


def _zeros(matrix: np.ndarray) -> int:
    """The number of rows of zeros, or of columns, whichever is more."""
    return len(matrix) - int(min(np.count_nonzero(matrix.any(axis=axis)) for axis in (0, 1)))


def _rank(matrix: np.ndarray) -> int:
    """Numerical rank after equilibration of rows and columns."""
    matrix = np.array(matrix)
    for _ in range(3):
        for axis in (1, 0):
            _, power = np.frexp(np.abs(matrix).max(axis=axis, keepdims=True))
            matrix = np.ldexp(matrix, -power)
    return int(np.linalg.matrix_rank(matrix))


# -- Lyapunov exponents


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Lyapunov exponents of one driven sequence, in natural logarithms per step.

    An exponent is -inf where the product of the Jacobians is singular: exactly (a ReLU unit that
    was off) or to working precision (a weight matrix without full rank).
    """

    exponents: np.ndarray  # (S,) descending
    halves: np.ndarray  # (2, S) the same from the first and the second half of the steps
    log_abs_det: float  # mean ln |det J_t| over the same steps, by LU; the sum of the exponents
    warm_up: int  # steps before the first one that counts
    steps: int  # steps that count
    split: int | None  # so many leading directions had a frame of their own; None: one frame
    intervals: np.ndarray  # (N,) steps from one QR (of the leading frame) to the next

    @property
    def largest(self) -> float:
        """λ_max."""
        return float(self.exponents[0])

    @property
    def decades_per_step(self) -> float:
        """λ_max / ln 10: the slope of log₁₀ ‖product‖ against the number of steps."""
        return self.largest / math.log(10.0)

    @property
    def interval(self) -> float:
        """Mean number of steps between two QR; 0 where nothing was left to make orthonormal."""
        return float(self.intervals.mean()) if self.intervals.size else 0.0

    @cached_property
    def drift(self) -> np.ndarray:
        """How far the two halves are apart (S,): how well each exponent has converged.

        0 where both are -inf, inf where one of them is.
        """
        with np.errstate(invalid="ignore"):
            apart = np.abs(self.halves[1] - self.halves[0])
        return np.where(np.isneginf(self.halves).all(axis=0), 0.0, apart)


def spectrum(
    chain: Chain,
    *,
    warm_up: int | None = None,
    interval: int | None = None,
    start: np.ndarray | None = None,
) -> Spectrum:
    """Lyapunov exponents of J_T … J_1 by QR.

    warm_up: steps that turn the frame before anything is counted; None: a tenth of them, at
    most LONGEST_WARM_UP. interval: steps from one QR to the next; None: as many as the columns
    stand (see `_Frame.advance`). start: orthonormal frame (S, S) at the beginning; None: a random
    one, always the same, because a special one could miss a direction.

    The automatic interval agrees with interval=1 to 1e-9, in about one network of a hundred (large,
    with exponents that change places for a while) to 1e-8. Exponents of a strongly non-normal
    matrix depend on rounding errors by far more, with any interval.
    """
    T, S = chain.steps, chain.size
    if warm_up is None:
        warm_up = min(int(WARM_UP_SHARE * T), LONGEST_WARM_UP)
    if not 0 <= warm_up < T:
        raise ValueError(f"warm_up must be from 0 to {T - 1}, got {warm_up!r}")
    if interval is not None and interval < 1:
        raise ValueError(f"interval must be at least 1, got {interval!r}")
    if start is None:
        start = np.linalg.qr(np.random.default_rng(0).standard_normal((S, S)))[0]
    middle = warm_up + (T - warm_up) // 2
    # Singular Jacobians, and blocks that lose everything, are planned for: see `_Frame.advance`.
    with np.errstate(all="ignore"):
        whole = _Frame(chain, start, interval)
        frame: _Frame | _TwoFrames = whole
        if interval is None and warm_up > PROBE:
            frame = _split(chain, whole, whole.run(0, PROBE), PROBE)
            frame.run(PROBE, warm_up)
        else:
            frame.run(0, warm_up)
        before = len(frame.intervals)
        first = frame.run(warm_up, middle)
        second = frame.run(middle, T)
    total = first + second
    total[frame.dead] = -np.inf
    order = np.argsort(-total, kind="stable")
    # With one step only, the first half has none, and repeats the second.
    halves = np.stack([first / (middle - warm_up) if middle > warm_up else second, second])
    halves[1] /= T - middle
    return Spectrum(
        exponents=total[order] / (T - warm_up),
        halves=halves[:, order],
        log_abs_det=float(chain.log_abs_det[warm_up:].mean()),
        warm_up=warm_up,
        steps=T - warm_up,
        split=frame.split,
        intervals=np.array(frame.intervals[before:], dtype=int),
    )


def _split(chain: Chain, frame: _Frame, growth: np.ndarray, steps: int) -> _Frame | _TwoFrames:
    """Two frames instead of `frame` where these cost less, judging from `growth` so far.

    Columns must be renewed the more often the wider their exponents are spread, and each time costs
    in proportion to their number: p is chosen so that the sum over both frames is least.
    """
    S = chain.size
    if S < SMALLEST_SPLIT or len(frame.alive) < S or chain.inverse_transposed is None:
        return frame
    rates = -np.sort(-growth / steps)
    p = np.arange(8, S, 8)  # whole blocks of BLAS
    strong = (p + CALL) * _qr_per_step(rates[0] - rates[p - 1])
    costs = strong + (S - p + CALL) * _qr_per_step(rates[p] - rates[-1])
    whole = (S + CALL) * _qr_per_step(rates[0] - rates[-1])
    if whole - costs.min() < LEAST_SAVING * S:
        return frame
    return _TwoFrames(chain, frame.Q, int(p[costs.argmin()]))


def _qr_per_step(spread: np.ndarray) -> np.ndarray:
    """How often columns must be made orthonormal whose exponents are `spread` apart."""
    return np.clip(spread / math.log(LOSS_WANTED), 1 / LONGEST_BLOCK, 1.0)


class _TwoFrames:
    """The first p directions carried by J_t, the others by J_t⁻ᵀ: the same QR, in two parts.

    From J Q = Q' R follows J⁻ᵀ Q = Q' R⁻ᵀ: the last columns, in reverse order, are a frame of the
    inverse transposed Jacobians, and grow by 1/R_jj. Each part has a smaller spread, so its columns
    stand for longer, and the weakest directions no longer drown in the strongest.
    """

    def __init__(self, chain: Chain, Q: np.ndarray, p: int) -> None:
        self.split = p
        self._strong = _Frame(chain, np.ascontiguousarray(Q[:, :p]))
        weak = np.ascontiguousarray(Q[:, : p - 1 : -1])
        inverse = chain.inverse_transposed
        assert inverse is not None  # `_split` has asked
        self._weak = _Frame(inverse, weak)
        self.intervals = self._strong.intervals
        self.dead = np.arange(0)

    def run(self, t: int, stop: int) -> np.ndarray:
        """Steps t … stop - 1: Σ ln |R_ii| of each direction (S,)."""
        return np.concatenate([self._strong.run(t, stop), -self._weak.run(t, stop)[::-1]])


class _Frame:
    """An orthonormal frame on its way through the chain. Columns that became 0 are dropped."""

    def __init__(self, chain: Chain, start: np.ndarray, interval: int | None = None) -> None:
        self.chain = chain
        self.Q = start  # (S, n)
        self.split = None
        self.alive = np.arange(start.shape[1])  # which of the n directions are still in Q
        self.intervals: list[int] = []
        self._fixed = interval
        self._wanted = LOSS_WANTED * min(1.0, chain.steps / MANY_STEPS) ** 2
        self._hard = False  # did the last single step need `_hard_step`?
        self._next = interval or 1
        longest = interval or LONGEST_BLOCK
        self._columns = start.shape[1]
        self._work = np.empty((min(longest, chain.steps), start.size))

    @property
    def dead(self) -> np.ndarray:
        """The directions whose growth is exactly 0."""
        return np.setdiff1d(np.arange(self._columns), self.alive)

    def run(self, t: int, stop: int) -> np.ndarray:
        """Steps t … stop - 1: Σ ln |R_ii| of each direction (n,)."""
        total = np.zeros(self._columns)
        while t < stop and len(self.alive):
            length, growth = self.advance(t, min(self._next, stop - t))
            if len(growth) == len(total):  # the usual case, without a fancy index
                total += growth
            else:
                total[self.alive] += growth
            self.intervals.append(length)
            t += length
        total[self.dead] = -np.inf
        return total

    def advance(self, t: int, length: int) -> tuple[int, np.ndarray]:
        """One block of at most `length` steps and a QR: the steps done, ln |R_ii| of the living.

        QR has a relative error of about EPS · ‖a_j‖/|R_jj| in R_jj, where a_j is column j before
        it. That ratio is measured in each block, and sets the length of the next one. Where it is
        too large the block is cut short: its intermediate products are still there.
        """
        blocks = self._work[:length, : self.Q.size].reshape(-1, *self.Q.shape)
        self.chain.apply_each(t, self.Q, blocks)
        limit = self._wanted * LOSS_MARGIN
        while True:
            if length == 1 and self._hard:
                Q, diagonal, loss = self._hard_step(t, blocks[0])
                self._hard = loss > limit
                break
            Q, diagonal, loss = _qr(blocks[length - 1])
            if loss <= limit or (self._fixed and length > 1):
                break
            self._hard = length == 1
            length = max(min(self._fitting(length, loss), length - 1), 1)
        if self._fixed is None:
            self._next = min(self._fitting(length, loss), 2 * length, LONGEST_BLOCK)
        if loss > LOSS_TOTAL and not (living := diagonal > 0.0).all():
            if not living[: living.sum()].all():  # a zero among the others hides what it is part of
                self.Q, self.alive = np.ascontiguousarray(self.Q[:, living]), self.alive[living]
                return self.advance(t, length)
            Q, diagonal = np.ascontiguousarray(Q[:, living]), diagonal[living]
            self.alive = self.alive[living]
        self.Q = Q
        return length, np.log(diagonal)

    def _hard_step(self, t: int, A: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """`_qr` of A = J_t Q where some rows are far smaller than others, or 0.

        With its rows in descending order Householder's QR keeps the small ones (Cox and Higham
        1998), and leaves exact zeros where rows are 0. Other directions lost to a singular J_t are
        found by its rank.
        """
        order = np.argsort(-np.abs(A).max(axis=1), kind="stable")
        Q = np.empty_like(A)
        Q[order], diagonal, loss = _qr(A[order])
        if loss > LOSS_TOTAL:
            _drop_lost(diagonal, np.abs(A).max(axis=0), self.chain, t)
        return Q, diagonal, loss

    def _fitting(self, length: int, loss: float) -> int:
        """The number of steps that would lose as much as wanted, if `length` steps lose `loss`."""
        per_step = math.log(min(max(loss, 1.0 + 1e-9), 1 / EPS)) / length
        return max(1, int(math.log(max(self._wanted, 1.0)) / per_step))


def _qr(A: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Q, |R_jj| and the largest ‖a_j‖/|R_jj| of A (S, n); the latter inf if it cannot be known."""
    Q, R = np.linalg.qr(A)
    diagonal = np.abs(np.diagonal(R))
    square = float((np.einsum("ij,ij->j", R, R) / (diagonal * diagonal)).max())
    # NaN where a square has left float64's range, or the product had before.
    return Q, diagonal, math.sqrt(square) if square < math.inf else math.inf


def _drop_lost(diagonal: np.ndarray, columns: np.ndarray, chain: Chain, t: int) -> None:
    """Put exact zeros for what the rank of J_t does not leave alive, the smallest first."""
    surplus = len(diagonal) - (chain.size - chain.missing_rank(t))
    surplus -= int(np.count_nonzero(diagonal == 0.0))
    if surplus > 0:
        left = np.where(diagonal > 0.0, diagonal / columns, np.inf)
        diagonal[np.argsort(left)[:surplus]] = 0.0
