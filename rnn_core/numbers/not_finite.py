"""Which tensor was the first that is not finite, and at which step of the sequence (from 1)."""

from __future__ import annotations

import numpy as np


def on_the_way_there(h: np.ndarray, y: np.ndarray) -> tuple[str, int | None]:
    """After a loss that is not finite: of h (T, B, H) and y (K, B, O) the first, or the loss."""
    T = len(h)
    for name, values, before in (("h", h, 0), ("y", y, T - len(y))):
        whole = np.isfinite(values).all(axis=(1, 2))
        if not whole.all():
            return name, before + int(whole.argmin()) + 1
    return "loss", None


def on_the_way_back(delta: np.ndarray, gradients: dict[str, np.ndarray]) -> tuple[str, int | None]:
    """After a gradient norm that is not: the last step of δ (T, B, S), which is the first on the
    way back; or else a parameter's gradient, or only the norm of them all, whose squares overflow.
    """
    whole = np.isfinite(delta).all(axis=(1, 2))
    if not whole.all():
        return "∂L/∂h", len(whole) - int(whole[::-1].argmin())
    return first_of({f"∂L/∂{name}": g for name, g in gradients.items()}) or "‖gradient‖", None


def first_of(arrays: dict[str, np.ndarray]) -> str | None:
    """The name of the first array that is not finite throughout."""
    return next((name for name, a in arrays.items() if not np.isfinite(a).all()), None)
