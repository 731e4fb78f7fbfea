"""The cliff of Pascanu, Mikolov and Bengio (2013): one sigmoid unit whose loss has a wall.

    h_t = σ(w h_{t-1} + b)        h_0 = 0.5        L = (h_T - target)²

For w > 4 the unit has two stable states. On b = -w/2 it stays at 0.5, and beside that line the
distance grows by about w/4 in every step: h_T jumps from the lower state to the upper one, and the
slope of the loss there grows like (w/4)^T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_core.numbers.clipping import by_norm, by_value

H_0 = 0.5
# What is drawn; a descent that leaves it is over.
W_RANGE = (0.0, 8.0)
B_RANGE = (-5.0, 1.0)
MAP_SIZE = (201, 151)  # points in w and in b
SHEET_SIZE = (65, 35)  # points in w, and in b on each side of the wall
BESIDE = 1e-3  # in b, on each side of b = -w/2
A_JUMP = 0.25  # of h_T, within twice that
NEAR = 0.1  # in b: nearer points are on the wall's flank
CLIPS = ("none", "norm", "value")


@dataclass(frozen=True)
class Point:
    """Loss and gradient at (w, b)."""

    loss: float
    dw: float  # ∂L/∂w
    db: float  # ∂L/∂b

    @property
    def norm(self) -> float:
        return math.hypot(self.dw, self.db)


def _sigmoid(z: float) -> float:
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


def gradient(w: float, b: float, steps: int, target: float) -> Point:
    """∂L/∂w and ∂L/∂b by backpropagation through time.

    In plain floats: a loop over scalars costs NumPy ten times as much as Python.
    """
    h = [H_0]
    for _ in range(steps):
        h.append(_sigmoid(w * h[-1] + b))
    error = h[-1] - target
    dw = db = 0.0
    delta = 2.0 * error  # ∂L/∂h_T
    for t in range(steps, 0, -1):
        dz = delta * h[t] * (1.0 - h[t])
        dw += dz * h[t - 1]
        db += dz
        delta = dz * w
    return Point(error * error, dw, db)


# -- the surface


def final_state(w: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """h_T at every (w, b), of their common shape."""
    h = np.full(np.broadcast_shapes(np.shape(w), np.shape(b)), H_0)
    for _ in range(steps):
        np.multiply(h, w, out=h)
        h += b
        np.negative(h, out=h)
        np.exp(h, out=h)  # at most e^13 in the window
        h += 1.0
        np.reciprocal(h, out=h)
    return h


@dataclass(frozen=True)
class Jump:
    """h_T on both sides of b = -w/2, `BESIDE` away: where it jumps, the loss has a wall."""

    low: float
    high: float

    @property
    def wall(self) -> bool:
        """Whether it is one: a slope may be steep, and yet no jump."""
        return self.high - self.low > A_JUMP


def jump(w: float, steps: int) -> Jump:
    """What h_T does across the line on which the unit stays at 0.5, for one w."""
    b = -w / 2.0 + np.array([-BESIDE, BESIDE])
    low, high = final_state(np.array(w), b, steps)
    return Jump(float(low), float(high))


def on_the_wall(w: float, b: float, steps: int) -> bool:
    """Whether (w, b) is where h_T jumps."""
    return abs(b + w / 2.0) < NEAR and jump(w, steps).wall


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss over the window, on a map and on a sheet.

    The map is a plain grid. The sheet's columns run along b with points that crowd towards the
    wall b = -w/2, none of them on it: a plain grid would break the wall into teeth.
    """

    steps: int
    target: float
    w: np.ndarray  # (M,)
    b: np.ndarray  # (N,)
    loss: np.ndarray  # (N, M)
    sheet_w: np.ndarray  # (P,)
    sheet_b: np.ndarray  # (Q, P)
    sheet_loss: np.ndarray  # (Q, P)


@lru_cache(maxsize=1)
def _sheet() -> tuple[np.ndarray, np.ndarray]:
    w = np.linspace(*W_RANGE, SHEET_SIZE[0])
    wall = -w / 2.0
    # From the window's edge to 1e-3 before the wall: evenly at first, then ever closer.
    way = np.linspace(0.0, 1.0, SHEET_SIZE[1])
    way = 1.0 - (1.0 - way) ** 2
    below = B_RANGE[0] + way[:, None] * (wall - 1e-3 - B_RANGE[0])
    above = B_RANGE[1] + way[::-1, None] * (wall + 1e-3 - B_RANGE[1])
    return w, np.concatenate([below, above])


@lru_cache(maxsize=8)
def _states(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """h_T on the map and on the sheet: the target decides only what they cost."""
    w, b = (np.linspace(*span, n) for span, n in zip((W_RANGE, B_RANGE), MAP_SIZE, strict=True))
    sheet_w, sheet_b = _sheet()
    return final_state(w, b[:, None], steps), final_state(sheet_w, sheet_b, steps)


def surface(steps: int, target: float) -> Surface:
    """The loss over the whole window."""
    on_map, on_sheet = _states(steps)
    w, b = (np.linspace(*span, n) for span, n in zip((W_RANGE, B_RANGE), MAP_SIZE, strict=True))
    sheet_w, sheet_b = _sheet()
    return Surface(
        steps, target, w, b, (on_map - target) ** 2, sheet_w, sheet_b, (on_sheet - target) ** 2
    )


# -- descents


@dataclass(frozen=True, eq=False)
class Descent:
    """Gradient descent from one start; index n is the state after n updates.

    clip: "none", "norm" or "value". step: what an update would take from (w, b) here, learning rate
    included; of the last record it is not taken. ended: "updates" (all those asked for are made),
    "left" (the last record is outside the window), or "still" (the gradient is exactly 0).
    """

    clip: str
    limit: float
    learning_rate: float
    w: np.ndarray  # (N + 1,)
    b: np.ndarray  # (N + 1,)
    loss: np.ndarray  # (N + 1,)
    dw: np.ndarray  # (N + 1,) ∂L/∂w, before clipping
    db: np.ndarray  # (N + 1,)
    step: np.ndarray  # (N + 1, 2)
    ended: str

    @property
    def updates(self) -> int:
        return len(self.w) - 1

    @property
    def norm(self) -> np.ndarray:
        """Length of the gradient before clipping (N + 1,)."""
        return np.hypot(self.dw, self.db)

    @property
    def step_length(self) -> np.ndarray:
        """How far an update moves (w, b) (N + 1,)."""
        return np.hypot(*self.step.T)

    @property
    def factor(self) -> np.ndarray:
        """Length after clipping over length before (N + 1,); 1 for a gradient of 0."""
        norm = self.learning_rate * self.norm
        return np.divide(self.step_length, norm, out=np.ones_like(norm), where=norm > 0)

    @property
    def clipped(self) -> np.ndarray:
        """Whether clipping shortens the gradient here (N + 1,) bool."""
        if self.clip == "norm":
            return self.norm > self.limit
        if self.clip == "value":
            return np.maximum(np.abs(self.dw), np.abs(self.db)) > self.limit
        return np.zeros(len(self.w), dtype=bool)

    @property
    def largest_step(self) -> int:
        """The update, from 1, that moved (w, b) furthest; 0 without updates."""
        return int(self.step_length[:-1].argmax()) + 1 if self.updates else 0


def inside(w: float, b: float) -> bool:
    """Whether (w, b) is in the window."""
    return W_RANGE[0] <= w <= W_RANGE[1] and B_RANGE[0] <= b <= B_RANGE[1]


def descend(
    w: float,
    b: float,
    *,
    steps: int,
    target: float,
    learning_rate: float,
    updates: int,
    clip: str = "none",
    limit: float = math.inf,
) -> Descent:
    """(w, b) ← (w, b) - learning rate · clipped gradient, until `updates` are made or it leaves.

    `limit` is the longest norm (clip="norm") or the largest entry (clip="value") that passes.
    """
    if clip not in CLIPS:
        raise ValueError(f"clip must be one of {', '.join(CLIPS)}, got {clip!r}")
    rows = []
    ended = "updates"
    while True:
        at = gradient(w, b, steps, target)
        g = np.array([at.dw, at.db])
        if clip == "norm":
            g = by_norm(g, limit)
        elif clip == "value":
            g = by_value(g, limit)
        step = learning_rate * g
        rows.append((w, b, at.loss, at.dw, at.db, *step))
        if not inside(w, b):
            ended = "left"
        elif not step.any():
            ended = "still"
        if ended != "updates" or len(rows) > updates:
            break
        w, b = w - float(step[0]), b - float(step[1])
    table = np.array(rows)
    ws, bs, losses, dws, dbs = table[:, :5].T
    return Descent(clip, limit, learning_rate, ws, bs, losses, dws, dbs, table[:, 5:], ended)
