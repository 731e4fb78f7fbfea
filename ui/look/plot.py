"""The base of every figure: axes, lines, bands, heat maps, as plain dictionaries."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.spoken import power_of_ten
from ui.look.colours import COLOUR_DECADES, FLOW_SCALE, colour_scale

UNITS_SHOWN = 64

# One time axis for the picture and every chart under it: step t stands at the same x.
MARGIN_LEFT, MARGIN_RIGHT = 64, 24


def decade_ticks(low: float, high: float, most: int = 8) -> tuple[np.ndarray, list[str]]:
    """Tick positions on a log₁₀ axis and their labels as powers of ten."""
    step = next(
        (s for s in (1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 500, 1000) if (high - low) / s <= most),
        2000,
    )
    ticks = np.arange(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)
    return ticks, [power_of_ten(int(t)) for t in ticks]


def log_axis(low: float, high: float, most: int = 8) -> dict:
    """An axis of log₁₀ from low to high, its ticks written as powers of ten."""
    ticks, labels = decade_ticks(low, high, most)
    return {"range": [low, high], "tickmode": "array", "tickvals": ticks, "ticktext": labels}


def axis(title: str, *, standoff: int = 4, **more) -> dict:
    """An axis with its title and without a zero line."""
    return {"title": {"text": title, "standoff": standoff}, "zeroline": False, **more}


def layout(
    *, x_title: str, y_title: str, columns: dict[str, str], seq_len: int | None = None, **more
) -> dict:
    """The base layout of a figure; with `seq_len` its x axis is the shared time axis.

    `columns` names x, y (and z) in the CSV that the chart saves.
    """
    base = {
        "meta": {"columns": columns},
        "margin": {"l": MARGIN_LEFT, "r": MARGIN_RIGHT, "t": 8, "b": 40},
        "showlegend": False,
        "hovermode": "closest",
        "uirevision": "keep",
        "xaxis": axis(x_title, standoff=6),
        "yaxis": axis(y_title),
    }
    if seq_len is not None:
        base["xaxis"]["range"] = [0.5, seq_len + 0.5]
        base["xaxis"].update(_time_ticks(seq_len))
        # A new length is a new time axis: a zoom made on the old one has lost its meaning.
        base["uirevision"] = f"T{seq_len}"
    for key, value in more.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) else value
    return base


def over_steps(
    traces: list[dict], T: int, *, columns: dict[str, str], x_title: str = "step t", **more
) -> dict:
    """A figure over the shared time axis; `more` is for its `layout`."""
    columns = {"x": "step", **columns}
    return {"data": traces, "layout": layout(x_title=x_title, columns=columns, seq_len=T, **more)}


def _time_ticks(T: int) -> dict:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200) if T / s <= 12)
    ticks = [1, *range(step, T + 1, step)] if step > 1 else list(range(1, T + 1))
    if T - ticks[-1] > step / 2:
        ticks.append(T)
    elif ticks[-1] != T and len(ticks) > 1:
        ticks[-1] = T
    return {"tickmode": "array", "tickvals": ticks, "ticktext": [str(t) for t in ticks]}


# -- what figures are made of


def gaps(values: np.ndarray) -> np.ndarray:
    """What is not finite as a gap."""
    return np.where(np.isfinite(values), values, np.nan)


def line(x, y, name: str, colour: str, width: float, dash: str | None = None, **more) -> dict:
    """A line; `more` is what else its trace has."""
    stroke = {"color": colour, "width": width} | ({"dash": dash} if dash else {})
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": stroke} | more


# A trace that the chart is about: while a slider moves, it stands there pale as it was before
# (static/live/chart/before.js).
OWN = {"meta": {"own": True}}


def band(x: np.ndarray, low: np.ndarray, high: np.ndarray, name: str, colour: str) -> dict:
    """The room between two curves, filled."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "name": name,
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def heat(z: np.ndarray, **more) -> dict:
    """A heat map of log₁₀ relative to the loss end, in the colours of the gradient."""
    ticks = [round(ratio) for ratio, _ in FLOW_SCALE]
    texts = [power_of_ten(v) for v in ticks]
    # Plotly clamps here, where the river's colour goes on.
    texts[0], texts[-1] = f"≤ {texts[0]}", f"≥ {texts[-1]}"
    return {
        "type": "heatmap",
        "z": z,
        "zmin": -COLOUR_DECADES,
        "zmax": COLOUR_DECADES,
        "colorscale": colour_scale(),
        "colorbar": {
            "thickness": 10,
            "x": 1.0,
            "tickvals": ticks,
            "ticktext": texts,
        },
        "hoverongaps": False,
        **more,
    }


def upright(x: float, colour: str, dash: str, width: float = 1.5) -> dict:
    """A vertical line over the whole height, as a shape."""
    return {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": x,
        "x1": x,
        "line": {"color": colour, "width": width, "dash": dash},
    }


def spread_out(order: np.ndarray) -> np.ndarray:
    """UNITS_SHOWN of the sorted units at most, evenly."""
    return order[evenly(len(order), UNITS_SHOWN)]
