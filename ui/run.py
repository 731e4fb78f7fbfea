"""Running: the only door from pages to the engine. Config in, result out, remembered by config.

Results are kept in one cache for all users: a class that opens the same link computes it once.
The cache counts bytes, since one result is anything from a kilobyte to half a gigabyte.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cachetools import LRUCache, cached

import rnn_core
from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import Found
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians import product
from rnn_core.jacobians.product import JacobianProduct, too_large
from rnn_core.pytorch.missing import MissingTorch as MissingTorch  # for those who ask for a check
from rnn_core.studies import cliff, grid, preactivation, sensitivity, truncation
from rnn_core.studies import whole_gradient as clipped
from rnn_core.studies.architectures import (
    ARCHITECTURES,
    Comparison,
    Curve,
    compare_cells,
    curve,
)
from rnn_core.studies.felt import Felt
from rnn_core.studies.felt import felt as felt_by
from rnn_core.studies.grid import GradientGrid
from rnn_core.studies.longer_memory import LongerMemory, plainest
from rnn_core.studies.longer_memory import longer_memory as memory_curves
from rnn_core.studies.lstm_paths import LstmPaths, lstm_paths
from rnn_core.studies.preactivation import Preactivations
from rnn_core.studies.prediction import Prediction, predict
from rnn_core.studies.remedies import RUNS, Remedy
from rnn_core.studies.remedies import remedies as remedies_for
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import ByThreshold, Clipped, WholeGradient
from ui.server import boot, limits, waiting
from ui.server.line import Line

if TYPE_CHECKING:
    from rnn_core.studies.mistakes.mistake import Measured
    from rnn_core.training.config import TrainConfig
    from rnn_core.training.trainer import Trainer

_light = threading.BoundedSemaphore(limits.LIGHT_JOBS)
_following = threading.BoundedSemaphore(limits.FOLLOWING_JOBS)
_heavy = Line(limits.HEAVY_JOBS)

_cache: LRUCache = LRUCache(
    maxsize=limits.CACHE_BYTES, getsizeof=lambda flow: min(flow.nbytes, limits.CACHE_BYTES)
)


@contextmanager
def turn(work: float, *, follows: bool = False) -> Iterator[None]:
    """A turn at the engine for so much work: at once, or in line where it is heavy.

    What `follows` takes longer than what moves with the pointer, and does not keep that waiting.
    """
    if work >= limits.HEAVY:
        with _heavy.turn(waiting.who(), waiting.tell):
            yield
    else:
        with _following if follows else _light:
            yield


def _work(config: RNNConfig, gates: int = 0) -> float:
    """Multiply-adds of W_h in one run, forward; of a cell with so many gates, if they are given."""
    c = config
    return c.seq_len * c.batch_size * c.hidden_size**2 * (gates or len(c.cell_used.gates))


@cached(_cache, condition=threading.Condition())
def gradient_flow(config: RNNConfig) -> GradientFlow:
    """The result of `config`, computed once."""
    with turn(_work(config)):
        return rnn_core.gradient_flow(config)


# Forty curves are a hundredth of forty results: a cache of their own keeps them from each other.
@cached(
    LRUCache(
        maxsize=limits.CACHE_BYTES // 4,
        getsizeof=lambda grid: min(grid.nbytes, limits.CACHE_BYTES // 4),
    ),
    condition=threading.Condition(),
)
def gradient_grid(
    config: RNNConfig, inits: tuple[str, ...], activations: tuple[str, ...]
) -> GradientGrid:
    """The result of `config` under every pair of `inits` and `activations`, computed once."""
    with turn(_work(config) * len(inits) * len(activations)):
        return grid.gradient_grid(config, inits, activations)


def preactivations(config: RNNConfig) -> Preactivations:
    """How z lies on φ in the run of `config`."""
    flow = gradient_flow(config)
    with turn(_work(config)):
        return preactivation.preactivations(flow)


@cached(
    LRUCache(maxsize=limits.CACHE_BYTES // 8, getsizeof=lambda curve: curve.nbytes),
    condition=threading.Condition(),
)
def cell_curve(config: RNNConfig, cell: str) -> Curve:
    """One cell and one seed of a comparison, computed once."""
    with turn(_work(config, len(ARCHITECTURES[cell].gates))):
        return curve(config, cell)


def comparison(config: RNNConfig, cells: tuple[str, ...], seeds: int) -> Comparison:
    """Several cells at the settings of `config`; one that a slider leaves alone is remembered."""
    return compare_cells(config, cells, seeds, seconds=limits.COMPARING_SECONDS, curve=cell_curve)


@cached(
    LRUCache(maxsize=limits.CACHE_BYTES // 16, getsizeof=lambda paths: paths.nbytes),
    condition=threading.Condition(),
)
def paths_of(cell: str, config: RNNConfig, seeds: int) -> LstmPaths:
    """The two paths of a cell like the LSTM at the settings of `config`, computed once."""
    with turn(seeds * _work(config, len(ARCHITECTURES[cell].gates))):
        return lstm_paths(config, seeds, cell)


def explained(config: RNNConfig) -> GradientFlow:
    """The result of `config` with what the secondary charts need, computed in its turn too."""
    flow = gradient_flow(config)
    with turn(_work(config)):
        _ = flow.teaching, flow.eigenvalues, flow.spectral_norm
    return flow


@cached(LRUCache(maxsize=512), condition=threading.Condition())
def laws(config: RNNConfig, names: tuple[str, ...]) -> list[Prediction]:
    """What each law says about the run of `config`, beside what it did."""
    flow = gradient_flow(config)
    with turn(_work(config)):
        return [predict(flow, name) for name in names]


@cached(LRUCache(maxsize=1024), condition=threading.Condition())
def claim(name: str, controls: tuple[tuple[str, float], ...]) -> Found:
    """What came of a claim at its controls, ((name, value), …), computed once."""
    with turn(CLAIMS[name].cost):
        return CLAIMS[name].at(**dict(controls))


@cached(LRUCache(maxsize=16), condition=threading.Condition())
def cliff_surface(steps: int, target: float) -> cliff.Surface:
    """The loss of one unit over (w, b), computed once."""
    with turn(0):
        return cliff.surface(steps, target)


@cached(LRUCache(maxsize=128), condition=threading.Condition())
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
    with turn(0):
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


@cached(LRUCache(maxsize=16), condition=threading.Condition())
def whole_gradient(config: RNNConfig) -> WholeGradient:
    """∂L/∂θ of `config`'s run as one vector."""
    flow = gradient_flow(config)
    with turn(_work(config)):
        return clipped.whole_gradient(flow)


@cached(LRUCache(maxsize=16), condition=threading.Condition())
def clipped_by_norm(config: RNNConfig, max_norm: float) -> Clipped | None:
    """The gradient of `config` before and after clipping by norm, step by step."""
    flow, whole = gradient_flow(config), whole_gradient(config)
    with turn(_work(config)):
        return clipped.clipped(flow, whole, max_norm)


@cached(LRUCache(maxsize=64), condition=threading.Condition())
def by_threshold(config: RNNConfig, low: float, high: float, count: int) -> ByThreshold:
    """What both ways of clipping do to the gradient of `config`, from 10^low to 10^high."""
    whole = whole_gradient(config)
    with turn(_work(config)):
        return clipped.by_threshold(whole, low, high, count)


@cached(LRUCache(maxsize=128), condition=threading.Condition())
def truncated(config: RNNConfig) -> Truncation | None:
    """Truncated beside full backpropagation, for every window; None where it would take long."""
    T = config.seq_len
    sweeps = 6 if config.loss_at == "last" else len(truncation.chosen_windows(T))
    work = sweeps * _work(config)
    if work > limits.TRUNCATED:
        return None
    flow = gradient_flow(config)
    with turn(work):
        return truncation.truncation(flow)


@cached(LRUCache(maxsize=32), condition=threading.Condition())
def jacobian_product(config: RNNConfig) -> JacobianProduct | None:
    """What the Jacobians of `config`'s run do together; None where reading them takes too long."""
    flow = gradient_flow(config)
    if too_large(flow):
        return None
    with turn(0, follows=True):
        return product.jacobian_product(flow)


@cached(LRUCache(maxsize=512), condition=threading.Condition())
def log10_sensitivity(config: RNNConfig) -> float:
    """How much a small change of `config`'s recurrent weights moves what the last loss sees."""
    flow = gradient_flow(config)
    with turn(_work(config), follows=True):
        return sensitivity.log10_sensitivity(flow)


@cached(LRUCache(maxsize=64), condition=threading.Condition())
def felt(config: RNNConfig) -> Felt | None:
    """∂L/∂θ of `config`'s run by parameter, gate and step; None where it has overflowed."""
    flow = gradient_flow(config)
    with turn(_work(config) / config.batch_size, follows=True):
        return felt_by(flow)


def longer_memory(config: RNNConfig) -> LongerMemory | None:
    """‖∂L/∂θ‖ over what makes `config`'s cell remember longer; wherever that stands now."""
    return _longer_memory(plainest(config))


@cached(LRUCache(maxsize=256), condition=threading.Condition())
def _longer_memory(config: RNNConfig) -> LongerMemory | None:
    with turn(0, follows=True):
        return memory_curves(config)


@cached(LRUCache(maxsize=64), condition=threading.Condition())
def short_training(config: TrainConfig) -> Trainer:
    """A whole training run of `config`, made at once: for a small one."""
    from rnn_core.training.trainer import Trainer  # here: no page begins with it

    gates = len(config.cell_used.gates)
    steps = 3 * config.steps * config.problem.seq_len  # forward, back, and what the weights get
    with turn(steps * config.batch_size * config.hidden_size**2 * gates, follows=True):
        trainer = Trainer(config)
        while trainer.step():
            pass
        return trainer


@cached(LRUCache(maxsize=64), condition=threading.Condition())
def mistake(name: str, made: bool) -> tuple[Measured, ...]:
    """The experiment of a mistake, with it or without, computed once."""
    from rnn_core.studies.mistakes import MISTAKES  # here: no page begins with it

    with turn(0, follows=True):
        return MISTAKES[name].run(made)


def check_against_pytorch(config: RNNConfig):
    """Differences to PyTorch autograd, with its own φ' and with an exact one: two Comparisons.

    None where the network is too large to check. The first call imports torch, about a second.
    Raises MissingTorch where there is none.
    """
    if _work(config) > limits.CHECKED:
        return None
    from rnn_core.pytorch import reference

    flow = gradient_flow(config)
    with turn(limits.HEAVY):
        usual = reference.compare(flow)
        exact = reference.compare(flow, stable=True)
    boot.settle()  # PyTorch may just have been imported
    return usual, exact


def too_large_to_try(config: RNNConfig) -> bool:
    """Whether trying a dozen changes of `config` would keep the page waiting."""
    return _work(config) > limits.TRIED


@cached(LRUCache(maxsize=512), condition=threading.Condition())
def remedies(config: RNNConfig, most: int = 3) -> list[Remedy]:
    """Changes after which the gradient flows, or comes nearer to it, tried once; best first."""
    flow = gradient_flow(config)
    if too_large_to_try(config):
        return []
    with turn(_work(config) * RUNS, follows=True):
        return remedies_for(flow, most)
