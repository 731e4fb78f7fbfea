"""Running: the only door from pages to the engine. Config in, result out, remembered by config.

Results are kept in one cache for all users: a class that opens the same link computes it once.
The cache counts bytes, since one result is anything from a kilobyte to half a gigabyte.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace

from cachetools import LRUCache, cached

import rnn_core
from rnn_core import measure
from rnn_core.config import RNNConfig
from rnn_core.flow import GradientFlow
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


def explained(config: RNNConfig) -> GradientFlow:
    """The result of `config` with what the secondary charts need, computed in its turn too."""
    flow = gradient_flow(config)
    with ENGINE:
        _ = flow.teaching, flow.eigenvalues, flow.spectral_norm
    return flow


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
            if abs(after) <= abs(now) / 2 and not overshoots:
                tried[changed] = Remedy(title, tuple(change.items()), flow.factor, after)
    found: list[Remedy] = []
    for remedy in sorted(tried.values(), key=lambda r: abs(r.log10_carried)):
        if all(abs(remedy.log10_carried - other.log10_carried) > 1e-9 for other in found):
            found.append(remedy)
    return found[:most]


def _cost(config: RNNConfig) -> int:
    return config.seq_len * config.batch_size * config.hidden_size**2


def _candidates(config: RNNConfig) -> list[tuple[str, dict]]:
    scale = _flowing_scale(config)
    found = []
    if scale is not None:
        word = "W_h scale" if config.scale_sets == "gain" else "Spectral radius"
        found.append((f"{word} {scale:g}", {"gain": scale}))
    balanced = {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}
    found.append(("Orthogonal W_h, scale 1", balanced))
    if config.input_scale > 0.1 and config.input != "zeros" and config.activation != "linear":
        small = {"input_scale": 0.1}
        found.append(("Input scale 0.1", small))
        found.append(("Orthogonal W_h, scale 1, input scale 0.1", balanced | small))
    if config.activation == "sigmoid":
        found.append(("tanh instead of sigmoid", {"activation": "tanh"}))
        found.append(("tanh, orthogonal W_h, scale 1", balanced | {"activation": "tanh"}))
    if config.activation == "relu":
        leaky = {"activation": "leaky_relu"}
        found.append(("Leaky ReLU, orthogonal W_h, scale 1.4", balanced | leaky | {"gain": 1.4}))
    if config.activation in ("relu", "leaky_relu", "linear"):
        found.append(("tanh instead", {"activation": "tanh"}))
    return found


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
