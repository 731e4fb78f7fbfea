"""Taking the grid away: every curve as CSV, and one NumPy script that prints them again.

Initialisations, input and activations are the engine's own source; see ui/export.py.
"""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow import measure
from rnn_core.network import initialisations
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.studies.grid import GradientGrid
from ui.export import SCALED, constants, experiment, source

# Settings that a panel has of its own.
_OWN = ("init", "activation")

_FRAME = '''\
"""Gradient flow through unrolled vanilla RNNs, initialisations x activations: a CSV of log10 of the
median norm of dL/dh_t, then what each curve says.

{settings}
"""

from __future__ import annotations

import numpy as np

{constants}
{sources}

INITIALISATIONS = {{{inits}}}
# phi, its derivative, and whether phi(c z) = c phi(z) for c > 0.
ACTIVATIONS = {{{activations}}}
T, B, H, I, O = {T}, {B}, {H}, {I}, {O}
SEED = {seed}

# Weights, inputs and loss each have a random stream of their own, the same for every panel.
rng = np.random.default_rng([SEED, {stream_readout}])
W_x = {W_x}
W_y = rng.standard_normal((O, H)) / np.sqrt(H)
{bias_draw}x = {input_scale!r} * {input}(np.random.default_rng([SEED, {stream_input}]), T, B, I)
rng = np.random.default_rng([SEED, {stream_loss}])
{loss_draw}


def renormalise(v, e):
    shift = np.frexp(np.abs(v).max(axis=1))[1]
    return np.ldexp(v, -shift[:, None]), e + shift


def forward(W_h, phi, dphi, homogeneous):
    """h_t = phi(W_h h_(t-1) + W_x x_t{plus_bias}), kept as mantissa * 2^exponent per sequence."""
    h, exponent = {first_state}, np.zeros(B, dtype=int)
    states, slopes, exponents = [], [], []
    for t in range(T):
        back, drive = h @ W_h.T, x[t] @ W_x.T{plus_bias}
        common = np.zeros(B, dtype=int)
        if homogeneous:
            common = common_exponent((back, exponent), (drive, 0))
        z = scaled(back, exponent - common) + scaled(drive, -common)
        exponent = common
        h = phi(z.copy(), np.empty_like(z))
        states.append(h)
        slopes.append(dphi(z, h, np.empty_like(z)))
        exponents.append(exponent)
    return states, slopes, exponents


def direct(t, h, exponent):
    """dL_t/dh_t as (mantissa, exponent)."""
{direct}

def curve(W_h, phi, dphi, homogeneous, every=False):
    """delta_(t-1) = W_h^T (phi'(z_t) * delta_t), renormalised at every step.

    Of the last loss alone, or plus the direct term of every step.
    """
    states, slopes, exponents = forward(W_h, phi, dphi, homogeneous)
    log10_norms = np.empty((T, B))
    delta, e = renormalise(*direct(T - 1, states[T - 1], exponents[T - 1]))
    for t in range(T - 1, -1, -1):
        with np.errstate(divide="ignore"):
            log10_norms[t] = np.log10(np.linalg.norm(delta, axis=1)) + e * np.log10(2.0)
        if t == 0:
            break
        delta, e = renormalise(delta * slopes[t], e)
        delta, e = renormalise(delta @ W_h, e)
{own_loss}\
    return np.median(log10_norms, axis=1)


curves = {{}}
for init, draw in INITIALISATIONS.items():
    W_0 = draw(np.random.default_rng([SEED, {stream_weights}]), H)
    {scale}
    for activation, (phi, dphi, homogeneous) in ACTIVATIONS.items():
        curves[f"{{init}}.{{activation}}"] = curve(W_h, phi, dphi, homogeneous)
{total}\

print("step," + ",".join(curves))
for t in range(T):
    print(f"{{t + 1}}," + ",".join(f"{{c[t]:.10f}}" for c in curves.values()))
for name, c in curves.items():
    finite = np.isfinite(c)
    factor = np.nan
    if finite.sum() > 1:
        factor = 10 ** np.polyfit(np.arange(T - 1, -1, -1)[finite], c[finite], 1)[0]
    with np.errstate(invalid="ignore"):
        below = (c - c[-1])[::-1] < {threshold!r}
    horizon = int(below.argmax()) if below.any() else f">={{T}}"
    print(f"# {{name}} factor {{factor:.9g}} horizon {{horizon}}")
'''

_OWN_LOSS = """\
        if every:
            value, own = direct(t - 1, states[t - 1], exponents[t - 1])
            common = common_exponent((delta, e), (value, own))
            delta, e = renormalise(scaled(delta, e - common) + scaled(value, own - common), common)
"""

_TOTAL = """\
        curves[f"{init}.{activation}.total"] = curve(W_h, phi, dphi, homogeneous, every=True)
"""


def csv(grid: GradientGrid) -> str:
    """log₁₀ norms by step of every panel, settings and readings as comments.

    Median and 10–90 % band of the last loss alone; where every step has one, the total's median.
    """
    columns = {"step": np.arange(1, grid.config.seq_len + 1)}
    lines = [f"# {name} = {value}" for name, value in vars(grid.config).items() if name not in _OWN]
    for p in grid.panels:
        name = ".".join(p.name)
        columns |= {f"{name}_median": p.median, f"{name}_p10": p.low, f"{name}_p90": p.high}
        if grid.config.loss_at == "every":
            columns[f"{name}_total"] = p.total
        horizon = f">={p.config.seq_len}" if p.horizon is None else p.horizon
        lines.append(
            f"# {name}: {p.verdict}; factor per step back = {p.factor:.12g}; horizon = {horizon}; "
            f"log10 first/last = {p.log10_ratio:.12g}; mean phi' = {p.mean_dphi:.12g}; "
            f"share with phi' < {measure.SATURATED_BELOW:g} = {p.saturated:.12g}"
        )
    lines.append(",".join(columns))
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines += [",".join(f"{value:.12g}" for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def script(config: RNNConfig, inits: tuple[str, ...], activations: tuple[str, ...]) -> str:
    """A Python program for `config` under every pair of `inits` and `activations`."""
    draws = {name: initialisations.INITIALISATIONS[name].draw for name in inits}
    chosen = {name: ACTIVATIONS[name] for name in activations}
    kind = INPUTS[config.input].draw
    functions = [*draws.values(), kind, *(f for a in chosen.values() for f in (a.phi, a.dphi))]
    functions += SCALED
    sources = "\n\n".join(source(f) for f in functions)
    entries = (
        f'"{name}": ({a.phi.__name__}, {a.dphi.__name__}, {a.homogeneous})'
        for name, a in chosen.items()
    )
    return _FRAME.format(
        settings="\n".join(f"{k} = {v!r}" for k, v in vars(config).items() if k not in _OWN),
        constants="\n".join(constants(sources, functions)),
        sources=sources,
        inits=", ".join(f'"{name}": {draw.__name__}' for name, draw in draws.items()),
        activations=", ".join(entries),
        **experiment(config),
        direct=_direct(config),
        own_loss=_OWN_LOSS if config.loss_at == "every" else "",
        total=_TOTAL if config.loss_at == "every" else "",
    )


def _direct(config: RNNConfig) -> str:
    if config.loss_kind == "direction":
        return "    return v[T - 1 - t], np.zeros(B, dtype=int)\n"
    return (
        "    own = np.maximum(exponent, 0)\n"
        "    y = np.ldexp(h @ W_y.T, np.maximum(exponent - own, -5000)[:, None])\n"
        "    return (y - np.ldexp(target[T - 1 - t], -own[:, None])) @ W_y, own\n"
    )
