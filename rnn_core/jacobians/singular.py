"""Singular values of P_k = J_T … J_{T-k+1} by lag k, over any number of decades.

np.linalg.svd of a product is right to EPS times its largest singular value: below 1e-16 of that it
shows noise. Here the product stays in factors, P_kᵀ = Q · diag(2^e) · U with orthonormal Q, whole
exponents e and a well-conditioned U with rows of size 1; each Jacobian adds one QR (Stewart 1997,
"On graded QR decompositions of products of matrices"), or several together, where they distort so
little that it costs no more than a few digits. The singular values are then read off in
windows of a few decades, since those far above and far below hardly move each other.

Trusted is what the factors still know: each QR loses about EPS · ‖a_j‖/|R_jj| of direction j, a_j
being its column before the QR; these losses add up, and the condition number of U multiplies them.
Where the result exceeds TRUSTED, log₁₀ σ_i is NaN, and so is all below it. A singular value that
must be 0, because a Jacobian on the way has rows or columns of zeros, is -inf.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_core.jacobians.lyapunov import EPS, LOSS_TOTAL, Chain
from rnn_core.numbers.logdomain import log10_scaled, magnitude_exponent

TRUSTED = 1e-6  # largest estimated relative error of a singular value that is reported
# Directions MARGIN decades apart change each other's singular value by 10^(-2·MARGIN); LAPACK errs
# by EPS times the largest of a window, so what is DEEP decades below that is left to the next one.
MARGIN, DEEP = 5.0, 8.0
# Jacobians may share a QR as long as it loses no more than this many times EPS, MOST at a time.
LOSS_TOGETHER, MOST = 1e3, 8
# Below this the eigenvalues of U Uᵀ, which cost half, tell U's condition number as well.
SQUARED = 1e5


def singular_values(chain: Chain, lags: Sequence[int] | None = None) -> np.ndarray:
    """log₁₀ σ_i (K, S), descending in i, of P_k for each of the lags; None: k = 1 … T.

    NaN where not trustworthy; -inf where exactly 0. The largest one is right at any depth.
    """
    T, S = chain.steps, chain.size
    wanted = range(1, T + 1) if lags is None else lags
    if any(not 1 <= k <= T for k in wanted):
        raise ValueError(f"lags must be from 1 to {T}, got {list(wanted)!r}")
    read = dict.fromkeys(wanted)
    with np.errstate(all="ignore"):  # zeros and losses are looked for, not stumbled on
        product = _Graded(chain)
        done = 0
        for k in sorted(read):
            while done < k:
                done += product.multiply(T - done - 1, most=k - done)
            read[k] = product.read()
    return np.array([read[k] for k in wanted]).reshape(-1, S)


class _Graded:
    """P_kᵀ = Q · diag(2^e) · U."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        # Led by the singular vectors of the last Jacobian, the directions start in order.
        left = np.linalg.svd(chain.apply(chain.steps - 1, np.eye(chain.size)))[0]
        self.Q = left  # (S, r)
        self.U = np.eye(chain.size)  # (r, S), of P_kᵀ in the basis `left`, which leaves σ alone
        self.exponent = np.zeros(chain.size, dtype=np.int64)  # (r,)
        self.error = np.zeros(chain.size)  # (r,) estimated relative error so far
        self.rank = chain.size
        self.together = 1  # as many Jacobians as may share a QR, by what the last one lost

    def multiply(self, t: int, most: int) -> int:
        """Put J_tᵀ in front, and before it as many of J_{t-1}ᵀ, … as may share its QR, `most`
        together; how many."""
        if len(self.Q.T) == 0:
            return most
        count = min(most, self.together)
        A, shift = self.Q, 0
        for step in range(t, t - count, -1):
            A = self.chain.apply_transposed(step, A)
            # Powers of two: exact, and the squares inside QR stay in range.
            own = int(magnitude_exponent(A.ravel()))
            A = np.ldexp(A, -own)
            shift += own
        order = np.argsort(-np.abs(A).max(axis=1), kind="stable")  # small rows keep their digits
        Q = np.empty_like(A)
        Q[order], R = np.linalg.qr(A[order])
        loss = np.linalg.norm(R, axis=0) / np.abs(np.diagonal(R))
        loss[~(loss < np.inf)] = np.inf
        each = max(float(loss.max()), 1.0) ** (1 / count)
        self.together = int(min(MOST, np.log(LOSS_TOGETHER) / np.log(each))) if each > 1 else MOST
        self.together = max(1, self.together)
        if count > 1 and loss.max() > LOSS_TOGETHER**2:
            self.together = 1
            return self.multiply(t, 1)
        if loss.max() > LOSS_TOTAL:
            self.rank = min(self.rank, self.chain.size - self.chain.zeros(t))
            rest = np.abs(R[self.rank :]).max(initial=0.0)
            if rest <= np.abs(R).max() / LOSS_TOTAL:  # what cannot be there is rounding
                Q, R, loss = Q[:, : self.rank], R[: self.rank], loss[: self.rank]
        self.error = self.error[: len(loss)] + EPS * loss
        self.Q = Q
        self._raise(R, shift)
        return count

    def _raise(self, R: np.ndarray, shift: int) -> None:
        """diag(2^e) U becomes R diag(2^e) U, brought back to rows of size 1 by powers of two."""
        _, power = np.frexp(R)
        each = np.where(R != 0.0, power + self.exponent, -(2**40))
        top = each.max(axis=1)
        lift = np.clip(self.exponent - top[:, None], -5000, 5000)
        U = np.ldexp(R, np.where(R != 0.0, lift, 0)) @ self.U
        own = magnitude_exponent(U)
        self.U = np.ldexp(U, -own[:, None])
        self.exponent = top + own + shift

    def read(self) -> np.ndarray:
        """log₁₀ σ_i (S,)."""
        S = self.chain.size
        log10 = np.full(S, -np.inf)
        rows = np.linalg.norm(self.U, axis=1)
        living = np.flatnonzero(rows > 0.0)
        if living.size == 0:
            return log10
        grade = np.log10(rows[living]) + self.exponent[living] * np.log10(2.0)
        order = np.argsort(-grade, kind="stable")
        grade, chosen = grade[order], living[order]
        unit = self.U[chosen] / rows[chosen, None]
        # diag(s) U = diag(s) L Qᵀ, with L lower triangular: a column of L reaches only downwards,
        # to smaller rows, so that blocks of the diagonal hold the singular values.
        L = np.transpose(np.linalg.qr(self.U[chosen].T, mode="r"))
        condition = _condition(unit)
        log10[: len(chosen)] = _by_windows(L, self.exponent[chosen], grade)
        error = (np.maximum.accumulate(self.error[chosen]) + S * EPS) * condition
        error[0] = 0.0
        log10[: len(chosen)][~(error <= TRUSTED)] = np.nan
        log10[self.rank :] = -np.inf
        return log10


def _condition(unit: np.ndarray) -> float:
    """The condition number of a matrix with rows of length 1."""
    squares = np.linalg.eigvalsh(unit @ unit.T)
    if squares[-1] < SQUARED**2 * squares[0]:
        return float(np.sqrt(squares[-1] / squares[0]))
    return float(np.linalg.cond(unit))


def _by_windows(L: np.ndarray, exponent: np.ndarray, grade: np.ndarray) -> np.ndarray:
    """log₁₀ of the singular values of diag(2^exponent) L, rows in descending order of `grade`."""
    found = np.empty(len(grade))
    done = 0
    while done < len(grade):
        first = int((grade <= grade[done] + MARGIN).argmax())
        accepted = int(np.count_nonzero(grade >= grade[first] - DEEP))
        last = int(np.count_nonzero(grade >= grade[first] - DEEP - MARGIN))
        top = exponent[first]
        window = np.ldexp(L[first:last, first:last], (exponent[first:last] - top)[:, None])
        sigma = np.linalg.svd(window, compute_uv=False)
        found[done:accepted] = log10_scaled(sigma[done - first : accepted - first], top)
        done = accepted
    return found
