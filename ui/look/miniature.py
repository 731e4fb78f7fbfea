"""Small pictures for the buttons of scenes: the river, curves, or a grid, as SVG.

Pure functions of numbers. Colours are those of ui/look/colours.py, which do on light and on dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rnn_core.numbers.evenly import evenly
from ui.look.colours import COLOUR_DECADES, FLOW_SCALE, GUIDE

WIDTH, HEIGHT = 92, 24
_POINTS = 24  # of a river or a curve
_STOPS = 9  # of a river's colour
# A river's width, as in static/live/core/scale.js: at the loss end, as good as gone, and at most.
_MID, _HAIRLINE, _SWELL = 9.0, 1.5, 2.4


def colour(log10: float) -> str:
    """What the gradient's size relative to the loss end looks like, #rrggbb."""
    at, scale = zip(*FLOW_SCALE, strict=True)
    channels = [[int(hexes[i : i + 2], 16) for hexes in scale] for i in (1, 3, 5)]
    r = float(np.clip(np.nan_to_num(log10), -COLOUR_DECADES, COLOUR_DECADES))
    return "#" + "".join(f"{round(float(np.interp(r, at, c))):02x}" for c in channels)


def river(log10: np.ndarray) -> str:
    """The gradient on its way back, the loss at the right: log₁₀ of its size relative to there
    (T,), -inf where nothing flows."""
    r = np.nan_to_num(_thinned(np.asarray(log10, dtype=float)), nan=-np.inf, neginf=-np.inf)
    share = np.clip(r / COLOUR_DECADES, -1.0, 1.0)
    narrow = _MID + (_MID - _HAIRLINE) * share
    wide = np.where(share < 0, narrow, _MID * (1 + (_SWELL - 1) * share))
    half = np.where(np.isneginf(r), 0.0, wide) / 2
    x = np.linspace(0.0, WIDTH, len(r))
    middle = HEIGHT / 2
    bank = [*zip(x, middle - half, strict=True)]
    other = [*zip(x[::-1], middle + half[::-1], strict=True)]
    stops = "".join(
        f"<stop offset='{at:.2f}' stop-color='{colour(np.interp(at, x / WIDTH, r))}'/>"
        for at in np.linspace(0.0, 1.0, _STOPS)
    )
    dry = ""
    if np.isneginf(r).any():  # the bed, where nothing flows
        dry = f"<path stroke='{GUIDE}' stroke-dasharray='3 3' d='M0 {middle:.0f}H{WIDTH}'/>"
    return _svg(
        f"{dry}<linearGradient id='g'>{stops}</linearGradient>"
        f"<path fill='url(#g)' d='{_path([*bank, *other])}Z'/>"
    )


def curves(lines: Iterable[tuple[np.ndarray, str]], low: float, high: float) -> str:
    """Curves over the same axis from `low` to `high`, each with its colour; the later ones lie over
    the earlier ones."""
    drawn = []
    for values, ink in lines:
        y = _thinned(np.asarray(values, dtype=float), WIDTH // 2)
        y = np.clip(np.nan_to_num(y, nan=high, posinf=high, neginf=low), low, high)
        places = zip(
            np.linspace(1.0, WIDTH - 1.0, len(y)),
            HEIGHT - 1.5 - (y - low) / (high - low) * (HEIGHT - 3),
            strict=True,
        )
        drawn.append(f"<path stroke='{ink}' d='{_path([*places])}'/>")
    floor = f"<path stroke='{GUIDE}' stroke-width='.5' d='M0 {HEIGHT - 0.5}H{WIDTH}'/>"
    return _svg(f"<g fill='none' stroke-width='1.6'>{floor}{''.join(drawn)}</g>")


def grid(rows: Sequence[Sequence[float]]) -> str:
    """A square for each number, coloured as a gradient of that log₁₀ size is."""
    high, wide = HEIGHT / len(rows), WIDTH / max(len(row) for row in rows)
    squares = "".join(
        f"<path fill='{colour(value)}' d='M{j * wide + 0.3:.1f} {i * high + 0.3:.1f}"
        f"h{wide - 0.6:.1f}v{high - 0.6:.1f}h{0.6 - wide:.1f}Z'/>"
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
    )
    return _svg(squares)


def _thinned(values: np.ndarray, most: int = _POINTS) -> np.ndarray:
    """At most so many of the values, the ends among them."""
    return values[evenly(len(values), most)]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _svg(inside: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' "
        f"viewBox='0 0 {WIDTH} {HEIGHT}'>{inside}</svg>"
    )
