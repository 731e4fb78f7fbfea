"""Running: the only door from pages to the engine. Config in, result out, remembered by config.

Results are kept in one cache for all users: a class that opens the same link computes it once.
The cache counts bytes, since one result is anything from a kilobyte to half a gigabyte.
"""

from __future__ import annotations

import math
import os
import threading
from dataclasses import dataclass, replace

from cachetools import LRUCache, cached

import rnn_core
from rnn_core import cliff, grid, measure, preactivation, product, truncation
from rnn_core import whole_gradient as clipped
from rnn_core.architectures import Comparison, Curve, LstmPaths, compare_cells, curve, lstm_paths
from rnn_core.config import RNNConfig
from rnn_core.flow import GradientFlow
from rnn_core.grid import GradientGrid
from rnn_core.preactivation import Preactivations
from rnn_core.prediction import Prediction, predict
from rnn_core.product import JacobianProduct, too_large
from rnn_core.truncation import Truncation
from rnn_core.whole_gradient import ByThreshold, Clipped, WholeGradient
from ui import boot

CACHE_BYTES = 256 * 1024**2
# Threads that take and release the GIL in every small NumPy call starve each other: beyond one
# computing thread per core the whole process slows down threefold.
ENGINE = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))

# A remedy is tried by running it, so only while a run is cheap: seq_len × batch × hidden².
_CHEAP = 60 * 20 * 128**2
_TUNING_RUNS = 9
SCALES = (0.05, 3.0)  # what the page's slider reaches, without its dead end

# PyTorch keeps every step's graph: beyond this it would take seconds and gigabytes.
_CHECKABLE = 1000 * 20 * 64**2

_cache: LRUCache = LRUCache(
    maxsize=CACHE_BYTES, getsizeof=lambda flow: min(flow.nbytes, CACHE_BYTES)
)


@cached(_cache, lock=threading.Lock())
def gradient_flow(config: RNNConfig) -> GradientFlow:
    """The result of `config`, computed once."""
    with ENGINE:
        return rnn_core.gradient_flow(config)


# Forty curves are a hundredth of forty results: a cache of their own keeps them from each other.
@cached(
    LRUCache(maxsize=CACHE_BYTES // 4, getsizeof=lambda grid: min(grid.nbytes, CACHE_BYTES // 4)),
    lock=threading.Lock(),
)
def gradient_grid(
    config: RNNConfig, inits: tuple[str, ...], activations: tuple[str, ...]
) -> GradientGrid:
    """The result of `config` under every pair of `inits` and `activations`, computed once."""
    with ENGINE:
        return grid.gradient_grid(config, inits, activations)


def preactivations(config: RNNConfig) -> Preactivations:
    """How z lies on φ in the run of `config`."""
    flow = gradient_flow(config)
    with ENGINE:
        return preactivation.preactivations(flow)


# Comparing cells takes a run for each cell and seed: with fewer seeds where it would take longer.
_COMPARING_SECONDS = 2.0


@cached(
    LRUCache(maxsize=CACHE_BYTES // 8, getsizeof=lambda curve: curve.nbytes),
    lock=threading.Lock(),
)
def cell_curve(config: RNNConfig, cell: str) -> Curve:
    """One cell and one seed of a comparison, computed once."""
    with ENGINE:
        return curve(config, cell)


def comparison(config: RNNConfig, cells: tuple[str, ...], seeds: int) -> Comparison:
    """Several cells at the settings of `config`; one that a slider leaves alone is remembered."""
    return compare_cells(config, cells, seeds, seconds=_COMPARING_SECONDS, curve=cell_curve)


@cached(
    LRUCache(maxsize=CACHE_BYTES // 16, getsizeof=lambda paths: paths.nbytes),
    lock=threading.Lock(),
)
def paths_of_lstm(config: RNNConfig, seeds: int) -> LstmPaths:
    """The two paths of the LSTM at the settings of `config`, computed once."""
    with ENGINE:
        return lstm_paths(config, seeds)


def explained(config: RNNConfig) -> GradientFlow:
    """The result of `config` with what the secondary charts need, computed in its turn too."""
    flow = gradient_flow(config)
    with ENGINE:
        _ = flow.teaching, flow.eigenvalues, flow.spectral_norm
    return flow


@cached(LRUCache(maxsize=512), lock=threading.Lock())
def laws(config: RNNConfig, names: tuple[str, ...]) -> list[Prediction]:
    """What each law says about the run of `config`, beside what it did."""
    flow = gradient_flow(config)
    with ENGINE:
        return [predict(flow, name) for name in names]


@cached(LRUCache(maxsize=16), lock=threading.Lock())
def cliff_surface(steps: int, target: float) -> cliff.Surface:
    """The loss of one unit over (w, b), computed once."""
    with ENGINE:
        return cliff.surface(steps, target)


@cached(LRUCache(maxsize=128), lock=threading.Lock())
def cliff_descent(
    w: float,
    b: float,
    steps: int,
    target: float,
    rate: float,
    updates: int,
    clip: str,
    limit: float,
) -> cliff.Descent:
    """One descent on it, computed once."""
    with ENGINE:
        return cliff.descend(
            w,
            b,
            steps=steps,
            target=target,
            learning_rate=rate,
            updates=updates,
            clip=clip,
            limit=limit,
        )


@cached(LRUCache(maxsize=16), lock=threading.Lock())
def whole_gradient(config: RNNConfig) -> WholeGradient:
    """∂L/∂θ of `config`'s run as one vector."""
    flow = gradient_flow(config)
    with ENGINE:
        return clipped.whole_gradient(flow)


@cached(LRUCache(maxsize=16), lock=threading.Lock())
def clipped_by_norm(config: RNNConfig, max_norm: float) -> Clipped | None:
    """The gradient of `config` before and after clipping by norm, step by step."""
    flow, whole = gradient_flow(config), whole_gradient(config)
    with ENGINE:
        return clipped.clipped(flow, whole, max_norm)


@cached(LRUCache(maxsize=64), lock=threading.Lock())
def by_threshold(config: RNNConfig, low: float, high: float, count: int) -> ByThreshold:
    """What both ways of clipping do to the gradient of `config`, from 10^low to 10^high."""
    whole = whole_gradient(config)
    with ENGINE:
        return clipped.by_threshold(whole, low, high, count)


# What one sweep for each window may take: steps × sequences × weights of W_h × sweeps.
_COMPARABLE = 6e9


@cached(LRUCache(maxsize=128), lock=threading.Lock())
def truncated(config: RNNConfig) -> Truncation | None:
    """Truncated beside full backpropagation, for every window; None where it would take long."""
    T = config.seq_len
    sweeps = 6 if config.loss_at == "last" else len(truncation.chosen_windows(T))
    if _cost(config) * len(config.cell_used.gates) * sweeps > _COMPARABLE:
        return None
    flow = gradient_flow(config)
    with ENGINE:
        return truncation.truncation(flow)


@cached(LRUCache(maxsize=32), lock=threading.Lock())
def jacobian_product(config: RNNConfig) -> JacobianProduct | None:
    """What the Jacobians of `config`'s run do together; None where reading them takes too long."""
    flow = gradient_flow(config)
    if too_large(flow):
        return None
    with ENGINE:
        return product.jacobian_product(flow)


def check_against_pytorch(config: RNNConfig):
    """Differences to PyTorch autograd, with its own φ' and with an exact one: two Comparisons.

    None where the network is too large to check. The first call imports torch, about a second.
    """
    if _cost(config) > _CHECKABLE:
        return None
    from rnn_core import reference

    flow = gradient_flow(config)
    with ENGINE:
        usual = reference.compare(flow)
        exact = reference.compare(flow, stable=True)
    boot.settle()  # torch brings 29 ms per garbage collection with it, unless frozen
    return usual, exact


@dataclass(frozen=True)
class Remedy:
    """A change of settings that was tried, and what the gradient did with it."""

    title: str
    change: tuple[tuple[str, object], ...]
    factor: float
    log10_carried: float


def too_large_to_try(config: RNNConfig) -> bool:
    """Whether trying a dozen changes of `config` would keep the page waiting."""
    return _cost(config) > _CHEAP


@cached(LRUCache(maxsize=512), lock=threading.Lock())
def remedies(config: RNNConfig, most: int = 3) -> list[Remedy]:
    """Changes after which the gradient flows, or comes at least twice as near to it; best first.

    Each was tried by running it. Empty where the gradient flows already.
    """
    now = gradient_flow(config).log10_carried
    if measure.VANISHED <= now <= measure.EXPLODED or too_large_to_try(config):
        return []
    tried: dict[RNNConfig, Remedy] = {}
    with ENGINE:
        for title, change in _candidates(config):
            changed = replace(config, **change)
            if changed == config or changed in tried:
                continue
            flow = rnn_core.gradient_flow(changed)  # past the cache: it would push out the others'
            after = flow.log10_carried
            overshoots = after * now < 0 and abs(after) > 3
            if math.isfinite(after) and abs(after) <= abs(now) / 2 and not overshoots:
                tried[changed] = Remedy(title, tuple(change.items()), flow.factor, after)
    found: list[Remedy] = []
    for remedy in sorted(tried.values(), key=lambda r: abs(r.log10_carried)):
        if all(abs(remedy.log10_carried - other.log10_carried) > 1e-9 for other in found):
            found.append(remedy)
    return found[:most]


def _cost(config: RNNConfig) -> int:
    return config.seq_len * config.batch_size * config.hidden_size**2


def _candidates(config: RNNConfig) -> list[tuple[str, dict]]:
    cell = config.cell_used
    found = _of_the_cell(config)
    balanced: dict = {}
    if cell.has_matrix:
        scale = _flowing_scale(config)
        if scale is not None:
            word = "W_h scale" if config.scale_sets == "gain" else "Spectral radius"
            found.append((f"{word} {scale:g}", {"gain": scale}))
    if cell.init is None:
        balanced = {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}
        found.append(("Orthogonal W_h, scale 1", balanced))
    bends = config.activation_used != "linear"
    if config.input_scale > 0.1 and config.input != "zeros" and bends:
        small = {"input_scale": 0.1}
        found.append(("Input scale 0.1", small))
        if balanced:
            found.append(("Orthogonal W_h, scale 1, input scale 0.1", balanced | small))
    if cell.activation is None:
        if config.activation == "sigmoid":
            found.append(("tanh instead of sigmoid", {"activation": "tanh"}))
            found.append(("tanh, orthogonal W_h, scale 1", balanced | {"activation": "tanh"}))
        if config.activation == "relu":
            leaky = {"activation": "leaky_relu"}
            found.append(
                ("Leaky ReLU, orthogonal W_h, scale 1.4", balanced | leaky | {"gain": 1.4})
            )
        if config.activation in ("relu", "leaky_relu", "linear"):
            found.append(("tanh instead", {"activation": "tanh"}))
    return found


def _of_the_cell(config: RNNConfig) -> list[tuple[str, dict]]:
    """What the cell's own settings can do."""
    if config.cell == "lstm":
        return [(f"Forget bias {bias}", {"forget_bias": float(bias)}) for bias in (2, 4, 6)]
    if config.cell in ("residual", "leaky"):
        return [(f"α = {alpha:g}", {"alpha": alpha}) for alpha in (0.05, 0.01)]
    if config.cell == "lru":
        return [("|λ| from 0.99 to 0.999", {"lambda_low": 0.99, "lambda_high": 0.999})]
    return []


def _flowing_scale(config: RNNConfig) -> float | None:
    """A W_h scale at which what the last loss sends back neither grows nor shrinks.

    By bisection, as if the norm grew with the scale; where it does not, what is found is no remedy
    and `remedies` drops it. None at the ends of the range.
    """
    low, high = SCALES
    for _ in range(_TUNING_RUNS):
        middle = (low + high) / 2
        carried = rnn_core.gradient_flow(replace(config, gain=middle)).log10_carried
        low, high = (middle, high) if carried < 0 else (low, middle)
    scale = round((low + high) / 2, 2)
    return scale if SCALES[0] + 0.02 < scale < SCALES[1] - 0.02 else None
