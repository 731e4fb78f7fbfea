"""The page "Clipping": its experiments from the settings, and what it draws from them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnn_core.numbers import clipping
from rnn_core.studies.cliff import CLIPS, Descent, Surface
from ui import run
from ui.controls import store

CLIFF = (
    "cliff_w",
    "cliff_b",
    "cliff_rate",
    "cliff_threshold",
    "cliff_steps",
    "cliff_target",
    "cliff_updates",
    "cliff_value",
    "cliff_log",
    "cliff_at",
)
VECTORS = ("vector_of", "vector_length", "vector_angle", "vector_limit")
NETWORK = ("clip_threshold", "clip_window")
LINKED = (*CLIFF, *VECTORS, *NETWORK)


def surface() -> Surface:
    return run.cliff_surface(store.get("cliff_steps"), store.get("cliff_target"))


def descents() -> dict[str, Descent]:
    """The descents on screen."""
    return descents_of({name: store.get(name) for name in CLIFF})


def descents_of(values: Mapping) -> dict[str, Descent]:
    """Those of such settings, by how they are clipped: none, norm, and value if it is asked for."""
    kinds = CLIPS if values["cliff_value"] else CLIPS[:2]
    return {kind: _descent(kind, values) for kind in kinds}


def _descent(kind: str, values: Mapping) -> Descent:
    limit = values["cliff_threshold"]
    names = ("cliff_w", "cliff_b", "cliff_steps", "cliff_target", "cliff_rate", "cliff_updates")
    return run.cliff_descent(
        *(values[name] for name in names), kind, np.inf if kind == "none" else limit
    )


def update_shown() -> int:
    """The update that the scrubber shows."""
    return min(store.get("cliff_at"), max(d.updates for d in descents().values()))


def vector() -> tuple[np.ndarray, float]:
    """The gradient (2,) whose clipped versions are drawn, and the threshold."""
    if store.get("vector_of") == "cliff":
        path = descents()["norm"]
        n = min(update_shown(), path.updates)
        return np.array([path.dw[n], path.db[n]]), store.get("cliff_threshold")
    angle = np.deg2rad(store.get("vector_angle"))
    return store.get("vector_length") * np.array([np.cos(angle), np.sin(angle)]), store.get(
        "vector_limit"
    )


def both_ways(g: np.ndarray, limit: float) -> dict[str, np.ndarray]:
    """`g` as it is, clipped by norm, and clipped by value."""
    return {"none": g, "norm": clipping.by_norm(g, limit), "value": clipping.by_value(g, limit)}


def settings() -> dict:
    """The settings of the descents by plain names, for files."""
    names = {
        "start_w": "cliff_w",
        "start_b": "cliff_b",
        "steps": "cliff_steps",
        "target": "cliff_target",
        "learning_rate": "cliff_rate",
        "threshold": "cliff_threshold",
        "updates": "cliff_updates",
    }
    return {plain: store.get(name) for plain, name in names.items()}
