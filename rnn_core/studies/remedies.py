"""Remedies: changes of settings after which the gradient flows, each tried by running it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow import GradientFlow, gradient_flow
from rnn_core.flow.verdict import GROWN, VERDICTS
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.inputs import INPUTS
from rnn_core.network_settings import GAIN
from rnn_core.registry import complete

# Of a search for the scale: the first runs are spread over its range, the others close in.
_SPREAD_RUNS, _CLOSING_RUNS = 7, 6
RUNS = _SPREAD_RUNS + _CLOSING_RUNS + 12  # of a search for remedies, at most
SMALLEST = 0.05  # W_h scale: below it lies the dead end of the slider


@dataclass(frozen=True)
class Remedy:
    """A change of settings that was tried, and what the gradient did with it."""

    title: str
    change: tuple[tuple[str, object], ...]
    factor: float
    log10_ratio: float


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of settings that may help.

    title: with {phi} for the activation's label and any setting that it sets. applies: whether to
    try it. sets: the settings it makes, by field; none if it has nothing to offer after all.
    """

    title: str
    applies: Callable[[RNNConfig], bool]
    sets: Callable[[RNNConfig], dict[str, Any]]

    def __post_init__(self) -> None:
        complete(self)


def remedies(flow: GradientFlow, most: int = 3) -> list[Remedy]:
    """Changes after which the gradient of `flow` flows, or comes at least twice as near to it; best
    first.

    Each was tried by running it. Where the forward pass overflows: what keeps it in range, if the
    cell has anything that does. Empty where what the last loss sends back flows already.
    """
    config, carried = flow.config, flow.log10_ratio
    if flow.overflow is not None and (kept := _in_range(config)):
        return kept[:most]
    if VERDICTS[flow.verdict].way == 0:
        return []
    tried: dict[RNNConfig, Remedy] = {}
    for title, change in candidates(config):
        changed = replace(config, **change)
        if changed == config or changed in tried:
            continue
        run = gradient_flow(changed)
        after = run.log10_ratio
        overshoots = after * carried < 0 and abs(after) > GROWN
        if math.isfinite(after) and abs(after) <= abs(carried) / 2 and not overshoots:
            tried[changed] = Remedy(title, tuple(change.items()), run.factor, after)
    found: list[Remedy] = []
    for remedy in sorted(tried.values(), key=lambda r: abs(r.log10_ratio)):
        if all(abs(remedy.log10_ratio - other.log10_ratio) > 1e-9 for other in found):
            found.append(remedy)
    return found[:most]


def _in_range(config: RNNConfig) -> list[Remedy]:
    """What keeps the forward pass in range, of the cell's own settings."""
    found = []
    for _, title, change in config.cell_used.in_range:
        run = gradient_flow(replace(config, **change))
        if run.overflow is None:
            found.append(Remedy(title, tuple(change.items()), run.factor, run.log10_ratio))
    return found


def candidates(config: RNNConfig) -> list[tuple[str, dict[str, Any]]]:
    """What can be tried at these settings, with its title."""
    found = [(title, dict(change)) for title, change in config.cell_used.remedies]
    phi = ACTIVATIONS[config.activation_used].label
    for change in CHANGES:
        if change.applies(config) and (sets := change.sets(config)):
            found.append((change.title.format(phi=phi, **sets), sets))
    return [_freed(config, title, change) for title, change in found]


def _freed(config: RNNConfig, title: str, change: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The change, with our start where the present one would keep it from counting."""
    freed = config.freed(change)
    return (f"{title}, start as ours" if "start" in freed else title), freed


def _flowing_scale(config: RNNConfig) -> float | None:
    """A W_h scale at which what the last loss sends back neither grows nor shrinks.

    The norm need not grow with it (units saturate, or die): so the scales are spread first, and the
    search closes in beside the best of them that is no end of the range; what is no remedy after
    all, `remedies` drops. None where it runs to an end.
    """
    low, high = SMALLEST, GAIN.among(vars(config)).high
    found = {scale: _carried(config, scale) for scale in np.linspace(low, high, _SPREAD_RUNS)}
    for _ in range(_CLOSING_RUNS):
        scales = sorted(found)
        at = min(range(1, len(scales) - 1), key=lambda n: abs(found[scales[n]]))
        # Towards the neighbour on the other side of 0, or else the nearer one.
        other = min(
            (at - 1, at + 1),
            key=lambda n: (found[scales[n]] * found[scales[at]] > 0, abs(found[scales[n]])),
        )
        middle = (scales[at] + scales[other]) / 2
        found[middle] = _carried(config, middle)
    inner = sorted(found)[1:-1]
    scale = round(float(min(inner, key=lambda scale: abs(found[scale]))), 2)
    return scale if low + 0.02 < scale < high - 0.02 else None


def _carried(config: RNNConfig, scale: float) -> float:
    """log₁₀ of what arrives at step 1, relative to the last, at another W_h scale."""
    return gradient_flow(replace(config, gain=float(scale))).log10_ratio


def _balanced(config: RNNConfig) -> dict[str, Any]:
    """Rotations, which keep every length; nothing where the cell has a start of its own."""
    if config.cell_used.init is not None:
        return {}
    return {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}


def _scale(config: RNNConfig) -> dict[str, Any]:
    scale = _flowing_scale(config)
    return {} if scale is None else {"gain": scale}


def _input_acts(config: RNNConfig) -> bool:
    """Whether a weaker input would hold φ' nearer to what it is at 0."""
    bends = not ACTIVATIONS[config.activation_used].linear
    return config.input_scale > 0.1 and not INPUTS[config.input].silent and bends


def _free(config: RNNConfig) -> Activation | None:
    """The activation, where the cell leaves the choice."""
    return None if config.cell_used.activation else ACTIVATIONS[config.activation]


def _slopes_small(config: RNNConfig) -> bool:
    phi = _free(config)
    return phi is not None and phi.max_dphi < 1.0


def _dies(config: RNNConfig) -> bool:
    phi = _free(config)
    return phi is not None and phi.exactly_off


def _unbounded(config: RNNConfig) -> bool:
    phi = _free(config)
    return phi is not None and phi.homogeneous


CHANGES: tuple[Change, ...] = (
    Change(
        title="W_h scale {gain:g}",
        applies=lambda config: "gain" in config.cell_used.hears and config.scale_sets == "gain",
        sets=_scale,
    ),
    Change(
        title="Spectral radius {gain:g}",
        applies=lambda config: "gain" in config.cell_used.hears and config.scale_sets == "radius",
        sets=_scale,
    ),
    Change(title="Orthogonal W_h, scale 1", applies=lambda config: True, sets=_balanced),
    Change(title="Input scale 0.1", applies=_input_acts, sets=lambda config: {"input_scale": 0.1}),
    Change(
        title="Orthogonal W_h, scale 1, input scale 0.1",
        applies=lambda config: _input_acts(config) and config.cell_used.init is None,
        sets=lambda config: _balanced(config) | {"input_scale": 0.1},
    ),
    Change(
        title="tanh instead of {phi}",
        applies=_slopes_small,
        sets=lambda config: {"activation": "tanh"},
    ),
    Change(
        title="tanh, orthogonal W_h, scale 1",
        applies=_slopes_small,
        sets=lambda config: _balanced(config) | {"activation": "tanh"},
    ),
    Change(
        title="Leaky ReLU, orthogonal W_h, scale 1.4",
        applies=_dies,
        sets=lambda config: _balanced(config) | {"activation": "leaky_relu", "gain": 1.4},
    ),
    Change(
        title="tanh instead",
        applies=_unbounded,
        sets=lambda config: {"activation": "tanh"},
    ),
)
