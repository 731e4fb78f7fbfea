"""The look: colours that mean one thing everywhere, number formats, and the base of every figure.

Colour is log₁₀ of the gradient relative to the loss end, on an absolute scale: deep blue is gone,
neutral is flowing, orange-red is exploding. It ends at ±7 decades because float32's relative eps
is 1.2e-7: below that, a term no longer changes the sum it is added to.
"""

from __future__ import annotations

import html
import math
import re

import numpy as np

COLOUR_DECADES = 7.0
# (log₁₀ ratio, colour); safe for the common kinds of colour blindness.
FLOW_SCALE = (
    (-7.0, "#08519c"),
    (-3.0, "#6baed6"),
    (0.0, "#8c8f94"),
    (3.0, "#fc8d59"),
    (7.0, "#d7301f"),
)
KIND_COLOURS = {"vanishing": "#2b7bba", "flowing": "#6f757d", "exploding": "#d7301f"}

# Lines that are not gradients: readable on the light and on the dark background.
LINE = "#0d9488"  # the accent: what the page is about
GUIDE = "#8c8f94"
SECOND = "#b7791f"
THIRD = "#8b5cf6"
FOURTH = "#be185d"

# One colour for each architecture; those of the usual six stay apart for the common kinds of colour
# blindness, where attention's line is dashed.
CELL_COLOURS = {
    "vanilla": "#0d9488",
    "irnn": "#7a9a1f",
    "residual": "#c98a04",
    "leaky": "#a8682a",
    "layer_norm": "#a86cc9",
    "gru": "#8b5cf6",
    "lstm": "#c2256b",
    "lru": "#2f8fe0",
    "attention": "#8c8f94",
}

# One time axis for the picture and every chart under it: step t stands at the same x.
MARGIN_LEFT, MARGIN_RIGHT = 64, 24

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


# Letters with an index, as the texts write them: W_h, σ_max, δ_{t−1}.
_INDEXED = re.compile(r"\b([WhxzδλJLybσsc])_(?:\{([^}]+)\}|(max|[a-zA-Z0-9])(?![a-zA-Z0-9]))")


def indices(text: str) -> str:
    """Indices (W_h, δ_{t−1}) as <sub> and exponents (ρ^k) as <sup>; nothing else is touched."""
    text = _INDEXED.sub(lambda m: f"{m[1]}<sub>{m[2] or m[3]}</sub>", text)
    return text.replace("^k", "<sup>k</sup>")


def typeset(text: str) -> str:
    """Plain text as HTML: escaped, with `indices`."""
    return indices(html.escape(text))


def colour_scale() -> list[list]:
    """FLOW_SCALE as a Plotly colour scale on [-7, 7]."""
    return [[(r + COLOUR_DECADES) / (2 * COLOUR_DECADES), colour] for r, colour in FLOW_SCALE]


def power_of_ten(exponent: int) -> str:
    """10⁻⁸; 1 for exponent 0."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPT)


def from_log10(log10: float, digits: int = 3) -> str:
    """The number 10^log10 in words: 0.0123, 3.1·10⁻⁸, 0 for -inf."""
    if math.isnan(log10):
        return "–"
    if log10 == -math.inf:
        return "0"
    if log10 == math.inf:
        return "∞"
    if -2.9999 <= log10 < 4:
        return plain(10.0**log10, digits)
    exponent = math.floor(log10)
    mantissa = f"{10 ** (log10 - exponent):.{max(digits - 2, 0)}f}"
    if mantissa.startswith("10"):
        exponent, mantissa = exponent + 1, f"{1:.{max(digits - 2, 0)}f}"
    return f"{mantissa}·{power_of_ten(exponent)}"


def plain(value: float, digits: int = 3) -> str:
    """A number to `digits` significant digits, as a power of ten where it is small."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if abs(value) < 1e-3:
        return ("−" if value < 0 else "") + from_log10(math.log10(abs(value)), digits)
    rounded = float(f"{value:.{digits - 1}e}")  # first, since rounding may add a digit in front
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:.{decimals}f}"


def signed(value: float) -> str:
    """An exponent to three decimals, with a real minus; never a negative zero."""
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if abs(value) < 5e-4:
        return "0.000"
    return f"{'−' if value < 0 else ''}{abs(value):.3f}"


def factor(value: float) -> str:
    """×0.87 per step; more digits close to 1, where they decide."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "×0"
    if abs(value - 1) < 0.05:
        return f"×{value:.3f}"
    return f"×{from_log10(math.log10(value))}" if value < 0.1 or value >= 100 else f"×{value:.2f}"


def steps(value: float) -> str:
    """A number of steps: 5.0, 0.24, 1,200; 'over 10,000' where the curve is flat."""
    if not math.isfinite(value) or value > 10_000:
        return "over 10,000"
    return f"{value:,.0f}" if value >= 100 else plain(value, 2) if value < 10 else f"{value:.0f}"


def percent(share: float) -> str:
    """A share in percent: never 0 % or 100 % for what is only nearly so."""
    value = 100 * share
    if 0 < value < 0.1:
        return "under 0.1 %"
    if 99.9 < value < 100:
        return "over 99.9 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def count(number: int, noun: str) -> str:
    """1 step, 2 steps."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"


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
            "ticktext": [power_of_ten(v) for v in ticks],
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
