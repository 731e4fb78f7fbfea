"""The fast path of the gated cells, LSTM and GRU, with their formulas as in `cells.py`.

Arrays are (T, features, B) here, so that one step is a slice of rows without a gap and the matrix
product W_h h needs no transposed copy: 1.3 times as fast as (T, B, features) for these cells. What
leaves the module is seen as (T, B, features). After the forward pass everything that the way back
multiplies with is worked out for all steps at once, and a backward step is a handful of products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.activations import d_sigmoid, d_tanh
from rnn_core.bptt import Trace
from rnn_core.logdomain import magnitude_exponent
from rnn_core.weights import Parameters


def _drive(params: Parameters, x: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """W_x x_t + bias of every step (T, G·H, B)."""
    drive = np.matmul(params.W_x, x.swapaxes(1, 2))
    if bias is not None and bias.any():
        drive += bias[:, None]
    return drive


def _sigmoid(z: np.ndarray, out: np.ndarray) -> None:
    np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.reciprocal(out, out=out)


def _rows(columns: np.ndarray) -> np.ndarray:
    """(T, features, B) seen as (T, B, features)."""
    return columns.swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class _GatedTape:
    """What both cells' tapes share; `copies` as in the additive tape."""

    params: Parameters
    x: np.ndarray  # (T, B, I)
    h: np.ndarray  # (T, H, B)
    copies: int | None

    columns = True
    states = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        T, H, B = self.h.shape
        return T, self.states * H, self.copies or B

    @property
    def dtype(self) -> np.dtype:
        return self.h.dtype

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        shift = magnitude_exponent(ds)
        e += shift
        back = np.empty(ds.shape[::-1], ds.dtype)
        self.carry(t, np.ascontiguousarray(np.ldexp(ds, -shift[:, None]).T), back)
        return back.T

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        """By the way back of the identity: one gradient for each of the S rows of J."""
        S = self.shape[1]
        back = np.empty((S, S))
        self.only(sequence, S).carry(t, np.eye(S), back)
        return np.ascontiguousarray(back.T)

    def _sums(self, da_h: np.ndarray, da_x: np.ndarray) -> dict[str, np.ndarray]:
        """Σ_t da_t h_{t-1}ᵀ and its like, from da (T, G·H, B)."""
        T, rows, _ = da_h.shape
        W_h = np.zeros((rows, self.h.shape[1]), da_h.dtype)
        for t in range(1, T):
            W_h += da_h[t] @ self.h[t - 1].T
        return {
            "W_h": W_h,
            "W_x": np.matmul(da_x, self.x).sum(axis=0),
            "b_h": da_h.sum(axis=(0, 2)),
            "b_x": da_x.sum(axis=(0, 2)),
        }


# -- LSTM


@dataclass(frozen=True, eq=False)
class LstmTape(_GatedTape):
    """dc = δ_c + δ_h ⊙ out; da = gains ⊙ (dc, dc, dc, δ_h); δ_{t-1} = (W_hᵀ da, f ⊙ dc)."""

    forget: np.ndarray  # (T, H, B)
    out: np.ndarray  # (T, H, B), o ⊙ tanh'(c)
    gains: np.ndarray  # (T, 4H, B): g ⊙ i', c_{t-1} ⊙ f', i ⊙ g', tanh(c) ⊙ o'
    W_hT: np.ndarray  # (H, 4H)

    states = 2

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        H, B = len(ds) // 2, ds.shape[1]
        dh, gains = ds[:H], self.gains[t]
        da = np.empty((4 * H, B), ds.dtype)
        dc = dh * self.out[t]
        dc += ds[H:]
        np.multiply(dc, gains[: 3 * H].reshape(3, H, -1), out=da[: 3 * H].reshape(3, H, B))
        np.multiply(dh, gains[3 * H :], out=da[3 * H :])
        np.dot(self.W_hT, da, out=out[:H])
        np.multiply(dc, self.forget[t], out=out[H:])

    def _da_all(self, delta: np.ndarray) -> np.ndarray:
        """∂L/∂a (T, 4H, B) from δ (T, 2H, B)."""
        H = self.forget.shape[1]
        dh = delta[:, :H]
        dc = delta[:, H:] + dh * self.out
        da = self.gains * np.concatenate([dc, dc, dc, dh], axis=1)
        return da

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        return _rows(self._da_all(_rows(delta)))

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        da = self._da_all(_rows(delta))
        return self._sums(da, da)

    def only(self, sequence: int, copies: int) -> LstmTape:
        one = slice(sequence, sequence + 1)
        arrays = (a[..., one] for a in (self.forget, self.out, self.gains))
        return LstmTape(self.params, self.x[:, one], self.h[..., one], copies, *arrays, self.W_hT)


def unroll_lstm(params: Parameters, x: np.ndarray) -> Trace:
    """Run the LSTM over x (T, B, I) from h_0 = c_0 = 0."""
    T, B, _ = x.shape
    H = params.W_h.shape[1]
    bias = params.b_h if params.b_x is None else params.b_h + params.b_x
    a = _drive(params, x, bias)
    gate = np.empty_like(a)
    h, c, tanh_c = np.empty((3, T, H, B), a.dtype)
    recurrent, product = np.empty((4 * H, B), a.dtype), np.empty((H, B), a.dtype)
    W_h, dot, multiply, tanh = np.ascontiguousarray(params.W_h), np.dot, np.multiply, np.tanh
    i, f, g, o = (slice(k * H, (k + 1) * H) for k in range(4))
    both = slice(0, 2 * H)
    with np.errstate(over="ignore"):
        for t in range(T):
            a_t, s_t = a[t], gate[t]
            if t:
                dot(W_h, h[t - 1], out=recurrent)
                a_t += recurrent
            _sigmoid(a_t[both], s_t[both])
            tanh(a_t[g], out=s_t[g])
            _sigmoid(a_t[o], s_t[o])
            multiply(s_t[i], s_t[g], out=c[t])
            if t:
                multiply(s_t[f], c[t - 1], out=product)
                c[t] += product
            tanh(c[t], out=tanh_c[t])
            multiply(s_t[o], tanh_c[t], out=h[t])
    gates = {name: gate[:, part] for name, part in zip("ifgo", (i, f, g, o), strict=True)}
    # The derivatives take over the memory of a; then each is multiplied with its partner.
    gains = a
    d_sigmoid(a[:, both], gate[:, both], gains[:, both])
    d_tanh(a[:, g], gate[:, g], gains[:, g])
    d_sigmoid(a[:, o], gate[:, o], gains[:, o])
    gains[:, i] *= gate[:, g]
    gains[1:, f] *= c[:-1]
    gains[0, f] = 0.0
    gains[:, g] *= gate[:, i]
    gains[:, o] *= tanh_c
    out = d_tanh(c, tanh_c, np.empty_like(c))
    out *= gate[:, o]
    W_hT = np.ascontiguousarray(params.W_h.T)
    tape = LstmTape(params, x, h, None, gate[:, f], out, gains, W_hT)
    shown = {name: _rows(values) for name, values in gates.items()}
    return Trace(x=x, h=_rows(h), tape=tape, gates=shown, c=_rows(c))


# -- GRU


@dataclass(frozen=True, eq=False)
class GruTape(_GatedTape):
    """da = gains ⊙ δ, the first three blocks against W_h; δ_{t-1} = z ⊙ δ + W_hᵀ da."""

    update: np.ndarray  # (T, H, B), z
    gains: np.ndarray  # (T, 3H, B), what ∂L/∂(W_h h + b_h) is of δ, for r, z, n
    new: np.ndarray  # (T, H, B), the same for ∂L/∂(W_x x + b_x) of n; r and z have one for both
    W_hT: np.ndarray  # (H, 3H)

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        H, B = ds.shape
        da = ds * self.gains[t].reshape(3, H, -1)
        np.dot(self.W_hT, da.reshape(3 * H, B), out=out)
        out += ds * self.update[t]

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        d = _rows(delta)
        return _rows(self.gains * np.concatenate([d, d, d], axis=1))

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        d = _rows(delta)
        H = d.shape[1]
        da_h = self.gains * np.concatenate([d, d, d], axis=1)
        da_x = da_h.copy()
        da_x[:, 2 * H :] = self.new * d
        return self._sums(da_h, da_x)

    def only(self, sequence: int, copies: int) -> GruTape:
        one = slice(sequence, sequence + 1)
        arrays = (a[..., one] for a in (self.update, self.gains, self.new))
        return GruTape(self.params, self.x[:, one], self.h[..., one], copies, *arrays, self.W_hT)


def unroll_gru(params: Parameters, x: np.ndarray) -> Trace:
    """Run the GRU over x (T, B, I) from h_0 = 0."""
    T, B, _ = x.shape
    H = params.W_h.shape[1]
    a = _drive(params, x, params.b_x)
    gate = np.empty_like(a)
    h, n_h = np.empty((2, T, H, B), a.dtype)
    recurrent, product = np.empty((3 * H, B), a.dtype), np.empty((H, B), a.dtype)
    b_h = params.b_h[:, None] if params.b_h.any() else None
    W_h, dot, multiply = np.ascontiguousarray(params.W_h), np.dot, np.multiply
    both, n = slice(0, 2 * H), slice(2 * H, 3 * H)
    r, z = slice(0, H), slice(H, 2 * H)
    recurrent[:] = 0.0
    with np.errstate(over="ignore"):
        for t in range(T):
            a_t, s_t = a[t], gate[t]
            if t:
                dot(W_h, h[t - 1], out=recurrent)
            if b_h is not None:
                recurrent += b_h
            a_t[both] += recurrent[both]
            _sigmoid(a_t[both], s_t[both])
            n_h[t] = recurrent[n]
            multiply(s_t[r], n_h[t], out=product)
            a_t[n] += product
            np.tanh(a_t[n], out=s_t[n])
            # h = n + z ⊙ (h_{t-1} - n)
            if t:
                np.subtract(h[t - 1], s_t[n], out=product)
            else:
                np.negative(s_t[n], out=product)
            product *= s_t[z]
            np.add(s_t[n], product, out=h[t])
    gains = a
    d_sigmoid(a[:, both], gate[:, both], gains[:, both])
    d_tanh(a[:, n], gate[:, n], gains[:, n])
    new = gains[:, n] * (1.0 - gate[:, z])  # ∂L/∂(n's pre-activation) per δ
    gains[1:, z] *= h[:-1] - gate[1:, n]
    gains[0, z] *= -gate[0, n]
    gains[:, r] *= new * n_h
    np.multiply(new, gate[:, r], out=gains[:, n])
    W_hT = np.ascontiguousarray(params.W_h.T)
    tape = GruTape(params, x, h, None, gate[:, z], gains, new, W_hT)
    shown = {name: _rows(gate[:, k * H : (k + 1) * H]) for k, name in enumerate("rzn")}
    return Trace(x=x, h=_rows(h), tape=tape, gates=shown)
