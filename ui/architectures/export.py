"""Taking the comparison away: every curve as CSV, and one NumPy script that prints them again.

The script is made of the engine's own source (weights, inputs, losses, and `step` and `vjp` of the
cells, which are written to be read), so that it cannot drift from it.
"""

from __future__ import annotations

import inspect
import re
from types import FunctionType

import numpy as np

from rnn_core import start
from rnn_core.cells import CELLS
from rnn_core.cells import cell as cells
from rnn_core.config import RNNConfig
from rnn_core.flow import losses, measure
from rnn_core.network import base_matrix, initialisations, streams
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.network.starts import STARTS
from rnn_core.start import first_state, inputs
from rnn_core.studies import attention
from rnn_core.studies.architectures import ARCHITECTURES, ATTENTION, Comparison, own_config
from ui.export import SCALED, source

_HEADER = "cell,seed,step,log10_norm,log10_last_loss"
_OWN = ("cell", "seed")

_FRAME = '''\
"""Gradient flow through several recurrent cells under the same conditions: a CSV of log10 of the
median norm of dL/ds_t over the sequences, of all losses and of the last one alone, then what the
median of the latter over the seeds says, and dL_T/dtheta by parameter at the first seed.

{settings}
seeds = {seeds}
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

import numpy as np

{constants}


class Parameters(SimpleNamespace):
    """The arrays of a network; h_t = keep h_(t-1) + alpha phi(z_t)."""

    b_x, keep, alpha = None, 0.0, 1.0


class Direct(SimpleNamespace):
    """dL_t/dh_t of the last steps: value * 2^exponent."""

    def __init__(self, value, exponent=None):
        super().__init__(value=value, exponent=exponent)


{sources}


def directions(config, steps):
    return _directions(steps, config.batch_size, config.hidden_size, config.seed)


INPUTS = {{"{input}": SimpleNamespace(draw={input_draw})}}
INITIALISATIONS = {{{inits}}}
STARTS = {{{starts}}}
ACTIVATIONS = {{{activations}}}
{gates}
# Each cell's own settings, its activation, and whether it is keep h + alpha phi(z).
CONFIGS = {{
{configs}}}
FUNCTIONS = {{{functions}}}
SEEDS = {seeds}


def renormalise(v, e):
    shift = np.frexp(np.abs(v).max(axis=-1))[1]
    return np.ldexp(v, -shift[:, None]), e + shift


def forward(name, config, params, x, phi):
    """States, their exponents (T, B), and what each step leaves for the way back."""
    step = FUNCTIONS[name][0]
    T, B, _ = x.shape
    state = first_state(config)
    if state is None:
        state = np.zeros((B, config.cell_used.states * config.hidden_size))
    states, caches, exponents = [], [], np.zeros((T, B), dtype=int)
    e = np.zeros(B, dtype=int)
    for t in range(T):
        if not (config.additive and phi.homogeneous):
            after, cache = step(params, phi, x[t], state)
            if not np.isfinite(after).all():
                # It has overflowed: the state is held, and no step goes back from here.
                states += [state] * (T - t)
                caches += [None] * (T - t)
                break
            state = after
        else:
            # phi(c z) = c phi(z): the state is kept as mantissa * 2^exponent.
            back, kept = state @ params.W_h.T, params.keep * state
            drive = input_drive(params, x[t]) + params.b_h
            common = common_exponent((back, e), (drive, 0), (kept, e))
            z = scaled(back, e - common) + scaled(drive, -common)
            value = phi.phi(z, np.empty_like(z))
            cache = x[t], state, phi.dphi(z, value, np.empty_like(z))
            state, e = scaled(kept, e - common) + params.alpha * value, common
        states.append(state)
        caches.append(cache)
        exponents[t] = e
    return np.stack(states), exponents, caches


def recurrent(name, config):
    """log10 of the norm of dL/ds_t (T, B), renormalised at every step."""
    params, x, phi = parameters(config), inputs(config), ACTIVATIONS[config.activation_used]
    vjp = FUNCTIONS[name][1]
    T, B, _ = x.shape
    states, exponents, caches = forward(name, config, params, x, phi)
    trace = SimpleNamespace(h=states[..., : config.hidden_size], exponent=exponents)
    direct = direct_gradient(config, params, trace)
    first = T - len(direct.value)
    ds, e = np.zeros_like(states[0]), np.zeros(B, dtype=int)
    log10 = np.empty((T, B))
    for t in range(T - 1, -1, -1):
        if t >= first:
            value = np.zeros_like(ds)
            value[:, : config.hidden_size] = direct.value[t - first]
            own = np.zeros(B, dtype=int)
            if direct.exponent is not None:
                own = direct.exponent[t - first]
            common = common_exponent((ds, e), (value, own))
            ds, e = scaled(ds, e - common) + scaled(value, own - common), common
        ds, e = renormalise(ds, e)
        with np.errstate(divide="ignore"):
            log10[t] = np.log10(np.linalg.norm(ds, axis=1)) + e * np.log10(2.0)
        if caches[t] is not None:
            ds = vjp(params, phi, caches[t], ds)[0]
    return log10


def learned(name, settings, seed):
    """log10 of the norm of dL_T/dtheta by parameter, all sequences together; in plain floats."""
    config = SimpleNamespace(**settings | {{"loss_at": "last", "seed": seed}})
    params, x, phi = parameters(config), inputs(config), ACTIVATIONS[config.activation_used]
    states, exponents, caches = forward(name, config, params, x, phi)
    if exponents.any():
        return {{}}  # the states themselves are no plain floats
    trace = SimpleNamespace(h=states[..., : config.hidden_size], exponent=None)
    ds, total = np.zeros_like(states[0]), {{}}
    ds[:, : config.hidden_size] = direct_gradient(config, params, trace).value[-1]
    with np.errstate(all="ignore"):
        for cache in reversed(caches):
            ds, grads = FUNCTIONS[name][1](params, phi, cache, ds)
            for key, grad in grads.items():
                term = grad[0].T @ grad[1] if isinstance(grad, tuple) else grad.sum(axis=0)
                total[key] = total.get(key, 0.0) + term
        return {{key: np.log10(np.linalg.norm(grad)) for key, grad in total.items()}}

{attention}

def curve(name, settings, seed, loss_at):
    """The median over the sequences (T,)."""
    config = SimpleNamespace(**settings | {{"loss_at": loss_at, "seed": seed}})
    return np.median({run}, axis=1)


print("{header}")
curves = {{}}
for name, settings in CONFIGS.items():
    for seed in SEEDS:
        alone = curves[name, seed] = curve(name, settings, seed, "last")
        total = {total}
        for t in range(len(alone)):
            print(f"{{name}},{{seed}},{{t + 1}},{{total[t]:.10f}},{{alone[t]:.10f}}")
for name in CONFIGS:
    curve = np.median([curves[name, seed] for seed in SEEDS], axis=0)
    T = len(curve)
    finite = np.isfinite(curve)
    factor = np.nan
    if finite.sum() > 1:
        factor = 10 ** np.polyfit(np.arange(T - 1, -1, -1)[finite], curve[finite], 1)[0]
    with np.errstate(invalid="ignore"):
        below = (curve - curve[-1])[::-1] < {threshold!r}
    horizon = int(below.argmax()) if below.any() else f">={{T}}"
    print(f"# {{name}}: factor per step back = {{factor:.9g}}; horizon = {{horizon}}")
for name in FUNCTIONS:
    for key, norm in learned(name, CONFIGS[name], SEEDS[0]).items():
        print(f"# {{name}}: log10 of the norm of dL_T/d{{key}} = {{norm:.10g}}")
'''

_ATTENTION = '''
def attention(config):
    """log10 of the norm of dL/de_t (T, B), e_t = W_x x_t."""
    params, x = attention_parameters(config), inputs(config)
    T, B, _ = x.shape
    e = x @ params.W_x.T
    steps = 1 if config.loss_at == "last" else T
    found = [attend(e[:, b], params.W_h, steps) for b in range(B)]
    h = np.stack([h for h, _ in found], axis=1)
    direct = direct_gradient(config, params, SimpleNamespace(h=h, exponent=None)).value
    log10 = np.empty((T, B))
    for b, (_, cache) in enumerate(found):
        de, scale = attend_back(params.W_h, cache, direct[:, b])
        with np.errstate(divide="ignore"):
            log10[:, b] = np.log10(np.linalg.norm(de, axis=1)) + scale / np.log(10.0)
    return log10

'''


def seeds_of(comparison: Comparison) -> list[int]:
    """The seeds shown."""
    return [
        own_config(comparison.config, c, n).seed
        for c in comparison.names[:1]
        for n in range(comparison.seeds)
    ]


def csv(comparison: Comparison) -> str:
    """log₁₀ norms by cell, seed and step; then median, p10 and p90 over the seeds as seeds of their
    own. Settings and readings as comments."""
    c = comparison.config
    lines = [f"# {name} = {value}" for name, value in vars(c).items() if name not in _OWN]
    lines.append(f"# sequences per seed = {c.batch_size}; a row is their median")
    for cell in comparison.cells:
        horizon = f">={c.seq_len}" if cell.horizon is None else cell.horizon
        ratio, low, high = cell.ratio
        lines.append(
            f"# {cell.cell}: {cell.verdict}; of the last loss alone: "
            f"factor per step back = {cell.factor:.12g}; horizon = {horizon}; "
            f"log10 first/last = {ratio:.12g} "
            f"(10-90 %: {low:.12g} to {high:.12g}); "
            f"parameters = {cell.parameters}; multiply-adds of the last step = {cell.multiply_adds}"
        )
    lines.append(_HEADER)
    for cell in comparison.cells:
        seeds = seeds_of(comparison)
        total, alone = (_by_seed(seeds, found) for found in (cell.medians, cell.lasts))
        for seed in total:
            both = zip(total[seed].tolist(), alone[seed].tolist(), strict=True)
            lines += [
                f"{cell.cell},{seed},{t},{a:.12g},{b:.12g}" for t, (a, b) in enumerate(both, 1)
            ]
    return "\n".join(lines) + "\n"


def _by_seed(seeds: list[int], curves: np.ndarray) -> dict[int | str, np.ndarray]:
    """The columns of (T, N), and their median and quantiles as if they were seeds."""
    spread = measure.spread(curves)
    found: dict[int | str, np.ndarray] = dict(zip(seeds, curves.T, strict=True))
    return found | {"median": spread.median, "p10": spread.low, "p90": spread.high}


def script(config: RNNConfig, names: tuple[str, ...], seeds: list[int]) -> str:
    """A Python program that prints the curve of every cell and seed at the settings of `config`."""
    own = {name: own_config(config, name) for name in names}
    known = {name: CELLS[name] for name in own if name in CELLS}
    kind = INPUTS[config.input].draw
    inits = {own[name].init_used for name in known} - {""}
    if ATTENTION in own:
        inits.add(attention.INIT)
    draws = {name: initialisations.INITIALISATIONS[name].draw for name in sorted(inits)}
    phis = {own[name].activation_used for name in known}
    gates = {block.activation for cell in known.values() for block in cell.blocks} - {"", None}
    needed = sorted(phis | gates)
    starts = sorted({c.start_used for c in own.values()})
    functions = _functions(own, draws, kind, needed, starts)
    sources = "\n\n".join(source(f).rstrip() + "\n" for f in functions)
    return _FRAME.format(
        settings="\n".join(f"{k} = {v!r}" for k, v in vars(config).items() if k not in _OWN),
        seeds=seeds,
        constants="\n".join(_numbers(sources, functions)),
        sources=sources,
        input=config.input,
        input_draw=kind.__name__,
        inits=", ".join(f'"{n}": SimpleNamespace(draw={d.__name__})' for n, d in draws.items()),
        starts=", ".join(f'"{name}": {_start(name)}' for name in starts),
        activations=", ".join(f'"{name}": {_activation(name)}' for name in needed),
        gates="".join(f"{name.upper()} = {_activation(name)}\n" for name in sorted(gates)),
        configs="".join(f'    "{name}": {_settings(c, name)},\n' for name, c in own.items()),
        functions=", ".join(
            f'"{n}": ({c.step.__name__}, {c.vjp.__name__})' for n, c in known.items()
        ),
        attention=_ATTENTION if ATTENTION in own else "",
        run=f'attention(config) if name == "{ATTENTION}" else recurrent(name, config)'
        if ATTENTION in own
        else "recurrent(name, config)",
        header=_HEADER,
        total="alone" if config.loss_at == "last" else 'curve(name, settings, seed, "every")',
        threshold=measure.HORIZON_THRESHOLD,
    )


def _functions(own, draws, kind, activations, starts) -> list[FunctionType]:
    """The engine's functions that the script is made of, each once."""
    found = [*draws.values(), kind]
    for name in starts:
        drawing = STARTS[name].input_weights, STARTS[name].biases
        found += [f for f in drawing if f is not None]
    for name in activations:
        found += [ACTIVATIONS[name].phi, ACTIVATIONS[name].dphi]
    found += [streams.stream, base_matrix.base_matrix, base_matrix.base_eigenvalues]
    found += [
        start.drawn_as_one,
        start._block,
        start.recurrent_scale,
        start._other_parameters,
        start.parameters,
    ]
    found += [first_state, inputs, losses._directions, losses.targets, losses.direct_gradient]
    if set(own) & set(CELLS):
        found += [cells.value_and_slope, cells.input_drive, *SCALED]
    for name in own:
        found += ARCHITECTURES[name].helpers
        if name in CELLS:
            cell = CELLS[name]
            found += [cell.begin] if cell.begin else []
            found += [cell.step, cell.vjp]
    return list(dict.fromkeys(found))


def _numbers(sources: str, functions: list[FunctionType]) -> list[str]:
    """The module constants that the sources use, where they are plain numbers or text."""
    found = {}
    for name in re.findall(r"\b[A-Z][A-Z_]{3,}\b", sources):
        for function in map(inspect.unwrap, functions):
            value = function.__globals__.get(name)
            if isinstance(value, int | float | str):
                found[name] = f"{name} = {value!r}"
    return list(found.values())


def _activation(name: str) -> str:
    a = ACTIVATIONS[name]
    return (
        f"SimpleNamespace(phi={a.phi.__name__}, dphi={a.dphi.__name__}, "
        f"homogeneous={a.homogeneous})"
    )


def _start(name: str) -> str:
    own = STARTS[name]
    biases = own.biases.__name__ if own.biases else None
    return (
        f"SimpleNamespace(input_weights={own.input_weights.__name__}, biases={biases}, "
        f"as_one={own.as_one})"
    )


def _settings(config: RNNConfig, name: str) -> str:
    """What the engine's functions read from a config, but the seed."""
    own = {k: v for k, v in vars(config).items() if k != "seed"}
    own |= {"init_used": config.init_used, "activation_used": config.activation_used}
    own |= {"start_used": config.start_used, "decided": config.decided}
    own["additive"] = name in CELLS and config.cell_used.additive
    body = ", ".join(f"{k}={v!r}" for k, v in own.items())
    cell = config.cell_used
    begin = cell.begin.__name__ if cell.begin else None
    used = (
        f"SimpleNamespace(gates={cell.gates!r}, rows=lambda H: {cell.rows(config.hidden_size)!r}, "
        f"states={cell.states}, learned={cell.learned!r}, linear_layers={cell.linear_layers}, "
        f"begin={begin})"
    )
    return f"dict({body}, cell_used={used})"
