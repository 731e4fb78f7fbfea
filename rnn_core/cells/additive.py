"""The fast path of the cells h_t = keep·h_{t-1} + α·φ(z_t): vanilla, IRNN, residual, leaky.

    z_t = W_h h_{t-1} + W_x x_t + b_h        h_0 = 0
    J_t = keep·1 + α·diag(φ'(z_t)) W_h

For the vanilla cell keep is 0 and α is 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import input_drive, value_and_slope
from rnn_core.cells.tape import Overflow, Trace
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import common_exponent, log10_scaled, magnitude_exponent, scaled

TINY = 1e-100  # a state below this is on its way out of float64


@dataclass(frozen=True, eq=False)
class AdditiveTape:
    """J_tᵀ δ = keep·δ + W_hᵀ (α·φ'(z_t) ⊙ δ), from φ' of every step."""

    params: Parameters
    x: np.ndarray  # (T, B, I)
    h: np.ndarray  # (T, B, H), mantissas
    dphi: np.ndarray  # (T, B, H)
    exponent: np.ndarray | None  # (T, B), of h
    copies: int | None = None  # gradients at once, where the sequences are one and the same
    start: np.ndarray | None = None  # (B, H), h_0; None is 0

    shape: tuple[int, int, int] = field(init=False, repr=False)  # of δ
    dtype: np.dtype = field(init=False, repr=False)
    _W_h: np.ndarray = field(init=False, repr=False)  # α·W_h

    columns = False

    def __post_init__(self) -> None:
        T, B, H = self.dphi.shape
        set_own = object.__setattr__
        set_own(self, "shape", (T, self.copies or B, H))
        set_own(self, "dtype", self.dphi.dtype)
        W_h = np.ascontiguousarray(self.params.W_h)
        set_own(self, "_W_h", W_h if self.params.alpha == 1.0 else self.params.alpha * W_h)

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        np.dot(ds * self.dphi[t], self._W_h, out=out)
        if self.params.keep:
            out += self.params.keep * ds

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        """φ'⊙δ is scaled up before the product, for factors below 1e-270 in one step."""
        through = ds * self.dphi[t]
        shift = magnitude_exponent(through)
        back = np.ldexp(through, -shift[:, None]) @ self._W_h
        if not self.params.keep:
            e += shift
            return back
        # What is kept is near 1, and takes over wherever it is there at all.
        kept = self.params.keep * ds
        common = np.where(kept.any(axis=1), np.maximum(shift, 0), shift)
        e += common
        return scaled(back, shift - common) + scaled(kept, -common)

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        through = self.dphi * delta
        return through if self.params.alpha == 1.0 else self.params.alpha * through

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        g = self.preactivations(delta)
        rows = g.reshape(-1, g.shape[-1])
        before = np.zeros_like(g)
        before[1:] = self.h[:-1]
        if self.exponent is not None:
            before[1:] = np.ldexp(before[1:], self.exponent[:-1, :, None])
        if self.start is not None:
            before[0] = self.start
        total = rows.sum(axis=0)
        return {
            "W_h": rows.T @ before.reshape(rows.shape),
            "W_x": rows.T @ self.x.reshape(len(rows), -1),
            "b_h": total,
            "b_x": total,
        }

    def only(self, sequence: int, copies: int) -> AdditiveTape:
        one = slice(sequence, sequence + 1)
        exponent = None if self.exponent is None else self.exponent[:, one]
        start = None if self.start is None else self.start[one]
        x, h, dphi = self.x[:, one], self.h[:, one], self.dphi[:, one]
        return AdditiveTape(self.params, x, h, dphi, exponent, copies, start)

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        p = self.params
        J = p.alpha * self.dphi[t, sequence][:, None] * p.W_h
        return J + p.keep * np.eye(len(J)) if p.keep else J


def unroll(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run the network over x (T, B, I) from h_0 = `start` (B, H), None for 0.

    `work` (2, T, B, H) is memory for the result, if the caller has some. If the state leaves
    float64's range and φ is homogeneous, the pass is repeated with an exponent per sequence, so
    that everything after the overflow stays a number; `overflow` says where it was.
    """
    T, B, _ = x.shape
    H = params.W_h.shape[0]
    keep, alpha = params.keep, params.alpha
    plain = keep == 0.0 and alpha == 1.0
    W_hT = np.ascontiguousarray(params.W_h.T)
    h, z = np.empty((2, T, B, H), params.W_h.dtype) if work is None else work
    np.dot(x.reshape(T * B, -1), params.W_x.T, out=z.reshape(T * B, H))  # all inputs in one GEMM
    for bias in (params.b_h, params.b_x):
        if bias is not None and bias.any():
            z += bias
    recurrent = np.empty((B, H), h.dtype)
    apply, dot, add = phi.phi, np.dot, np.add
    previous = start
    values = h if plain else np.empty_like(h)  # φ(z), which φ' may need
    with np.errstate(over="ignore", invalid="ignore"):
        for z_t, h_t, value in zip(z, h, values, strict=True):
            if previous is not None:
                dot(previous, W_hT, out=recurrent)
                add(z_t, recurrent, out=z_t)
            apply(z_t, value)
            if not plain:
                np.multiply(value, alpha, out=h_t)
                if previous is not None and keep:
                    h_t += keep * previous
            previous = h_t
        seen = z if plain else np.concatenate([z, h[-1:]])
        if phi.homogeneous and not (np.isfinite(seen.max()) and np.isfinite(seen.min())):
            first = int(np.isfinite(seen).all(axis=(1, 2)).argmin())
            return _unroll_scaled(params, x, phi, min(first, T - 1), start)
        # A state that nothing feeds any more ends in 0, and takes the sign that φ' needs with it.
        # One that nothing ever fed has none.
        fades = phi.homogeneous or phi.identity_at_zero
        if fades and np.abs(z[-1]).max(axis=1).min() < TINY and z.any():
            return _unroll_scaled(params, x, phi, None, start)
        dphi = phi.dphi(z, values, z)  # z is not needed any more
    return _trace(params, x, h, dphi, start=start)


def _trace(
    params: Parameters,
    x: np.ndarray,
    h: np.ndarray,
    dphi: np.ndarray,
    exponent: np.ndarray | None = None,
    overflow: Overflow | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    tape = AdditiveTape(params, x, h, dphi, exponent, None, start)
    return Trace(x=x, h=h, tape=tape, dphi=dphi, exponent=exponent, overflow=overflow, start=start)


def _unroll_scaled(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    overflow_at: int | None,
    start: np.ndarray | None,
) -> Trace:
    """`unroll` with the state as h · 2^exponent, for φ with φ(c·z) = c·φ(z), if only near 0.

    `overflow_at` is the index of the step at which plain float64 stopped being finite.
    """
    T, B, _ = x.shape
    H = params.W_h.shape[0]
    drive = x @ params.W_x.T + params.b_h + (0.0 if params.b_x is None else params.b_x)
    h, dphi = np.empty((T, B, H)), np.empty((T, B, H))
    exponent = np.zeros((T, B), dtype=np.int64)
    largest = np.empty((T, B))
    state = np.zeros((B, H)) if start is None else start
    e = np.zeros(B, dtype=np.int64)
    for t in range(T):
        recurrent = state @ params.W_h.T
        kept = params.keep * state
        common = common_exponent((recurrent, e), (drive[t], 0), (kept, e))
        z = scaled(recurrent, e - common) + scaled(drive[t], -common)
        value = phi.phi(z, np.empty_like(z))
        phi.dphi(z, value, dphi[t])
        if not phi.homogeneous:  # its z is so small there that φ(z) = z to the last bit
            value[common != 0], dphi[t][common != 0] = z[common != 0], 1.0
        h[t] = scaled(kept, e - common) + params.alpha * value
        state, e = h[t], common
        exponent[t] = e
        largest[t] = log10_scaled(np.abs(z).max(axis=1), e)
    if overflow_at is None:
        return _trace(params, x, h, dphi, exponent, start=start)
    sequence = int(largest[overflow_at].argmax())
    overflow = Overflow(overflow_at + 1, float(largest[overflow_at, sequence]), sequence)
    return _trace(params, x, h, dphi, exponent, overflow, start)


def additive_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = keep·h + α·φ(z) with z = W_h h + b_h + W_x x + b_x; vanilla: keep 0, α 1."""
    z = h @ params.W_h.T + params.b_h + input_drive(params, x)
    value, slope = value_and_slope(phi, z)
    return params.keep * h + params.alpha * value, (x, h, slope)


def additive_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = keep·dh + W_hᵀ dz with dz = α·φ'(z) ⊙ dh."""
    x, h, slope = cache
    dz = params.alpha * slope * dh
    grads = {"W_h": (dz, h), "W_x": (dz, x), "b_h": dz, "b_x": dz}
    return params.keep * dh + dz @ params.W_h, grads


def additive_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    z = h @ w["W_h"].T + w["b_h"] + x @ w["W_x"].T + w["b_x"]
    return p.keep * h + p.alpha * f.phi(z), {"h": z}


def additive_matrix(params: Parameters) -> np.ndarray:
    """keep·1 + α·W_h, the Jacobian where φ' is 1."""
    return params.keep * np.eye(len(params.W_h)) + params.alpha * params.W_h


def additive_matrix_name(params: Parameters) -> str:
    """ "0.9·1 + 0.1·W_h"; "W_h" where nothing is kept."""
    if not params.keep:
        return "W_h"
    kept = "" if params.keep == 1 else f"{params.keep:g}·"
    return f"{kept}1 + {params.alpha:g}·W_h"


# What a cell of this form is, whatever keep and α are.
ADDITIVE: dict[str, Any] = {
    "step": additive_step,
    "vjp": additive_vjp,
    "torch_step": additive_torch_step,
    "unroll": unroll,
    "has_slope": True,
    "additive": True,
    "parameters": cost.numbers(1),
    "work": cost.passes(1),
}
