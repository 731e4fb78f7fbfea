"""Small pictures as SVG text: a curve of log₁₀ norms, a strip of steps, a map of training × step.

Colours are those of the app: log₁₀ of the gradient relative to the loss end, blue for gone, grey
for what flows, orange-red for exploded. What is drawn in the colours of the page takes its classes
from report.css.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from rnn_core.numbers.evenly import evenly

# (log₁₀ ratio, red, green, blue)
STOPS = (
    (-7.0, 8, 81, 156),
    (-3.0, 107, 174, 214),
    (0.0, 140, 143, 148),
    (3.0, 252, 141, 89),
    (7.0, 215, 48, 31),
)
NOTHING = "none"  # where there is no step
ZERO = "#08306b"  # exactly 0
WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 26
COLUMNS = 100  # of a map at most, and as many steps of a strip
ROWS = 40


def colour(log10_ratio: float) -> str:
    """#rrggbb."""
    if math.isnan(log10_ratio):
        return NOTHING
    if log10_ratio == -math.inf:
        return ZERO
    at = np.array([stop[0] for stop in STOPS])
    parts = [np.interp(log10_ratio, at, [stop[k] for stop in STOPS]) for k in (1, 2, 3)]
    return "#" + "".join(f"{round(float(part)):02x}" for part in parts)


def lines(
    curves: Sequence[tuple[str, np.ndarray]],
    first: int,
    label: str,
    unit: str,
    ends: tuple[str, str],
) -> str:
    """Curves (N,) over first … first+N-1: the first one thick, the rest thin. Only what is finite
    is drawn."""
    drawn = np.concatenate([values[np.isfinite(values)] for _, values in curves])
    if not drawn.size:
        return f"<p>{escape(label)}: nothing to draw.</p>"
    low, high = float(drawn.min()), float(drawn.max())
    room = max(1.0 - (high - low), 0.0) / 2 if unit == "log" else (high - low or 1.0) * 0.02
    low, high = low - room, high + room
    n = max(len(values) for _, values in curves)

    def x(k: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (k / max(n - 1, 1))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = []
    for value in _ticks(low, high):
        text = _power(value) if unit == "log" else f"{value:g}".replace("-", "−")
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" '
            f'y2="{y(value):.1f}"/><text x="{LEFT - 6}" y="{y(value) + 4:.1f}" '
            f'text-anchor="end">{text}</text>'
        )
    for k, (name, values) in reversed(list(enumerate(curves))):
        runs: list[list[str]] = [[]]
        for t, value in enumerate(values):
            if np.isfinite(value):
                runs[-1].append(f"{x(t):.1f},{y(float(value)):.1f}")
            elif runs[-1]:
                runs.append([])
        for run in filter(None, runs):
            kind = "main" if k == 0 else "other"
            points = " ".join(run if len(run) > 1 else run * 2)
            parts.append(
                f'<polyline class="{kind}" points="{points}"><title>{escape(name)}</title>'
                "</polyline>"
            )
    foot = HEIGHT - 8
    parts.append(
        f'<text x="{LEFT}" y="{foot}">{escape(ends[0])}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{foot}" text-anchor="end">{escape(ends[1])}</text>'
    )
    return _svg(WIDTH, HEIGHT, label, "".join(parts))


def strip(ratios: np.ndarray, label: str) -> str:
    """The steps in a row (T,), each in the colour of its log₁₀ ratio, the loss end at the right;
    its height is what is left, from a hair to the full band."""
    values = _thinned(ratios)
    width = (WIDTH - 20) / len(values)
    parts = []
    for k, value in enumerate(values):
        size = 4 + 40 * min(max(1 + (0.0 if math.isnan(value) else value) / 7, 0.0), 1.0)
        size = 2 if value == -math.inf else size
        parts.append(
            f'<rect x="{10 + k * width:.2f}" y="{24 - size / 2:.1f}" width="{width * 0.92:.2f}" '
            f'height="{size:.1f}" fill="{colour(float(value))}"/>'
        )
    return _svg(WIDTH, 48, label, "".join(parts))


def grid(rows: Sequence[np.ndarray], names: Sequence[str], label: str) -> str:
    """One row a record, one column a step, the loss end at the right."""
    chosen = evenly(len(rows), ROWS)
    thin = [_thinned(rows[k]) for k in chosen]
    columns = max(len(row) for row in thin)
    wide, high = (WIDTH - LEFT - RIGHT) / columns, max(6.0, 160 / len(chosen))
    parts = []
    for r, row in enumerate(thin):
        shift = columns - len(row)  # by their loss ends
        for k, value in enumerate(row):
            parts.append(
                f'<rect x="{LEFT + (k + shift) * wide:.2f}" y="{TOP + r * high:.1f}" '
                f'width="{wide + 0.2:.2f}" height="{high + 0.2:.1f}" '
                f'fill="{colour(float(value))}"/>'
            )
    for r in sorted({0, len(thin) - 1}):
        parts.append(
            f'<text x="{LEFT - 6}" y="{TOP + (r + 0.5) * high + 4:.1f}" text-anchor="end">'
            f"{escape(names[chosen[r]])}</text>"
        )
    height = TOP + high * len(thin) + 22
    parts.append(
        f'<text x="{WIDTH - RIGHT}" y="{height - 6:.0f}" text-anchor="end">loss end</text>'
    )
    return _svg(WIDTH, round(height), label, "".join(parts))


def _svg(width: int, height: int, label: str, inside: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f"{inside}</svg>"
    )


def _thinned(values: np.ndarray) -> np.ndarray:
    """At most COLUMNS of them, evenly spaced, first and last among them."""
    return values[evenly(len(values), COLUMNS)]


def _ticks(low: float, high: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10((high - low) / 2))
    for times in (1, 2, 5, 10, 20):
        if (high - low) / (step * times) <= 5:
            step *= times
            break
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _power(value: float) -> str:
    shown = f"{value:g}".replace("-", "−")
    return f'10<tspan dy="-4" font-size="9">{shown}</tspan>'
