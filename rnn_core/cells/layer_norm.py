"""The layer-norm RNN."""

from __future__ import annotations

import numpy as np

from rnn_core.cells.cell import input_drive, value_and_slope
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters

LAYER_NORM_EPS = 1e-5  # PyTorch's


def layer_norm_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = φ(scale ⊙ â + shift), â = (a - mean a)/√(var a + ε), a = W_h h + b_h + W_x x + b_x.

    Mean and (biased) variance are over the units of one sequence.
    """
    a = h @ params.W_h.T + params.b_h + input_drive(params, x)
    centred = a - a.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + LAYER_NORM_EPS)
    normal = centred / spread
    value, slope = value_and_slope(phi, params.scale * normal + params.shift)
    return value, (x, h, normal, spread, slope)


def layer_norm_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """da = (dâ - mean dâ - â·mean(dâ ⊙ â))/√(var a + ε) with dâ = scale ⊙ φ'(·) ⊙ dh."""
    x, h, normal, spread, slope = cache
    dz = slope * dh
    d_normal = params.scale * dz
    along = (d_normal * normal).mean(axis=1, keepdims=True)
    da = (d_normal - d_normal.mean(axis=1, keepdims=True) - normal * along) / spread
    grads = {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}
    grads |= {"scale": dz * normal, "shift": dz}
    return da @ params.W_h, grads
