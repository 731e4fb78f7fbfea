"""Remedies: changes of settings after which the gradient flows, each tried by running it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from rnn_core.config import RNNConfig
from rnn_core.flow import gradient_flow, measure

_TUNING_RUNS = 9  # of a search for the scale
RUNS = _TUNING_RUNS + 12  # of a search for remedies, at most
SCALES = (0.05, 3.0)  # what the page's slider reaches, without its dead end


@dataclass(frozen=True)
class Remedy:
    """A change of settings that was tried, and what the gradient did with it."""

    title: str
    change: tuple[tuple[str, object], ...]
    factor: float
    log10_carried: float


def remedies(config: RNNConfig, carried: float, most: int = 3) -> list[Remedy]:
    """Changes after which the gradient flows, or comes at least twice as near to it; best first.

    `carried` is `log10_carried` of the run of `config`. Each change was tried by running it. Empty
    where the gradient flows already.
    """
    if measure.VANISHED <= carried <= measure.EXPLODED:
        return []
    tried: dict[RNNConfig, Remedy] = {}
    for title, change in candidates(config):
        changed = replace(config, **change)
        if changed == config or changed in tried:
            continue
        flow = gradient_flow(changed)
        after = flow.log10_carried
        overshoots = after * carried < 0 and abs(after) > 3
        if math.isfinite(after) and abs(after) <= abs(carried) / 2 and not overshoots:
            tried[changed] = Remedy(title, tuple(change.items()), flow.factor, after)
    found: list[Remedy] = []
    for remedy in sorted(tried.values(), key=lambda r: abs(r.log10_carried)):
        if all(abs(remedy.log10_carried - other.log10_carried) > 1e-9 for other in found):
            found.append(remedy)
    return found[:most]


def candidates(config: RNNConfig) -> list[tuple[str, dict]]:
    cell = config.cell_used
    found = [(title, dict(change)) for title, change in cell.remedies]
    balanced: dict = {}
    if "gain" in cell.hears:
        scale = _flowing_scale(config)
        if scale is not None:
            word = "W_h scale" if config.scale_sets == "gain" else "Spectral radius"
            found.append((f"{word} {scale:g}", {"gain": scale}))
    if "init" in cell.hears:
        balanced = {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"}
        found.append(("Orthogonal W_h, scale 1", balanced))
    bends = config.activation_used != "linear"
    if config.input_scale > 0.1 and config.input != "zeros" and bends:
        small = {"input_scale": 0.1}
        found.append(("Input scale 0.1", small))
        if balanced:
            found.append(("Orthogonal W_h, scale 1, input scale 0.1", balanced | small))
    if "activation" in cell.hears:
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


def _flowing_scale(config: RNNConfig) -> float | None:
    """A W_h scale at which what the last loss sends back neither grows nor shrinks.

    By bisection, as if the norm grew with the scale; where it does not, what is found is no remedy
    and `remedies` drops it. None at the ends of the range.
    """
    low, high = SCALES
    for _ in range(_TUNING_RUNS):
        middle = (low + high) / 2
        carried = gradient_flow(replace(config, gain=middle)).log10_carried
        low, high = (middle, high) if carried < 0 else (low, middle)
    scale = round((low + high) / 2, 2)
    return scale if SCALES[0] + 0.02 < scale < SCALES[1] - 0.02 else None
