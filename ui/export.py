"""Taking it away: the curve as CSV, the experiment as a script that prints the same numbers.

The script needs NumPy alone. Initialisation, input and activation are the engine's own source, so
that the script cannot drift from it; the recurrence is written out as one would by hand.
"""

from __future__ import annotations

import inspect
import re
from types import FunctionType

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow import measure
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import verdict
from rnn_core.network import activations, initialisations, streams
from rnn_core.network.inputs import INPUTS
from rnn_core.network.starts import OURS, STARTS
from rnn_core.numbers import logdomain

_FRAME = '''\
"""Gradient flow through an unrolled vanilla RNN: log10 of the norm of dL/dh_t, step by step.

{settings}
"""

from __future__ import annotations

import numpy as np

{constants}
{sources}

T, B, H, I, O = {T}, {B}, {H}, {I}, {O}
SEED = {seed}

# Weights, inputs and loss each have a random stream of their own.
W_0 = {init}(np.random.default_rng([SEED, {stream_weights}]), H)
{scale}
rng = np.random.default_rng([SEED, {stream_readout}])
W_x = {W_x}
W_y = rng.standard_normal((O, H)) / np.sqrt(H)
{bias_draw}x = {input_scale!r} * {input}(np.random.default_rng([SEED, {stream_input}]), T, B, I)
rng = np.random.default_rng([SEED, {stream_loss}])
{loss_draw}

# Forward: h_t = phi(W_h h_(t-1) + W_x x_t{plus_bias}), kept as mantissa * 2^exponent per sequence.
h_0 = h = {first_state}
exponent = np.zeros(B, dtype=int)
states, slopes, exponents = [], [], []
for t in range(T):
{forward}    h = {phi}(z, np.empty_like(z))
    states.append(h)
    slopes.append({dphi}(z, h, np.empty_like(z)))
    exponents.append(exponent)


def direct(t):
    """dL_t/dh_t as (mantissa, exponent)."""
{direct}

# Backward: delta_(t-1) = W_h^T (phi'(z_t) * delta_t) + direct term, renormalised at every step.
def renormalise(v, e):
    shift = np.frexp(np.abs(v).max(axis=1))[1]
    return np.ldexp(v, -shift[:, None]), e + shift


def back(every):
    """The median over the sequences (T,): of the loss of every step, or of the last one alone."""
    log10_norms = np.empty((T, B))
    delta, e = renormalise(*direct(T - 1))
    for t in range(T - 1, -1, -1):
        with np.errstate(divide="ignore"):
            log10_norms[t] = np.log10(np.linalg.norm(delta, axis=1)) + e * np.log10(2.0)
        if t == 0:
            break
        delta, e = renormalise(delta * slopes[t], e)
        delta, e = renormalise(delta @ W_h, e)
{own_loss}\
    return np.median(log10_norms, axis=1)


def learned():
    """log10 of the norm of dL_T/dtheta by parameter, all sequences together; in plain floats."""
    total = dict.fromkeys(("W_h", "W_x", "b_h"), 0.0)
    delta, e = renormalise(*direct(T - 1))
    with np.errstate(all="ignore"):
        for t in range(T - 1, -1, -1):
            delta, e = renormalise(delta * slopes[t], e)
            g = np.ldexp(delta, e[:, None])
            before = np.ldexp(states[t - 1], exponents[t - 1][:, None]) if t else h_0
            total["W_h"] += g.T @ before
            total["W_x"] += g.T @ x[t]
            total["b_h"] += g.sum(axis=0)
            delta, e = renormalise(delta @ W_h, e)
        return {{name: np.log10(np.linalg.norm(grad)) for name, grad in total.items()}}


{curves}
for t in range(T):
    print(f"{{t + 1:4d}}  {row}")
slope = np.nan
finite = np.isfinite(curve)
if finite.sum() > 1:
    slope = np.polyfit(np.arange(T - 1, -1, -1)[finite], curve[finite], 1)[0]
    print(f"factor per step back  {{10**slope:.9g}}")
    if slope:
        print(f"half-life             {{np.log10(2) / abs(slope):.6g}} steps")
with np.errstate(invalid="ignore"):
    below = (curve - curve[-1])[::-1] < {threshold!r}
print("horizon              ", int(below.argmax()) if below.any() else f">= {{T}}", "steps")
ratio = curve[0] - curve[-1] if np.isfinite(curve[0]) else -np.inf
print(f"log10 of first/last   {{ratio:.8f}}")
for name, norm in learned().items():
    print(f"log10 of dL_T/d{{name}}   {{norm:.8f}}")
print(f"verdict               {{verdict(ratio, slope, T)}}")
'''


# What keeps a state, or a gradient, as mantissa · 2^exponent; a zero has no say in the exponent.
SCALED = [logdomain.magnitude_exponent, logdomain.common_exponent, logdomain.scaled]


# A cell that a spreadsheet would compute: = or @, or a sign with more behind it than one number.
_A_NUMBER = r"""(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*(?:[,;)\]}'"\r\n]|$)|inf|nan)"""
_A_FORMULA = re.compile(
    rf"""(^|[,;\t][ ]*)("?)(?=[=@]|[+-](?!{_A_NUMBER}))""", re.MULTILINE | re.IGNORECASE
)


def harmless(table: str) -> str:
    """A CSV file in which no cell, and no part of a comment that a spreadsheet takes for a cell,
    begins a formula: an apostrophe before it makes it text."""
    return _A_FORMULA.sub(r"\1\2'", table)


def csv(flow: GradientFlow) -> str:
    """log₁₀ norms by step: median, band, direct part and every sequence; settings as comments.

    `log10_norm` is of all losses together; where every step has one, `log10_last_loss` is beside
    it: what the last one alone sends back, which the picture and the verdict are of.
    """
    spread, alone = flow.spread, flow.last_alone
    columns = {
        "step": np.arange(1, flow.config.seq_len + 1),
        "log10_norm_median": spread.median,
        "log10_norm_p10": spread.low,
        "log10_norm_p90": spread.high,
        "log10_direct_median": np.median(flow.log10_direct, axis=1),
        "log10_last_loss_median": flow.reading.curve,
        "share_of_dL_dW_h": flow.shares,
    }
    if alone is not flow:
        columns["log10_last_loss_p10"] = alone.spread.low
        columns["log10_last_loss_p90"] = alone.spread.high
    if flow.dphi is not None:
        columns["mean_phi_prime"] = flow.mean_dphi
        columns["share_saturated"] = flow.saturated
    for name, gate in flow.gates.items():
        columns[f"mean_gate_{name}"] = gate.mean(axis=(1, 2))
    for b in range(flow.config.batch_size):
        columns[f"log10_norm_sequence_{b + 1}"] = flow.log10_norms[:, b]
        if alone is not flow:
            columns[f"log10_last_loss_sequence_{b + 1}"] = alone.log10_norms[:, b]
    lines = [f"# {name} = {value}" for name, value in vars(flow.config).items()]
    horizon = f">={flow.config.seq_len}" if flow.horizon is None else flow.horizon
    lines.append(
        f"# of the last loss alone: {flow.verdict}; factor per step back = {flow.factor:.12g}; "
        f"horizon = {horizon}; log10 first/last = {flow.log10_ratio:.12g}"
    )
    lines.append(",".join(columns))
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines += [",".join(f"{value:.12g}" for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def script(config: RNNConfig) -> str:
    """A Python program for `config`, whose cell is vanilla or IRNN; for others see arch_export."""
    activation = activations.ACTIVATIONS[config.activation_used]
    init = initialisations.INITIALISATIONS[config.init_used].draw
    kind = INPUTS[config.input].draw
    functions = [init, kind, activation.phi, activation.dphi, measure.half_life, verdict]
    functions += start_functions(config.start_used)
    if activation.homogeneous or config.loss_at == "every":
        functions += SCALED
    sources = "\n\n".join(source(f) for f in functions)
    return _FRAME.format(
        settings="\n".join(f"{k} = {v!r}" for k, v in vars(config).items()),
        constants="\n".join(constants(sources, functions)),
        sources=sources,
        **experiment(config),
        init=init.__name__,
        phi=activation.phi.__name__,
        dphi=activation.dphi.__name__,
        forward=(_FORWARD_SCALED if activation.homogeneous else _FORWARD).format(**begins(config)),
        direct=_direct(config),
        own_loss=_OWN_LOSS if config.loss_at == "every" else "",
        curves=_CURVES[config.loss_at],
        row=_ROWS[config.loss_at],
    )


def experiment(config: RNNConfig) -> dict:
    """What a script needs of `config` whatever it runs: sizes, streams, scale, input and loss."""
    return {
        "T": config.seq_len,
        "B": config.batch_size,
        "H": config.hidden_size,
        "I": config.input_size,
        "O": config.output_size,
        "seed": config.seed,
        "input": INPUTS[config.input].draw.__name__,
        "input_scale": config.input_scale,
        "scale": _scale(config),
        "loss_draw": _loss_draw(config),
        "threshold": measure.HORIZON_THRESHOLD,
        "stream_weights": streams.STREAM_WEIGHTS,
        "stream_input": streams.STREAM_INPUT,
        "stream_loss": streams.STREAM_LOSS,
        "stream_readout": streams.STREAM_READOUT,
        **begins(config),
    }


def begins(config: RNNConfig) -> dict[str, str]:
    """W_x, biases and first state of a script of vanilla cells; of 0 there is no word."""
    b, h = config.bias_scale, config.start_scale
    draw = "np.random.default_rng([SEED, {}]).standard_normal({})"
    state = f"{h!r} * {draw.format(streams.STREAM_STATE, '(B, H)')}"
    added = [f"{b!r} * {draw.format(streams.STREAM_BIAS, 'H')}"] if b else []
    before = ""
    if biases := STARTS[config.start_used].biases:
        before = f"rng = np.random.default_rng([SEED, {streams.STREAM_OWN_BIAS}])\n"
        added = 2 * [f"{biases.__name__}(rng, H, H)"] + added  # b_hh and b_ih
    return {
        "W_x": drawn_input(config.start_used, "H", "H", "H"),
        "bias_draw": f"{before}b_h = {' + '.join(added)}\n" if added else "",
        "plus_bias": " + b_h" if added else "",
        "first_state": state if h else "np.zeros((B, H))",
    }


def drawn_input(start: str, rows: str, size: str, total: str) -> str:
    """A block of W_x as an expression of a script, with `rng` before it."""
    if start == OURS:
        return f"rng.standard_normal(({rows}, I)) / np.sqrt(I)"
    return f"{STARTS[start].input_weights.__name__}(rng, {rows}, I, {size}, {total})"


def start_functions(start: str) -> list[FunctionType]:
    """The engine's functions that a script needs for a start."""
    own = STARTS[start]
    return [] if start == OURS else [f for f in (own.input_weights, own.biases) if f is not None]


def source(function: FunctionType) -> str:
    return inspect.getsource(function)


def constants(sources: str, functions: list[FunctionType]) -> list[str]:
    """The module constants that the sources use, with their values."""
    found = {}
    for name in re.findall(r"\b_?[A-Z][A-Z_]{3,}\b", sources):
        for function in functions:
            if name in function.__globals__:
                found[name] = f"{name} = {function.__globals__[name]!r}"
    return list(found.values())


def _scale(config: RNNConfig) -> str:
    if config.scale_sets == "gain":
        return f"W_h = {config.gain!r} * W_0"
    return f"W_h = {config.gain!r} / np.abs(np.linalg.eigvals(W_0)).max() * W_0"


def _loss_draw(config: RNNConfig) -> str:
    K = 1 if config.loss_at == "last" else config.seq_len
    if config.loss_kind == "direction":
        return (
            f"v = rng.standard_normal(({K}, B, H))  # v[0] belongs to the last step\n"
            "v /= np.linalg.norm(v, axis=-1, keepdims=True)"
        )
    return f"target = rng.standard_normal(({K}, B, O))  # target[0] belongs to the last step"


_FORWARD = """\
    z = h @ W_h.T + x[t] @ W_x.T{plus_bias}
"""

_FORWARD_SCALED = """\
    back, drive = h @ W_h.T, x[t] @ W_x.T{plus_bias}
    common = common_exponent((back, exponent), (drive, 0))
    z = scaled(back, exponent - common) + scaled(drive, -common)
    exponent = common
"""

_OWN_LOSS = """\
        if every:
            value, own = direct(t - 1)
            common = common_exponent((delta, e), (value, own))
            delta, e = renormalise(scaled(delta, e - common) + scaled(value, own - common), common)
"""

_CURVES = {
    "last": """\
curve = back(every=False)
print("step  log10 of the median norm of dL/dh_t")""",
    "every": """\
total, curve = back(every=True), back(every=False)
print("step  log10 of the median norm of dL/dh_t: total, and of the last loss alone")""",
}
_ROWS = {"last": "{curve[t]:.10f}", "every": "{total[t]:.10f}  {curve[t]:.10f}"}


def _direct(config: RNNConfig) -> str:
    if config.loss_kind == "direction":
        return "    return v[T - 1 - t], np.zeros(B, dtype=int)\n"
    return (
        "    own = np.maximum(exponents[t], 0)\n"
        "    y = np.ldexp(states[t] @ W_y.T, np.maximum(exponents[t] - own, -5000)[:, None])\n"
        "    return (y - np.ldexp(target[T - 1 - t], -own[:, None])) @ W_y, own\n"
    )
