"""The GRU."""

from __future__ import annotations

from dataclasses import dataclass
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

UPDATE_BIAS = Number(
    name="update_bias",
    label="update bias",
    default=0.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Bias of the GRU's update gates at the start: they keep σ(0) = 0.5 of h, σ(4) = 0.98.",
)


def gru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """PyTorch's GRU: h_next = (1-z) ⊙ n + z ⊙ h with n = φ(W_n x + b + r ⊙ (U_n h + b')).

    In the paper r is applied to h before the product; here after it, which is what cuDNN does.
    """
    (r_in, z_in, n_in), (r_h, z_h, n_h) = (
        np.split(v, 3, axis=1) for v in (input_drive(params, x), h @ params.W_h.T + params.b_h)
    )
    r, dr = value_and_slope(SIGMOID, r_in + r_h)
    z, dz = value_and_slope(SIGMOID, z_in + z_h)
    n, dn = value_and_slope(phi, n_in + r * n_h)
    return (1.0 - z) * n + z * h, (x, h, r, z, n, dr, dz, dn, n_h)


def gru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """The way back: through z's two branches, through n, and through W_h."""
    x, h, r, z, n, dr, dz, dn, n_h = cache
    dn_in = dh * (1.0 - z) * dn
    dz_in = dh * (h - n) * dz
    dr_in = dn_in * n_h * dr
    da_h = np.concatenate([dr_in, dz_in, dn_in * r], axis=1)
    da_x = np.concatenate([dr_in, dz_in, dn_in], axis=1)
    grads = {"W_h": (da_h, h), "W_x": (da_x, x), "b_h": da_h, "b_x": da_x}
    return dh * z + da_h @ params.W_h, grads


@dataclass(frozen=True, eq=False)
class GruTape(GatedTape):
    """da = gains ⊙ δ for r, z and n; δ_{t-1} = z ⊙ δ + W_hᵀ da; forget is z."""

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
        columns = rows(delta)
        found = np.empty((len(columns), 3 * columns.shape[1], columns.shape[2]), delta.dtype)
        for t, ds in enumerate(columns):
            self._da(t, ds, found[t])
        return rows(found)

    def gradients(self, delta: np.ndarray) -> dict[str, np.ndarray]:
        columns = rows(delta)
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
        forget, gains, new = (a[..., one] for a in (self.forget, self.gains, self.new))
        return GruTape(self.seen[..., one], copies, forget, gains, new, self.W_hT)


def unroll_gru(
    params: Parameters,
    x: np.ndarray,
    phi: Activation,
    work: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Trace:
    """Run the GRU over x (T, B, I) from h_0 = `start` (B, H), None for 0; its φ is tanh, and it has
    no use for `work`."""
    T, B, I = x.shape
    H = params.W_h.shape[1]
    dtype = params.W_h.dtype
    b_x = np.zeros_like(params.b_h) if params.b_x is None else params.b_x
    # r and z see the sum of state, input and both biases; n keeps its input apart.
    whole = np.concatenate([params.W_h, params.W_x, (params.b_h + b_x)[:, None]], axis=1)
    whole[2 * H :, H:] = 0.0
    whole[2 * H :, -1] = params.b_h[2 * H :]
    whole[: 2 * H] *= -1.0  # a sigmoid wants -z
    seen, a, gate, n_h, new = arrays(T + 1, B, dtype, H + I + 1, 3 * H, 3 * H, H, H)
    seen[0, :H] = 0.0 if start is None else start.T
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
            fast_sigmoid(a_t[sigmoids], s_t[sigmoids])
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
        for first in range(0, T, BLOCK):
            b = slice(first, min(first + BLOCK, T))
            d, s, fresh = gains[b], gate[b], new[b]
            np.multiply(d[:, z], s[:, z], out=fresh)  # 1 - z = e·z, without a difference
            if np.isnan(fresh.max()):  # inf · 0: z is 0
                np.nan_to_num(fresh, copy=False, nan=1.0)
            fast_d_sigmoid(d[:, sigmoids], s[:, sigmoids])
            fast_d_tanh(d[:, n], s[:, n], d[:, n])
            fresh *= d[:, n]
            d[:, z] *= seen[b, :H] - s[:, n]
            d[:, r] *= fresh
            d[:, r] *= n_h[b]
            multiply(fresh, s[:, r], out=d[:, n])
    gates = {name: rows(gate[:T, part]) for name, part in (("r", r), ("z", z), ("n", n))}
    W_hT = np.ascontiguousarray(params.W_h.T)
    tape = GruTape(seen[:T], None, gate[:T, z], gains[:T], new[:T], W_hT)
    return Trace(x=x, h=rows(seen[1:, :H]), tape=tape, gates=gates, start=start)


def gru_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    r_x, z_x, n_x = (x @ w["W_x"].T + w["b_x"]).chunk(3, dim=1)
    r_h, z_h, n_h = (h @ w["W_h"].T + w["b_h"]).chunk(3, dim=1)
    into = {"r": r_x + r_h, "z": z_x + z_h}
    into["n"] = n_x + f.sigmoid(into["r"]) * n_h
    rest = f.sigmoid(-into["z"])  # 1 - z, which cancels for z near 1
    return rest * f.phi(into["n"]) + f.sigmoid(into["z"]) * h, into


def gru_gates(cache: tuple[Any, ...]) -> dict[str, np.ndarray]:
    return dict(zip("rzn", cache[2:5], strict=True))


def begin_gru(config) -> dict[str, np.ndarray]:
    H = config.hidden_size
    b_h = np.zeros(3 * H)
    b_h[H : 2 * H] = chrono_biases(config) if config.chrono else config.update_bias
    return {"b_h": b_h}


def _told(config: Any) -> str:
    if config.chrono:
        return f"chrono {config.chrono}"
    return f"update bias {config.update_bias:g}".replace("-", "−")


def _weights(config: Any) -> dict[str, str]:
    if config.chrono:
        return {"bias_hh": "np.concatenate([np.zeros(H), chrono, np.zeros(H)])"}
    return {"bias_hh": f"np.repeat([0.0, {config.update_bias!r}, 0.0], H)"}


def _why(run: Run, step: Said) -> Said:
    means = {name: plain(float(gate.mean()), 2) for name, gate in run.gates.items()}
    return Said(
        f"h_t keeps z = {means['z']} of h_{{t−1}} (the mean update gate; r {means['r']}), and "
        f"the rest goes through n and W_h: {step}.",
        plain=f"The update gates keep {percent(float(run.gates['z'].mean()))} of the state at each "
        f"step, and the rest goes through the recurrent weights: {step.plain}.",
    )


CELL = Cell(
    label="GRU",
    short="GRU",
    formula=r"h_t = (1-z_t) \odot n_t + z_t \odot h_{t-1}, \quad "
    r"n_t = \tanh(W_n x_t + r_t \odot (U_n h_{t-1}))",
    source="Cho et al. 2014",
    family="gated",
    colour="#7a6a9e",
    step=gru_step,
    vjp=gru_vjp,
    torch_step=gru_torch_step,
    unroll=unroll_gru,
    blocks=(
        Gate(name="r", title="reset gate r", job="how much of h the new value sees"),
        Gate(name="z"),
        Gate(name="n", activation=""),
    ),
    gate_values=gru_gates,
    activation="tanh",
    begin=begin_gru,
    settings=(UPDATE_BIAS, CHRONO),
    spread_by=CHRONO,
    spread=(UPDATE_BIAS,),
    told=_told,
    parameters=cost.numbers(3),
    multiply_adds=cost.products(3, elementwise=3),  # r·n, (1-z)·n, z·h
    work=cost.passes(3),
    no_norm_bound="In the GRU the gates change what a step multiplies by; no single norm limits "
    "it.",
    no_spectral_radius=Said(
        "In the GRU the gates change the matrix at every step: there is no single ρ.",
        plain="In the GRU the gates change the matrix at every step: no single one sets a rate.",
    ),
    candidate="n",
    kept=Kept(
        letter="z",
        title="update gate z",
        job="how much of h stays",
        of="h_{t−1}",
        share=lambda gates: gates["z"],
        opened_by=UPDATE_BIAS,
    ),
    shown=("r",),
    why=_why,
    remedies=tuple((f"Update bias {bias}", {"update_bias": float(bias)}) for bias in (2, 4, 6)),
    helps=Helps(
        says=Said(
            "h_t is a mixture of h_{t−1} and something new: J has diag(z_t) in it, whatever W_h "
            "is.",
            plain="The state is a mixture of what was there and something new: part of the "
            "gradient is handed on as it is.",
        ),
        law=Said(
            "A product of gates near 1 stays near 1.", plain="A product of open gates stays near 1."
        ),
    ),
    torch_module="GRUCell",
    written=Written(
        cell=lambda config, activation, phi: ("", "nn.GRUCell(I, H)"),
        weights=_weights,
        draws=chrono_draws,
    ),
    helpers=(chrono_biases,),
)
