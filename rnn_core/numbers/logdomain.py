"""Numbers of any size: a float64 mantissa with a separate power of two.

A gradient that has shrunk by more than 308 decades is 0 in float64. Here a vector is kept as
mantissa · 2^exponent with an integer exponent per sequence. Multiplying by a power of two is exact,
so the mantissas are bit for bit the plain result wherever the plain result does not underflow.
"""

from __future__ import annotations

import numpy as np

LOG10_2 = np.log10(np.longdouble(2.0))
LOG10_MAX = float(np.log10(np.finfo(np.float64).max))  # 308.25: beyond it float64 is inf
LOG10_MAX_FLOAT32 = float(np.log10(np.finfo(np.float32).max))  # 38.53
# A plain norm is inf from where its squares are: 1.3·10¹⁵⁴ in float64, 1.8·10¹⁹ in float32.
LOG10_MAX_NORM, LOG10_MAX_NORM_FLOAT32 = LOG10_MAX / 2, LOG10_MAX_FLOAT32 / 2

# Within these powers of two a vector may drift before it is renormalised ...
COMFORTABLE = 64
# ... and outside these, something may have been lost on the way.
SAFE = 900
NOTHING = -(2**40)  # the exponent of 0


def magnitude_exponent(v: np.ndarray) -> np.ndarray:
    """The power of two just above max|v| over the last axis; 0 for an all-zero vector."""
    _, exponent = np.frexp(np.abs(v).max(axis=-1))
    return exponent.astype(np.int64)


def log10_scaled(mantissa: np.ndarray, exponent: np.ndarray | int = 0) -> np.ndarray:
    """log₁₀(mantissa · 2^exponent), -inf for 0.

    Where the product is an ordinary float64 this is exactly np.log10 of it. Elsewhere the sum is
    taken in extended precision: at -10457 one float64 rounding is already 2e-12.
    """
    exponent = np.asarray(exponent)
    if not exponent.any():
        with np.errstate(divide="ignore"):
            return np.log10(mantissa)
    with np.errstate(divide="ignore"):
        _, own = np.frexp(mantissa)
        ordinary = np.abs(own + exponent) < 1000
        plain = np.log10(np.ldexp(mantissa, np.where(ordinary, exponent, 0)))
        if ordinary.all():
            return plain
        wide = np.log10(mantissa.astype(np.longdouble)) + exponent * LOG10_2
    return np.where(ordinary, plain, wide.astype(np.float64))


def log10_norm(v: np.ndarray, exponent: np.ndarray | int = 0) -> np.ndarray:
    """log₁₀ ‖v · 2^exponent‖₂ over the last axis, for entries of any size."""
    v = v.astype(np.float64, copy=False)  # float32's squares would end at 1e±38
    with np.errstate(over="ignore", under="ignore"):
        square = np.vecdot(v, v)
    # Squares leave float64's range at half the exponent that the entries can have.
    lost = ~((square > 1e-280) & (square < 1e280))
    norm = np.sqrt(square, out=square)
    if lost.any():
        rows = v[lost]
        shift = magnitude_exponent(rows)
        rows = np.ldexp(rows, -shift[..., None])
        norm[lost] = np.sqrt(np.vecdot(rows, rows))
        wide = np.zeros(norm.shape, dtype=np.int64)
        wide[lost] = shift
        exponent = wide + exponent
    return log10_scaled(norm, exponent)


def common_exponent(*parts: tuple[np.ndarray, np.ndarray | int]) -> np.ndarray:
    """The power of two that holds every v · 2^e of `parts`, per row; 0 if comfortable."""
    nothing = np.int64(NOTHING)  # beside an int32 a Python int of that size would wrap to 0
    sizes = [np.where(v.any(axis=-1), magnitude_exponent(v) + e, nothing) for v, e in parts]
    common = np.maximum.reduce(sizes)
    common[(np.abs(common) < COMFORTABLE) | (common == NOTHING)] = 0
    return common


def scaled(v: np.ndarray, by: np.ndarray) -> np.ndarray:
    """v · 2^by per row; ldexp takes 32 bits, and beyond ±5000 every float64 is 0 or inf anyway."""
    return np.ldexp(v, np.clip(by, -5000, 5000)[:, None])
