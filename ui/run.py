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
from rnn_core.config import LIMITS, RNNConfig
from rnn_core.flow import GradientFlow
from ui import boot

CACHE_BYTES = 256 * 1024**2
# Threads that take and release the GIL in every small NumPy call starve each other: beyond one
# computing thread per core the whole process slows down threefold.
ENGINE = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))

# A remedy is tried by running it, so only while a run is cheap: seq_len × batch × hidden².
_CHEAP = 60 * 20 * 128**2
_TUNING_RUNS = 9

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
    """Largest relative differences to PyTorch autograd: (its own φ', an exact φ').

    The first call imports torch, about a second.
    """
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
    change: dict
    flow: GradientFlow


def remedies(config: RNNConfig, most: int = 3) -> list[Remedy]:
    """Changes that bring the gradient nearer to flowing, each tried by running it, best first."""
    now = gradient_flow(config)
    if now.verdict == "flowing" or _cost(config) > _CHEAP:
        return []
    tried = []
    for title, change in _candidates(config, now):
        changed = replace(config, **change)
        if changed == config:
            continue
        flow = gradient_flow(changed)
        if abs(flow.log10_ratio) < abs(now.log10_ratio) - 1:
            tried.append(Remedy(title, change, flow))
    tried.sort(key=lambda r: abs(r.flow.log10_ratio))
    return tried[:most]


def _cost(config: RNNConfig) -> int:
    return config.seq_len * config.batch_size * config.hidden_size**2


def _candidates(config: RNNConfig, now: GradientFlow) -> list[tuple[str, dict]]:
    scale = _flowing_scale(config)
    found = []
    if scale is not None:
        word = "W_h scale" if config.scale_sets == "gain" else "Spectral radius"
        found.append((f"{word} {scale:g}", {"gain": scale}))
    balanced = {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}
    found.append(("Orthogonal W_h, scale 1", balanced))
    if config.input_scale > 0.1 and config.input != "zeros":
        small = {"input_scale": 0.1}
        found.append(("Input scale 0.1", small))
        found.append(("Orthogonal W_h, scale 1, input scale 0.1", balanced | small))
    if config.activation == "sigmoid":
        found.append(("tanh instead of sigmoid", {"activation": "tanh"}))
        found.append(("tanh, orthogonal W_h, scale 1", balanced | {"activation": "tanh"}))
    if config.activation == "relu":
        leaky = {"activation": "leaky_relu"}
        found.append(("Leaky ReLU, orthogonal W_h, scale 1.4", balanced | leaky | {"gain": 1.4}))
    if config.activation in ("relu", "leaky_relu", "linear") and now.verdict == "exploding":
        found.append(("tanh instead", {"activation": "tanh"}))
    return found


def _flowing_scale(config: RNNConfig) -> float | None:
    """The W_h scale whose step factor is nearest 1, by bisection; two digits, None if none is."""
    low, high = 0.05, min(3.0, LIMITS["gain"][1])
    for _ in range(_TUNING_RUNS):
        middle = (low + high) / 2
        flow = gradient_flow(replace(config, gain=middle))
        if flow.slope < 0 or flow.slope != flow.slope:
            low = middle
        else:
            high = middle
    scale = round((low + high) / 2, 2)
    return scale if 0.05 < scale < 2.99 else None
