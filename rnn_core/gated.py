"""The fast path of the gated cells, LSTM and GRU, with their formulas as in `cells.py`.

Arrays are (T, features, B) here, so that one step is a slice of rows without a gap and the matrix
product W_h h needs no transposed copy: 1.3 times as fast as (T, B, features) for these cells. What
leaves the module is seen as (T, B, features). After the forward pass everything that the way back
multiplies with is worked out for all steps at once, and a backward step is a handful of products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnn_core.activations import LOSSY, d_tanh
from rnn_core.bptt import Trace
from rnn_core.logdomain import magnitude_exponent
from rnn_core.weights import Parameters

BLOCK = 8  # steps whose arrays fit a core's cache, for what is worked out after the loop


def _sigmoid(minus_z: np.ndarray, out: np.ndarray) -> None:
    """out = σ(z); -z becomes e = exp(-z), of which σ' = e·σ² needs no difference."""
    np.exp(minus_z, out=minus_z)
    np.add(minus_z, 1.0, out=out)
    np.divide(1.0, out, out=out)


def _d_sigmoid(e: np.ndarray, sigma: np.ndarray) -> None:
    """σ' in place of e."""
    np.multiply(e, sigma, out=e)
    np.multiply(e, sigma, out=e)
    if np.isnan(e.max()):  # inf · 0: e is beyond float64 and σ' below it
        np.nan_to_num(e, copy=False, nan=0.0)


def _d_tanh(z: np.ndarray, value: np.ndarray, out: np.ndarray) -> None:
    if value.max() > LOSSY or value.min() < -LOSSY:
        d_tanh(z, value, out)
    else:
        np.multiply(value, value, out=out)
        np.subtract(1.0, out, out=out)


def _arrays(T: int, B: int, dtype, *features: int) -> list[np.ndarray]:
    """Arrays (T, features, B) from one allocation, which costs a third of several (page faults)."""
    whole = np.empty((T * sum(features) * B,), dtype)
    ends = np.cumsum([T * n * B for n in features])
    parts = np.split(whole, ends[:-1])
    return [part.reshape(T, n, B) for part, n in zip(parts, features, strict=True)]


def _rows(columns: np.ndarray) -> np.ndarray:
    """(T, features, B) seen as (T, B, features)."""
    return columns.swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class _GatedTape:
    """What both cells' tapes share; `copies` as in the additive tape."""

    seen: np.ndarray  # (T, H+I+1, B): h_{t-1}, x_t and 1
    copies: int | None

    columns = True
    states = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        T, H, B = self.forget.shape
        return T, self.states * H, self.copies or B

    @property
    def dtype(self) -> np.dtype:
        return self.forget.dtype

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        shift = magnitude_exponent(ds)
        e += shift
        back = np.empty(ds.shape[::-1], ds.dtype)
        self.carry(t, np.ascontiguousarray(np.ldexp(ds, -shift[:, None]).T), back)
        return back.T

    def _seen_rows(self) -> Iterator[np.ndarray]:
        """(B, H+I+1) of each step, laid out by rows: with these da · seenᵀ is faster."""
        for start in range(0, len(self.seen), BLOCK):
            yield from np.ascontiguousarray(_rows(self.seen[start : start + BLOCK]))

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        """By the way back of the identity: one gradient for each of the S rows of J."""
        S = self.shape[1]
        back = np.empty((S, S))
        self.only(sequence, S).carry(t, np.eye(S), back)
        return np.ascontiguousarray(back.T)


# -- LSTM

# PyTorch's blocks are i, f, g, o. Inside they are o, i, f, g: the three sigmoids lie side by side,
# and so do the three through which the gradient of c goes.
_INSIDE, _OUTSIDE = (3, 0, 1, 2), (1, 2, 3, 0)


def _reorder(rows: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Blocks of rows in another order."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[k] for k in order])


@dataclass(frozen=True, eq=False)
class LstmTape(_GatedTape):
    """dc = δ_c + δ_h ⊙ out; da = gains ⊙ (δ_h, dc, dc, dc); δ_{t-1} = (W_hᵀ da, f ⊙ dc)."""

    forget: np.ndarray  # (T, H, B)
    out: np.ndarray  # (T, H, B), o ⊙ tanh'(c)
    gains: np.ndarray  # (T, 4H, B): tanh(c) ⊙ o', g ⊙ i', c_{t-1} ⊙ f', i ⊙ g'
    W_hT: np.ndarray  # (H, 4H), columns ordered like gains

    states = 2

    def __post_init__(self) -> None:
        T, H, B = self.forget.shape
        object.__setattr__(self, "_of_h", self.gains[:, :H])
        object.__setattr__(self, "_of_c", self.gains[:, H:].reshape(T, 3, H, B))

    def _da(self, t: int, ds: np.ndarray, da: np.ndarray, dc: np.ndarray) -> None:
        """∂L/∂a (4H, B) and dc (H, B) of step t, from ds (2H, B)."""
        H = len(dc)
        dh = ds[:H]
        np.multiply(dh, self.out[t], out=dc)
        np.add(dc, ds[H:], out=dc)
        np.multiply(dh, self._of_h[t], out=da[:H])
        np.multiply(dc, self._of_c[t], out=da[H:].reshape(3, *dc.shape))

    def _memory(self, ds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        H, B = len(ds) // 2, ds.shape[1]
        return np.empty((4 * H, B), ds.dtype), np.empty((H, B), ds.dtype)

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        da, dc = self._memory(ds)
        self._da(t, ds, da, dc)
        np.dot(self.W_hT, da, out=out[: len(dc)])
        np.multiply(dc, self.forget[t], out=out[len(dc) :])

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        columns = _rows(delta)
        found = np.empty((len(columns), 4 * self.forget.shape[1], delta.shape[1]), delta.dtype)
        _, dc = self._memory(columns[0])
        for t, ds in enumerate(columns):
            self._da(t, ds, found[t], dc)
        return _rows(found)  # the order of the gates does not matter to a norm

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        columns = _rows(delta)
        da, dc = self._memory(columns[0])
        H, width = len(dc), self.seen.shape[1]
        total, term = np.zeros((2, 4 * H, width), delta.dtype)
        for t, (ds, seen) in enumerate(zip(columns, self._seen_rows(), strict=True)):
            self._da(t, ds, da, dc)
            np.dot(da, seen, out=term)
            total += term
        total = _reorder(total, _OUTSIDE)
        b = total[:, -1]
        return {"W_h": total[:, :H], "W_x": total[:, H:-1], "b_h": b, "b_x": b}

    def only(self, sequence: int, copies: int) -> LstmTape:
        one = slice(sequence, sequence + 1)
        arrays = (a[..., one] for a in (self.forget, self.out, self.gains))
        return LstmTape(self.seen[..., one], copies, *arrays, self.W_hT)


def unroll_lstm(params: Parameters, x: np.ndarray) -> Trace:
    """Run the LSTM over x (T, B, I) from h_0 = c_0 = 0."""
    T, B, I = x.shape  # noqa: E741
    H = params.W_h.shape[1]
    dtype = params.W_h.dtype
    bias = params.b_h if params.b_x is None else params.b_h + params.b_x
    # One product for the state, the input and the bias: W_h, W_x and b side by side.
    whole = np.concatenate([params.W_h, params.W_x, bias[:, None]], axis=1)
    whole = _reorder(whole, _INSIDE)
    W_hT = np.ascontiguousarray(whole[:, :H].T)
    whole[: 3 * H] *= -1.0  # a sigmoid wants -z
    seen, a, gate, c, tanh_c, out = _arrays(T + 1, B, dtype, H + I + 1, 4 * H, 4 * H, H, H, H)
    seen[0, :H] = 0.0
    seen[:T, H:-1] = x.swapaxes(1, 2)
    seen[:, -1] = 1.0
    product, nothing = np.empty((H, B), dtype), np.zeros((H, B), dtype)
    dot, multiply, add, tanh = np.dot, np.multiply, np.add, np.tanh
    o, i, f, g = (slice(k * H, (k + 1) * H) for k in range(4))
    sigmoids = slice(0, 3 * H)
    with np.errstate(over="ignore"):
        for t in range(T):
            a_t, s_t, c_t = a[t], gate[t], c[t]
            dot(whole, seen[t], out=a_t)
            _sigmoid(a_t[sigmoids], s_t[sigmoids])
            tanh(a_t[g], out=s_t[g])
            multiply(s_t[i], s_t[g], out=c_t)
            multiply(s_t[f], c[t - 1] if t else nothing, out=product)
            add(c_t, product, out=c_t)
            tanh(c_t, out=tanh_c[t])
            multiply(s_t[o], tanh_c[t], out=seen[t + 1, :H])
    gains = a
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, T, BLOCK):
            b = slice(start, min(start + BLOCK, T))
            d, s = gains[b], gate[b]
            _d_sigmoid(d[:, sigmoids], s[:, sigmoids])
            _d_tanh(d[:, g], s[:, g], d[:, g])
            d[:, i] *= s[:, g]
            d[:, g] *= s[:, i]
            d[:, o] *= tanh_c[b]
            _d_tanh(c[b], tanh_c[b], out[b])
            out[b] *= s[:, o]
            if start:
                d[:, f] *= c[start - 1 : b.stop - 1]
            else:
                d[1:, f] *= c[: b.stop - 1]
                d[0, f] = 0.0
    gates = {name: _rows(gate[:T, part]) for name, part in (("i", i), ("f", f), ("g", g), ("o", o))}
    tape = LstmTape(seen[:T], None, gate[:T, f], out[:T], gains[:T], W_hT)
    return Trace(x=x, h=_rows(seen[1:, :H]), tape=tape, gates=gates, c=_rows(c[:T]))


# -- GRU


@dataclass(frozen=True, eq=False)
class GruTape(_GatedTape):
    """da = gains ⊙ δ for r, z and n; δ_{t-1} = z ⊙ δ + W_hᵀ da."""

    forget: np.ndarray  # (T, H, B), z: what is kept
    gains: np.ndarray  # (T, 3H, B), what ∂L/∂(W_h h + b_h) is of δ, for r, z, n
    new: np.ndarray  # (T, H, B), the same for ∂L/∂(W_x x + b_x) of n; r and z have one for both
    W_hT: np.ndarray  # (H, 3H)

    def _da(self, t: int, ds: np.ndarray, da: np.ndarray) -> None:
        """∂L/∂(W_h h + b_h) (3H, B) of step t, from ds (H, B)."""
        np.multiply(ds, self.gains[t].reshape(3, *ds.shape[:1], -1), out=da.reshape(3, *ds.shape))

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        da = np.empty((3 * len(ds), ds.shape[1]), ds.dtype)
        self._da(t, ds, da)
        np.dot(self.W_hT, da, out=out)
        np.multiply(ds, self.forget[t], out=da[: len(ds)])
        out += da[: len(ds)]

    def preactivations(self, delta: np.ndarray) -> np.ndarray:
        columns = _rows(delta)
        found = np.empty((len(columns), 3 * columns.shape[1], columns.shape[2]), delta.dtype)
        for t, ds in enumerate(columns):
            self._da(t, ds, found[t])
        return _rows(found)

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        columns = _rows(delta)
        _, H, B = columns.shape
        da = np.empty((4 * H, B), delta.dtype)  # r, z, n against h, and n against x
        total, term = np.zeros((2, 4 * H, self.seen.shape[1]), delta.dtype)
        for t, (ds, seen) in enumerate(zip(columns, self._seen_rows(), strict=True)):
            self._da(t, ds, da[: 3 * H])
            np.multiply(ds, self.new[t], out=da[3 * H :])
            np.dot(da, seen, out=term)
            total += term
        on_x = np.concatenate([total[: 2 * H], total[3 * H :]])
        return {
            "W_h": total[: 3 * H, :H],
            "W_x": on_x[:, H:-1],
            "b_h": total[: 3 * H, -1],
            "b_x": on_x[:, -1],
        }

    def only(self, sequence: int, copies: int) -> GruTape:
        one = slice(sequence, sequence + 1)
        arrays = (a[..., one] for a in (self.forget, self.gains, self.new))
        return GruTape(self.seen[..., one], copies, *arrays, self.W_hT)


def unroll_gru(params: Parameters, x: np.ndarray) -> Trace:
    """Run the GRU over x (T, B, I) from h_0 = 0."""
    T, B, I = x.shape  # noqa: E741
    H = params.W_h.shape[1]
    dtype = params.W_h.dtype
    b_x = np.zeros_like(params.b_h) if params.b_x is None else params.b_x
    # r and z see the sum of state, input and both biases; n keeps its input apart.
    whole = np.concatenate([params.W_h, params.W_x, (params.b_h + b_x)[:, None]], axis=1)
    whole[2 * H :, H:] = 0.0
    whole[2 * H :, -1] = params.b_h[2 * H :]
    whole[: 2 * H] *= -1.0  # a sigmoid wants -z
    seen, a, gate, n_h, new = _arrays(T + 1, B, dtype, H + I + 1, 3 * H, 3 * H, H, H)
    seen[0, :H] = 0.0
    seen[:T, H:-1] = x.swapaxes(1, 2)
    seen[:, -1] = 1.0
    n_in = np.concatenate([params.W_x[2 * H :], b_x[2 * H :, None]], axis=1)
    dot, multiply, add, subtract = np.dot, np.multiply, np.add, np.subtract
    product = np.empty((H, B), dtype)
    r, z, n = (slice(k * H, (k + 1) * H) for k in range(3))
    sigmoids = slice(0, 2 * H)
    with np.errstate(over="ignore"):
        for t in range(T):
            a_t, s_t, seen_t = a[t], gate[t], seen[t]
            dot(whole, seen_t, out=a_t)
            n_h[t] = a_t[n]
            _sigmoid(a_t[sigmoids], s_t[sigmoids])
            multiply(s_t[r], n_h[t], out=product)
            dot(n_in, seen_t[H:], out=a_t[n])
            add(a_t[n], product, out=a_t[n])
            np.tanh(a_t[n], out=s_t[n])
            # h = n + z ⊙ (h_{t-1} - n)
            subtract(seen_t[:H], s_t[n], out=product)
            multiply(product, s_t[z], out=product)
            add(s_t[n], product, out=seen[t + 1, :H])
    gains = a
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, T, BLOCK):
            b = slice(start, min(start + BLOCK, T))
            d, s, fresh = gains[b], gate[b], new[b]
            np.multiply(d[:, z], s[:, z], out=fresh)  # 1 - z = e·z, without a difference
            if np.isnan(fresh.max()):  # inf · 0: z is 0
                np.nan_to_num(fresh, copy=False, nan=1.0)
            _d_sigmoid(d[:, sigmoids], s[:, sigmoids])
            _d_tanh(d[:, n], s[:, n], d[:, n])
            fresh *= d[:, n]
            d[:, z] *= seen[b, :H] - s[:, n]
            d[:, r] *= fresh
            d[:, r] *= n_h[b]
            multiply(fresh, s[:, r], out=d[:, n])
    gates = {name: _rows(gate[:T, part]) for name, part in (("r", r), ("z", z), ("n", n))}
    W_hT = np.ascontiguousarray(params.W_h.T)
    tape = GruTape(seen[:T], None, gate[:T, z], gains[:T], new[:T], W_hT)
    return Trace(x=x, h=_rows(seen[1:, :H]), tape=tape, gates=gates)
