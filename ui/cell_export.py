"""A script for any cell: the engine's own `step` and `vjp`, unrolled and swept back.

As in `export.py`, everything that decides a number is the engine's own source.
"""

from __future__ import annotations

from rnn_core import cells, measure, tasks, weights
from rnn_core.activations import ACTIVATIONS, d_sigmoid, sigmoid
from rnn_core.config import RNNConfig
from ui import export
from ui.export import constants, loss_draw, source

_FRAME = '''\
"""Gradient flow through an unrolled {label}: log10 of the norm of dL/ds_t, step by step.

The state s is h, and (h, c) for an LSTM.

{settings}
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

{constants}
{sources}

T, B, H, I, O = {T}, {B}, {H}, {I}, {O}
SEED = {seed}
phi = SimpleNamespace(phi={phi}, dphi={dphi})

# Weights, inputs and loss each have a random stream of their own.
{weights}
x = {input_scale!r} * {input}(np.random.default_rng([SEED, {stream_input}]), T, B, I)
rng = np.random.default_rng([SEED, {stream_loss}])
{loss_draw}

# Forward.
s = np.zeros((B, {states} * H))
states, caches = [], []
for t in range(T):
    s, cache = {step}(params, phi, x[t], s)
    states.append(s)
    caches.append(cache)


def direct(t):
    """dL_t/ds_t: a loss sees h only."""
    d = np.zeros_like(states[t])
    if t >= T - {K}:
{direct}
    return d


# Backward: ds_(t-1) = J_t^T ds_t + direct term, renormalised at every step.
log10_norms = np.empty((T, B))
delta, e = direct(T - 1), np.zeros(B, dtype=int)
for t in range(T - 1, -1, -1):
    shift = np.frexp(np.abs(delta).max(axis=1))[1]
    delta, e = np.ldexp(delta, -shift[:, None]), e + shift
    with np.errstate(divide="ignore"):
        log10_norms[t] = np.log10(np.linalg.norm(delta, axis=1)) + e * np.log10(2.0)
    if t:
        delta = {vjp}(params, phi, caches[t], delta)[0]
        own = direct(t - 1)
        if own.any():
            common = np.maximum(e, 0)
            delta = np.ldexp(delta, (e - common)[:, None]) + np.ldexp(own, -common[:, None])
            e = common

curve = np.median(log10_norms, axis=1)
print("step  log10 of the median norm of dL/ds_t")
for t in range(T):
    print(f"{{t + 1:4d}}  {{curve[t]:.10f}}")
finite = np.isfinite(curve)
if finite.sum() > 1:
    slope = np.polyfit(np.arange(T - 1, -1, -1)[finite], curve[finite], 1)[0]
    print(f"factor per step back  {{10**slope:.8f}}")
    print(f"half-life             {{np.log10(2) / abs(slope):.6g}} steps")
below = (curve - curve[-1])[::-1] < {threshold!r}
print("horizon              ", int(below.argmax()) if below.any() else f">= {{T}}", "steps")
print(f"log10 of first/last   {{curve[0] - curve[-1]:.8f}}")
'''


# What a cell's step and vjp call, beside activations.
_MATRIX_PARTS = (cells._of, cells._input)
_DIAGONAL_PARTS = (cells.eigenvalues_of, cells._complex, cells._real)
_SIGMOID = "_SIGMOID = SimpleNamespace(phi=sigmoid, dphi=d_sigmoid)"


def experiment(config: RNNConfig) -> str:
    """A Python program for `config`: with the vanilla recurrence written out, or the cell's own."""
    plain = config.cell in ("vanilla", "irnn")
    return export.script(config) if plain else script(config)


def script(config: RNNConfig) -> str:
    """A Python program for `config`, whatever its cell.

    Its forward pass is plain float64: a state that overflows is inf there, as in most programs.
    """
    cell = config.cell_used
    own = ACTIVATIONS[config.activation_used]
    kind = tasks.INPUTS[config.input].draw
    gated = len(cell.gates) > 1
    functions = [kind, own.phi, own.dphi]
    if gated:
        functions += [sigmoid, d_sigmoid]
    if cell.has_matrix:
        functions.append(weights.INITIALISATIONS[config.init_used].draw)
    functions += [*(_MATRIX_PARTS if cell.has_matrix else _DIAGONAL_PARTS), cell.step, cell.vjp]
    sources = "\n\n".join(source(f) for f in functions)
    if gated:
        sources += f"\n\n{_SIGMOID}\n"
    return _FRAME.format(
        label=cell.label,
        settings="\n".join(f"{k} = {v!r}" for k, v in vars(config).items()),
        constants="\n".join(constants(sources.replace("_SIGMOID", ""), functions)),
        sources=sources,
        T=config.seq_len,
        B=config.batch_size,
        H=config.hidden_size,
        I=config.input_size,
        O=config.output_size,
        K=1 if config.loss_at == "last" else config.seq_len,
        seed=config.seed,
        phi=own.phi.__name__,
        dphi=own.dphi.__name__,
        weights=_weights(config),
        input=kind.__name__,
        input_scale=config.input_scale,
        states=cell.states,
        step=cell.step.__name__,
        vjp=cell.vjp.__name__,
        loss_draw=loss_draw(config, 1 if config.loss_at == "last" else config.seq_len),
        direct=_DIRECT[config.loss_kind],
        threshold=measure.HORIZON_THRESHOLD,
        stream_input=weights.STREAM_INPUT,
        stream_loss=weights.STREAM_LOSS,
    )


_DIRECT = {
    "direction": "        d[:, :H] = v[T - 1 - t]",
    "squared_error": "        d[:, :H] = (states[t][:, :H] @ W_y.T - target[T - 1 - t]) @ W_y",
}

_BLOCKS = """\
def block(gate):
    W_0 = {init}(np.random.default_rng([SEED, {stream}, gate] if gate else [SEED, {stream}]), H)
    return {scale} * W_0


W_h = np.concatenate([block(gate) for gate in range({G})])
rng = np.random.default_rng([SEED, {readout}])
W_x = [rng.standard_normal((H, I)) / np.sqrt(I)]
W_y = rng.standard_normal((O, H)) / np.sqrt(H)
W_x += [rng.standard_normal((H, I)) / np.sqrt(I) for gate in range(1, {G})]
b_h = np.zeros({G} * H)
{bias}params = SimpleNamespace(
    W_h=W_h, W_x=np.concatenate(W_x), b_h=b_h, b_x=None,
    keep={keep!r}, alpha={alpha!r}, scale=np.ones(H), shift=np.zeros(H),
)"""

_DIAGONAL = """\
rng = np.random.default_rng([SEED, {stream}])
pairs, turning = H - H // 2, H // 2
low, high = {low!r}**2, {high!r}**2
even, theta = rng.uniform(size=pairs), np.pi * rng.uniform(size=pairs)
theta[turning:] = 0.0  # an unpaired unit
modulus = np.sqrt(low + (high - low) * even)
rng = np.random.default_rng([SEED, {readout}])
W_x = rng.standard_normal((H, I)) / np.sqrt(I)
W_y = rng.standard_normal((O, H)) / np.sqrt(H)
params = SimpleNamespace(
    W_x=W_x, b_x=None, nu=np.log(-np.log(modulus)), theta=theta, gamma=np.sqrt(1 - modulus**2)
)"""


def _weights(config: RNNConfig) -> str:
    streams = {"stream": weights.STREAM_WEIGHTS, "readout": weights.STREAM_READOUT}
    if not config.cell_used.has_matrix:
        return _DIAGONAL.format(low=config.lambda_low, high=config.lambda_high, **streams)
    scale = f"{config.gain!r}"
    if config.scale_sets == "radius":
        scale += " / np.abs(np.linalg.eigvals(W_0)).max()"
    drawn = weights.parameters(config)
    lstm = config.cell == "lstm"
    return _BLOCKS.format(
        init=weights.INITIALISATIONS[config.init_used].draw.__name__,
        scale=scale,
        G=len(config.cell_used.gates),
        bias=f"b_h[H : 2 * H] = {config.forget_bias!r}\n" if lstm else "",
        keep=drawn.keep,
        alpha=drawn.alpha,
        **streams,
    )
