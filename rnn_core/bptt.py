"""Backpropagation through time: unroll, then sweep back.

    z_t = W_h h_{t-1} + W_x x_t + b_h        h_t = φ(z_t)        h_0 = 0
    δ_t = ∂L/∂h_t = ∂L_t/∂h_t + W_hᵀ (φ'(z_{t+1}) ⊙ δ_{t+1})

`unroll` and `sweep_back` are the fast path of the vanilla cell; `unroll_plain` and
`sweep_back_plain` say the same with the cell's own `step` and `vjp`, for any cell, and the tests
hold the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.activations import Activation
from rnn_core.cells import Cell
from rnn_core.logdomain import COMFORTABLE, SAFE, log10_scaled, magnitude_exponent
from rnn_core.losses import Direct
from rnn_core.weights import Parameters

RENORMALISE_EVERY = 16  # steps
TINY = 1e-100  # a state below this is on its way out of float64
NOTHING = -(2**40)  # the exponent of 0


@dataclass(frozen=True, eq=False)
class Overflow:
    """The first step at which a plain float64 forward pass holds an inf, counted from 1.

    log10_value is log₁₀ of the largest |z| there: the limit is 308.25, and a sum whose parts exceed
    it may itself be just below. sequence is the index of the sequence it happened in.
    """

    step: int
    log10_value: float
    sequence: int


@dataclass(frozen=True, eq=False)
class Trace:
    """The forward pass. The state is h · 2^exponent; exponent is None where it is 0 throughout."""

    x: np.ndarray  # (T, B, I)
    h: np.ndarray  # (T, B, H)
    dphi: np.ndarray  # (T, B, H), φ'(z_t)
    exponent: np.ndarray | None = None  # (T, B)
    overflow: Overflow | None = None

    @property
    def hidden(self) -> np.ndarray:
        """h_t (T, B, H) as plain float64: ±inf where it has overflowed."""
        if self.exponent is None:
            return self.h
        with np.errstate(over="ignore"):
            return np.ldexp(self.h, self.exponent[..., None])


@dataclass(frozen=True, eq=False)
class Sweep:
    """The backward pass: δ_t = ∂L/∂h_t is delta[t] · 2^exponent[t] per sequence."""

    delta: np.ndarray  # (T, B, H)
    exponent: np.ndarray  # (T, B) int


def unroll(
    params: Parameters, x: np.ndarray, phi: Activation, work: np.ndarray | None = None
) -> Trace:
    """Run the vanilla RNN over x (T, B, I) from h_0 = 0.

    `work` (2, T, B, H) is memory for the result, if the caller has some. If the state leaves
    float64's range and φ is homogeneous, the pass is repeated with an exponent per sequence, so
    that everything after the overflow stays a number; `overflow` says where it was.
    """
    T, B, _ = x.shape
    H = params.W_h.shape[0]
    W_hT = np.ascontiguousarray(params.W_h.T)
    h, z = np.empty((2, T, B, H)) if work is None else work
    np.dot(x.reshape(T * B, -1), params.W_x.T, out=z.reshape(T * B, H))  # all inputs in one GEMM
    if params.b_h.any():
        z += params.b_h
    recurrent = np.empty((B, H))
    apply, dot, add = phi.phi, np.dot, np.add
    previous = None
    with np.errstate(over="ignore", invalid="ignore"):
        for z_t, h_t in zip(z, h, strict=True):
            if previous is not None:
                dot(previous, W_hT, out=recurrent)
                add(z_t, recurrent, out=z_t)
            previous = apply(z_t, h_t)
        if phi.homogeneous and not (np.isfinite(z.max()) and np.isfinite(z.min())):
            first = int(np.isfinite(z).all(axis=(1, 2)).argmin())
            return _unroll_scaled(params, x, phi, first)
        # A state that nothing feeds any more ends in 0, and takes the sign that φ' needs with it.
        if (phi.homogeneous or phi.identity_at_zero) and np.abs(z[-1]).max(axis=1).min() < TINY:
            return _unroll_scaled(params, x, phi, None)
        dphi = phi.dphi(z, h, z)  # z is not needed any more
    return Trace(x=x, h=h, dphi=dphi)


def _unroll_scaled(
    params: Parameters, x: np.ndarray, phi: Activation, overflow_at: int | None
) -> Trace:
    """`unroll` with the state as h · 2^exponent, for φ with φ(c·z) = c·φ(z), if only near 0.

    `overflow_at` is the index of the step at which plain float64 stopped being finite.
    """
    T, B, _ = x.shape
    H = params.W_h.shape[0]
    drive = x @ params.W_x.T + params.b_h
    h, dphi = np.empty((T, B, H)), np.empty((T, B, H))
    exponent = np.zeros((T, B), dtype=np.int64)
    largest = np.empty((T, B))
    state, e = np.zeros((B, H)), np.zeros(B, dtype=np.int64)
    for t in range(T):
        recurrent = state @ params.W_h.T
        common = np.maximum(_size(recurrent, e), _size(drive[t], 0))
        common[np.abs(common) < COMFORTABLE] = 0
        common[common == NOTHING] = 0
        z = np.ldexp(recurrent, _shift(e - common)) + np.ldexp(drive[t], _shift(-common))
        e = common
        state = phi.phi(z, h[t])
        phi.dphi(z, state, dphi[t])
        if not phi.homogeneous:  # its z is so small there that φ(z) = z to the last bit
            h[t][e != 0], dphi[t][e != 0] = z[e != 0], 1.0
        exponent[t] = e
        largest[t] = log10_scaled(np.abs(z).max(axis=1), e)
    if overflow_at is None:
        return Trace(x=x, h=h, dphi=dphi, exponent=exponent)
    sequence = int(largest[overflow_at].argmax())
    overflow = Overflow(overflow_at + 1, float(largest[overflow_at, sequence]), sequence)
    return Trace(x=x, h=h, dphi=dphi, exponent=exponent, overflow=overflow)


def _size(v: np.ndarray, e: np.ndarray | int) -> np.ndarray:
    """The power of two of max|v · 2^e| per sequence; NOTHING where v is 0."""
    return np.where(v.any(axis=-1), magnitude_exponent(v) + e, NOTHING)


def _shift(by: np.ndarray) -> np.ndarray:
    """Exponents for ldexp, which takes 32 bits; beyond ±5000 every float64 is 0 or inf anyway."""
    return np.clip(by, -5000, 5000)[:, None]


def sweep_back(
    params: Parameters, dphi: np.ndarray, direct: Direct, work: np.ndarray | None = None
) -> Sweep:
    """Carry ∂L/∂h back over T steps; dphi (T, B, H), direct terms of the last K steps.

    `work` (T, B, H) is memory for δ, if the caller has some.

    Every RENORMALISE_EVERY steps a sequence whose gradient has left 2^±64 is multiplied by a power
    of two. A block in which more than that was gained or lost is done again step by step.
    """
    T, B, H = dphi.shape
    K = len(direct.value)
    W_h = np.ascontiguousarray(params.W_h)
    delta = np.empty((T, B, H)) if work is None else work
    exponent = np.zeros((T, B), dtype=np.int64)
    enters = _DirectTerms(direct, T)

    delta[T - 1] = direct.value[K - 1]
    e = enters.exponent(T - 1, B)
    t = T - 1
    while True:
        # delta[t] is complete: bring it to a comfortable size and go back one block.
        shift = magnitude_exponent(delta[t])
        shift[np.abs(shift) < COMFORTABLE] = 0
        if shift.any():
            delta[t] = np.ldexp(delta[t], -shift[:, None])
            e = e + shift
        exponent[t] = e
        if t == 0:
            return Sweep(delta, exponent)
        stop = max(t - RENORMALISE_EVERY, 0)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            _back(W_h, dphi, delta, enters, e, t, stop)
        if _something_lost(delta[stop], delta[t]):
            stop = t - 1
            _back_once(W_h, dphi, delta, enters, e, t)
        else:
            exponent[stop:t] = e
        t = stop


class _DirectTerms:
    """The direct term that enters at step t, in the running exponent of the sweep."""

    def __init__(self, direct: Direct, T: int) -> None:
        self.first = T - len(direct.value)
        self._direct = direct

    def exponent(self, t: int, B: int) -> np.ndarray:
        if self._direct.exponent is None:
            return np.zeros(B, dtype=np.int64)
        return self._direct.exponent[t - self.first].copy()

    def any_at(self, t: int) -> np.ndarray:
        return self._direct.value[t - self.first].any(axis=-1)

    def at(self, t: int, e: np.ndarray) -> np.ndarray:
        value = self._direct.value[t - self.first]
        shift = self.exponent(t, len(e)) - e
        return np.ldexp(value, shift[:, None]) if shift.any() else value


def _back(W_h, dphi, delta, enters, e, t, stop) -> None:
    """Steps t → stop in plain float64: delta[s-1] = (delta[s] ⊙ dphi[s]) W_h + direct[s-1]."""
    through = np.empty(delta.shape[1:])
    multiply, dot = np.multiply, np.dot
    for s in range(t, stop, -1):
        multiply(delta[s], dphi[s], out=through)
        dot(through, W_h, out=delta[s - 1])
        if s - 1 >= enters.first:
            delta[s - 1] += enters.at(s - 1, e)


def _back_once(W_h, dphi, delta, enters, e, t) -> None:
    """One step with φ'⊙δ scaled up before the product, for factors below 1e-270 in one step.

    The scale is put into `e`, the running exponent, in place.
    """
    through = delta[t] * dphi[t]
    shift = magnitude_exponent(through)
    e += shift
    back = np.ldexp(through, -shift[:, None]) @ W_h
    if t - 1 >= enters.first:
        # A direct term far above what has come back takes over the exponent.
        own = np.where(enters.any_at(t - 1), enters.exponent(t - 1, len(e)), e)
        common = np.maximum(e, own)
        back = np.ldexp(back, (e - common)[:, None]) + enters.at(t - 1, common)
        e[:] = common
    delta[t - 1] = back


def _something_lost(arrived: np.ndarray, started: np.ndarray) -> bool:
    """Has a sequence left the safe range (or reached 0) in this block without starting at 0?"""
    if not np.isfinite(arrived).all():
        return True
    size = np.abs(arrived).max(axis=-1)
    alive = started.any(axis=-1)
    _, power = np.frexp(size)
    return bool((alive & ((size == 0) | (np.abs(power) > SAFE))).any())


def unroll_plain(
    cell: Cell, params: Parameters, x: np.ndarray, phi: Activation
) -> tuple[np.ndarray, list]:
    """States (T, B, S) and caches of any cell, one `step` after the other."""
    state = np.zeros((x.shape[1], params.W_h.shape[0]))
    states, caches = [], []
    for x_t in x:
        state, cache = cell.step(params, phi, x_t, state)
        states.append(state)
        caches.append(cache)
    return np.stack(states), caches


def sweep_back_plain(
    cell: Cell, params: Parameters, caches: list, phi: Activation, direct: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """δ (T, B, S) and the parameter gradients (B, …) of any cell, one `vjp` after the other.

    `direct` (K, B, S) are the direct terms of the last K steps. Plain float64.
    """
    T, K = len(caches), len(direct)
    delta = [np.zeros_like(direct[0])] * T
    delta[T - 1] = direct[K - 1]
    total: dict[str, np.ndarray] = {}
    for t in range(T - 1, -1, -1):
        previous, grads = cell.vjp(params, phi, caches[t], delta[t])
        for name, term in grads.items():
            total[name] = total.get(name, 0.0) + term
        if t > 0:
            k = t - 1 - (T - K)
            delta[t - 1] = previous + direct[k] if k >= 0 else previous
    return np.stack(delta), total
