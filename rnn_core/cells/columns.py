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

from rnn_core.network.activations import LOSSY, d_tanh
from rnn_core.numbers.logdomain import magnitude_exponent

BLOCK = 8  # steps whose arrays fit a core's cache, for what is worked out after the loop


def fast_sigmoid(minus_z: np.ndarray, out: np.ndarray) -> None:
    """out = σ(z); -z becomes e = exp(-z), of which σ' = e·σ² needs no difference."""
    np.exp(minus_z, out=minus_z)
    np.add(minus_z, 1.0, out=out)
    np.divide(1.0, out, out=out)


def fast_d_sigmoid(e: np.ndarray, sigma: np.ndarray) -> None:
    """σ' in place of e."""
    np.multiply(e, sigma, out=e)
    np.multiply(e, sigma, out=e)
    if np.isnan(e.max()):  # inf · 0: e is beyond float64 and σ' below it
        np.nan_to_num(e, copy=False, nan=0.0)


def fast_d_tanh(z: np.ndarray, value: np.ndarray, out: np.ndarray) -> None:
    if value.max() > LOSSY or value.min() < -LOSSY:
        d_tanh(z, value, out)
    else:
        np.multiply(value, value, out=out)
        np.subtract(1.0, out, out=out)


def arrays(T: int, B: int, dtype: np.dtype, *features: int) -> list[np.ndarray]:
    """Arrays (T, features, B) from one allocation, which costs a third of several (page faults)."""
    whole = np.empty((T * sum(features) * B,), dtype)
    ends = np.cumsum([T * n * B for n in features])
    parts = np.split(whole, ends[:-1])
    return [part.reshape(T, n, B) for part, n in zip(parts, features, strict=True)]


def rows(columns: np.ndarray) -> np.ndarray:
    """(T, features, B) seen as (T, B, features)."""
    return columns.swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class GatedTape:
    """What both cells' tapes share; `copies` as in the additive tape."""

    seen: np.ndarray  # (T, H+I+1, B): h_{t-1}, x_t and 1
    copies: int | None
    forget: np.ndarray  # (T, H, B): how much of its state a step keeps

    columns = True
    states = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        T, H, B = self.forget.shape
        return T, self.states * H, self.copies or B

    @property
    def dtype(self) -> np.dtype:
        return self.forget.dtype

    def carry(self, t: int, ds: np.ndarray, out: np.ndarray) -> None:
        raise NotImplementedError

    def only(self, sequence: int, copies: int) -> GatedTape:
        raise NotImplementedError

    def carry_scaled(self, t: int, ds: np.ndarray, e: np.ndarray) -> np.ndarray:
        shift = magnitude_exponent(ds)
        e += shift
        back = np.empty(ds.shape[::-1], ds.dtype)
        self.carry(t, np.ascontiguousarray(np.ldexp(ds, -shift[:, None]).T), back)
        return back.T

    def _seen_rows(self) -> Iterator[np.ndarray]:
        """(B, H+I+1) of each step, laid out by rows: with these da · seenᵀ is faster."""
        for start in range(0, len(self.seen), BLOCK):
            yield from np.ascontiguousarray(rows(self.seen[start : start + BLOCK]))

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        """By the way back of the identity: one gradient for each of the S rows of J."""
        S = self.shape[1]
        back = np.empty((S, S))
        self.only(sequence, S).carry(t, np.eye(S), back)
        return np.ascontiguousarray(back.T)
