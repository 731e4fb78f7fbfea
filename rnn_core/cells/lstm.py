"""The LSTM."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_core.cells import cost
from rnn_core.cells.cell import Cell, Gate, Helps, Kept, Run, input_drive, value_and_slope
from rnn_core.cells.chrono import CHRONO, chrono_biases, chrono_draws
from rnn_core.cells.columns import (
    BLOCK,
    GatedTape,
    arrays,
    fast_d_sigmoid,
    fast_d_tanh,
    fast_sigmoid,
    rows,
)
from rnn_core.cells.tape import Trace
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.activations.sigmoid import ACTIVATION as SIGMOID
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent, plain
from rnn_core.settings import Number

FORGET_BIAS = Number(
    name="forget_bias",
    label="forget bias",
    default=1.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Bias of the LSTM's forget gates at the start: σ(1) = 0.73, σ(4) = 0.98.",
)
INPUT_BIAS = Number(
    name="input_bias",
    label="input gate bias",
    default=0.0,
    low=-8.0,
    high=4.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    aside=True,
    help="Bias of the LSTM's input gates at the start: σ(0) = 0.5 of the new value enters the "
    "cell, σ(−4) = 0.02.",
)


def lstm_step(params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray):
    """PyTorch's LSTM, gates i, f, g, o: c_next = f ⊙ c + i ⊙ g, h_next = o ⊙ φ(c_next)."""
    h, c = np.split(s, 2, axis=1)
    i_in, f_in, g_in, o_in = np.split(
        h @ params.W_h.T + params.b_h + input_drive(params, x), 4, axis=1
    )
    (i, di), (f, df), (o, do) = (value_and_slope(SIGMOID, v) for v in (i_in, f_in, o_in))
    g, dg = value_and_slope(phi, g_in)
    c_next = f * c + i * g
    out, d_out = value_and_slope(phi, c_next)
    cache = (x, h, c, i, f, g, o, di, df, dg, do, out, d_out)
    return np.concatenate([o * out, c_next], axis=1), cache


def lstm_vjp(params: Parameters, phi: Activation, cache, ds: np.ndarray):
    """The direct road dc_prev = f ⊙ dc, and the one through the gates and W_h."""
    x, h, c, i, f, g, o, di, df, dg, do, out, d_out = cache
    dh, dc = np.split(ds, 2, axis=1)
    dc = dc + dh * o * d_out
    da = np.concatenate([dc * g * di, dc * c * df, dc * i * dg, dh * out * do], axis=1)
    grads = {"W_h": (da, h), "W_x": (da, x), "b_h": da, "b_x": da}
    return np.concatenate([da @ params.W_h, dc * f], axis=1), grads


def lstm_paths(jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An LSTM's Jacobian (2H, 2H) as the direct cell path and the rest; their sum is the whole.

    The direct path is c_{t-1} → c_t through the forget gates alone, diag(f_t) in the lower right
    block; the rest goes through h_{t-1}, W_h and the gates, or on from c_t to h_t.
    """
    H = len(jacobian) // 2
    direct = np.zeros_like(jacobian)
    direct[H:, H:] = np.diag(np.diag(jacobian)[H:])
    return direct, jacobian - direct


# PyTorch's blocks are i, f, g, o. Inside they are o, i, f, g: the three sigmoids lie side by side,
# and so do the three through which the gradient of c goes.
_INSIDE, _OUTSIDE = (3, 0, 1, 2), (1, 2, 3, 0)


def _reorder(rows: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Blocks of rows in another order."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[k] for k in order])


@dataclass(frozen=True, eq=False)
class LstmTape(GatedTape):
    """dc = δ_c + δ_h ⊙ out; da = gains ⊙ (δ_h, dc, dc, dc); δ_{t-1} = (W_hᵀ da, f ⊙ dc)."""

    out: np.ndarray  # (T, H, B), o ⊙ tanh'(c)
    gains: np.ndarray  # (T, 4H, B): tanh(c) ⊙ o', g ⊙ i', c_{t-1} ⊙ f', i ⊙ g'
    W_hT: np.ndarray  # (H, 4H), columns ordered like gains
    _of_h: np.ndarray = field(init=False, repr=False)  # (T, H, B), of gains
    _of_c: np.ndarray = field(init=False, repr=False)  # (T, 3, H, B), the rest of them

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
        columns = rows(delta)
        found = np.empty((len(columns), 4 * self.forget.shape[1], delta.shape[1]), delta.dtype)
        _, dc = self._memory(columns[0])
        for t, ds in enumerate(columns):
            self._da(t, ds, found[t], dc)
        return rows(found)  # the order of the gates does not matter to a norm

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        columns = rows(delta)
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
        forget, out, gains = (a[..., one] for a in (self.forget, self.out, self.gains))
        return LstmTape(self.seen[..., one], copies, forget, out, gains, self.W_hT)


def unroll_lstm(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run the LSTM over x (T, B, I) from [h_0, c_0] = `start` (B, 2H), None for 0; its φ is tanh,
    and it has no use for `work`."""
    T, B, I = x.shape
    H = params.W_h.shape[1]
    dtype = params.W_h.dtype
    bias = params.b_h if params.b_x is None else params.b_h + params.b_x
    # One product for the state, the input and the bias: W_h, W_x and b side by side.
    whole = np.concatenate([params.W_h, params.W_x, bias[:, None]], axis=1)
    whole = _reorder(whole, _INSIDE)
    W_hT = np.ascontiguousarray(whole[:, :H].T)
    whole[: 3 * H] *= -1.0  # a sigmoid wants -z
    seen, a, gate, c, tanh_c, out = arrays(T + 1, B, dtype, H + I + 1, 4 * H, 4 * H, H, H, H)
    seen[0, :H] = 0.0 if start is None else start[:, :H].T
    seen[:T, H:-1] = x.swapaxes(1, 2)
    seen[:, -1] = 1.0
    product, before = np.empty((H, B), dtype), np.zeros((H, B), dtype)
    if start is not None:
        before[:] = start[:, H:].T
    dot, multiply, add, tanh = np.dot, np.multiply, np.add, np.tanh
    o, i, f, g = (slice(k * H, (k + 1) * H) for k in range(4))
    sigmoids = slice(0, 3 * H)
    with np.errstate(over="ignore"):
        for t in range(T):
            a_t, s_t, c_t = a[t], gate[t], c[t]
            dot(whole, seen[t], out=a_t)
            fast_sigmoid(a_t[sigmoids], s_t[sigmoids])
            tanh(a_t[g], out=s_t[g])
            multiply(s_t[i], s_t[g], out=c_t)
            multiply(s_t[f], c[t - 1] if t else before, out=product)
            add(c_t, product, out=c_t)
            tanh(c_t, out=tanh_c[t])
            multiply(s_t[o], tanh_c[t], out=seen[t + 1, :H])
    gains = a
    with np.errstate(invalid="ignore", over="ignore"):
        for first in range(0, T, BLOCK):
            b = slice(first, min(first + BLOCK, T))
            d, s = gains[b], gate[b]
            fast_d_sigmoid(d[:, sigmoids], s[:, sigmoids])
            fast_d_tanh(d[:, g], s[:, g], d[:, g])
            d[:, i] *= s[:, g]
            d[:, g] *= s[:, i]
            d[:, o] *= tanh_c[b]
            fast_d_tanh(c[b], tanh_c[b], out[b])
            out[b] *= s[:, o]
            if first:
                d[:, f] *= c[first - 1 : b.stop - 1]
            else:
                d[1:, f] *= c[: b.stop - 1]
                d[0, f] *= before
    gates = {name: rows(gate[:T, part]) for name, part in (("i", i), ("f", f), ("g", g), ("o", o))}
    tape = LstmTape(seen[:T], None, gate[:T, f], out[:T], gains[:T], W_hT)
    return Trace(x=x, h=rows(seen[1:, :H]), tape=tape, gates=gates, c=rows(c[:T]), start=start)


def lstm_torch_step(w: Any, p: Any, f: Any, x: Any, s: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    h, c = s.chunk(2, dim=1)
    i, forget, g, o = (x @ w["W_x"].T + w["b_x"] + h @ w["W_h"].T + w["b_h"]).chunk(4, dim=1)
    c = f.sigmoid(forget) * c + f.sigmoid(i) * f.phi(g)
    into = {"i": i, "f": forget, "g": g, "o": o}
    return f.torch.cat([f.sigmoid(o) * f.phi(c), c], dim=1), into


def lstm_gates(cache: tuple[Any, ...]) -> dict[str, np.ndarray]:
    return dict(zip("ifgo", cache[3:7], strict=True))


def begin_lstm(config) -> dict[str, np.ndarray]:
    H = config.hidden_size
    b_h = np.zeros(4 * H)
    b_h[:H], b_h[H : 2 * H] = config.input_bias, config.forget_bias
    if config.chrono:
        b_h[H : 2 * H] = chrono_biases(config)
        b_h[:H] = -b_h[H : 2 * H]
    return {"b_h": b_h}


def _told(config: Any) -> str:
    if config.chrono:
        return f"chrono {config.chrono}"
    more = f", input gate bias {config.input_bias:g}" if config.input_bias else ""
    return f"forget bias {config.forget_bias:g}{more}".replace("-", "−")


def _weights(config: Any) -> dict[str, str]:
    if config.chrono:
        return {"bias_hh": "np.concatenate([-chrono, chrono, np.zeros(2 * H)])"}
    i, f = config.input_bias, config.forget_bias
    return {"bias_hh": f"np.repeat([{i!r}, {f!r}, 0.0, 0.0], H)"}


def _why(run: Run, step: Said) -> Said:
    means = {name: plain(float(gate.mean()), 2) for name, gate in run.gates.items()}
    return Said(
        f"c_t keeps f = {means['f']} of c_{{t−1}} (the mean forget gate; i {means['i']}, "
        f"o {means['o']}), and the rest goes through h and W_h: {step}.",
        plain=f"The forget gates keep {percent(float(run.gates['f'].mean()))} of the cell’s memory "
        f"at each step, and the rest goes through the recurrent weights: {step.plain}.",
    )


CELL = Cell(
    label="LSTM",
    short="LSTM",
    formula=r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh c_t",
    source="Hochreiter, Schmidhuber 1997; Gers et al. 2000",
    family="gated",
    colour="#c2256b",
    step=lstm_step,
    vjp=lstm_vjp,
    torch_step=lstm_torch_step,
    unroll=unroll_lstm,
    blocks=(
        Gate(name="i", title="input gate i", job="how much of g enters c"),
        Gate(name="f"),
        Gate(name="g", activation=""),
        Gate(name="o", title="output gate o", job="how much of c the state h shows"),
    ),
    gate_values=lstm_gates,
    states=2,
    state="(h, c)",
    activation="tanh",
    begin=begin_lstm,
    settings=(FORGET_BIAS, INPUT_BIAS, CHRONO),
    spread_by=CHRONO,
    spread=(FORGET_BIAS, INPUT_BIAS),
    told=_told,
    parameters=cost.numbers(4),
    multiply_adds=cost.products(4, elementwise=3),  # f·c, i·g, o·tanh c
    work=cost.passes(4),
    no_norm_bound="In the LSTM the gates change what a step multiplies by; no single norm limits "
    "it.",
    no_spectral_radius=Said(
        "In the LSTM the gates change the matrix at every step: there is no single ρ.",
        plain="In the LSTM the gates change the matrix at every step: no single one sets a rate.",
    ),
    candidate="g",
    kept=Kept(
        letter="f",
        title="forget gate f",
        job="how much of c stays",
        of="c_{t−1}",
        share=lambda gates: gates["f"],
        opened_by=FORGET_BIAS,
    ),
    shown=("i", "o"),
    direct_path=True,
    why=_why,
    remedies=tuple((f"Forget bias {bias}", {"forget_bias": float(bias)}) for bias in (2, 4, 6)),
    helps=Helps(
        says=Said(
            "c_t is handed on by a gate and a sum alone, past W_h: J has diag(f_t) in it.",
            plain="What the cell remembers is handed on by a gate and a sum alone, past the "
            "weights.",
        ),
        law=Said(
            "The shortcut: ∂c_T/∂c_t ≈ ∏ f, which stays near 1 while the forget gates are open.",
            plain="A product of open gates stays near 1.",
        ),
    ),
    torch_module="LSTMCell",
    written=Written(
        cell=lambda config, activation, phi: ("", "nn.LSTMCell(I, H)"),
        weights=_weights,
        draws=chrono_draws,
    ),
    helpers=(chrono_biases,),
)
