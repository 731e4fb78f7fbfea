"""Drawing: several architectures on one log chart, the LSTM's two paths, and gates as heat maps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.said import Said
from rnn_core.studies.architectures import Compared, Comparison
from rnn_core.studies.lstm_paths import LstmPaths
from ui.architectures import words
from ui.look import colours, plot
from ui.look.norms import norm_line
from ui.look.plot import spread_out
from ui.look.typeset import indices

# The axis grows in fixed steps and so keeps still while a slider moves; the first seven it takes
# by itself. A curve that goes on leaves the chart, and the others stay readable.
_LOWS = (
    -2,
    -4,
    -6,
    -8,
    -10,
    -12,
    -16,
    -24,
    -40,
    -80,
    -160,
    -320,
    -640,
    -1280,
    -2560,
    -5120,
    -10240,
)
_HIGHS = (1, 2, 3, 4, 5, 6, 8, 16, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)
_OWN_STEPS = 7
_LABEL_GAP = 0.075  # of the axis, between two labels
LABEL_MARGIN = 82  # pixels, for the longest of them


def norms(comparison: Comparison, *, bands: bool, whole: bool) -> dict:
    """‖∂L/∂s_t‖ by step, a line and a band for each cell, its name at the end of the line.

    Of what the last loss alone sends back; where every step has a loss, the totals are dotted.
    """
    T = comparison.config.seq_len
    t = np.arange(1, T + 1)
    bands = bands and comparison.seeds > 1
    low, high = window(comparison, whole=whole)
    traces = []
    for cell in comparison.cells if bands else ():
        traces.append(_band(t, cell, low))
    for cell in comparison.cells:
        traces.append(
            norm_line(
                t,
                cell.spread.median,
                cell.about.label,
                cell.about.colour,
                cell.about.line_width,
                cell.about.dash or None,
            )
            | plot.OWN
        )
    if comparison.config.loss_at == "every":
        for cell in comparison.cells:
            name = f"{cell.about.label}, total"
            traces.append(norm_line(t, cell.total, name, cell.about.colour, 1, "dot"))
    traces += _labels(comparison, low, high)
    return plot.over_steps(
        traces,
        T,
        y_title=Said(indices(words.norm(comparison)), plain=words.norm(comparison).plain),
        columns={"y": "log10_norm"},
        # Between the numbers and the lines stand the names.
        yaxis={"ticklabelstandoff": LABEL_MARGIN, **plot.log_axis(low, high)},
        margin={"l": plot.MARGIN_LEFT + LABEL_MARGIN, "r": plot.MARGIN_RIGHT},
    )


def window(comparison: Comparison, *, whole: bool) -> tuple[float, float]:
    """The range of the log₁₀ axis."""
    values = np.concatenate([cell.spread.median for cell in comparison.cells])
    if comparison.config.loss_at == "every":
        values = np.concatenate([values, *(cell.total for cell in comparison.cells)])
    finite = values[np.isfinite(values)]
    lowest, highest = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    lows, highs = (_LOWS, _HIGHS) if whole else (_LOWS[:_OWN_STEPS], _HIGHS[:_OWN_STEPS])
    low = next((v for v in lows if v <= lowest - 0.3), lows[-1])
    high = next((v for v in highs if v >= highest + 0.3), highs[-1])
    return float(low), float(high)


def _band(t: np.ndarray, cell: Compared, floor: float) -> dict:
    """A band over the seeds; one that falls to exactly 0 goes down to the floor of the chart."""
    low, high = cell.spread.low, cell.spread.high
    known = np.isfinite(high)
    low = np.where(np.isfinite(low), low, floor)
    red, green, blue = (int(cell.about.colour[k : k + 2], 16) for k in (1, 3, 5))
    return plot.band(
        t[known],
        low[known],
        high[known],
        f"{cell.about.label}, 10–90 % of seeds",
        f"rgba({red},{green},{blue},0.16)",
    )


def _labels(comparison: Comparison, low: float, high: float) -> list[dict]:
    """Each cell's name in the margin beside step 1, at the height of its line; none on another."""
    gap = _LABEL_GAP * (high - low)
    places = []
    for cell in comparison.cells:
        start = float(cell.spread.median[0])
        arrow = " ↓" if start < low else " ↑" if start > high else ""
        inside = float(np.clip(start, low + gap / 3, high - gap / 3))
        places.append([inside, cell.about.short + arrow, cell])
    places.sort(key=lambda place: -place[2].spread.median[0])
    # From the top down each makes room for the next, then from the bottom up for the axis.
    for above, place in pairwise(places):
        place[0] = min(place[0], above[0] - gap)
    floor = low + gap / 3
    for place in reversed(places):
        place[0] = max(place[0], floor)
        floor = place[0] + gap
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": np.array([0.5]),
            "y": np.array([y]),
            "text": [f"{text} "],
            "textposition": "middle left",
            "textfont": {"color": cell.about.colour, "size": 12.5},
            "cliponaxis": False,
            "name": cell.about.label,
            "hoverinfo": "skip",
        }
        for y, text, cell in sorted(places, key=lambda place: comparison.names.index(place[2].cell))
    ]


# -- the LSTM's two paths


_PRODUCT = Said("product of forget gates Π f", plain="by the forget gates alone")


def paths(found: LstmPaths) -> dict:
    """Gradient of the last loss: whole, by the forget gates alone, by everything else; and Π f."""
    T = found.config.seq_len
    t = np.arange(1, T + 1)
    whole = found.about.colour
    lines = [
        (_PRODUCT, found.law, colours.GUIDE, 1.75, "dot"),
        ("direct path", found.direct, colours.SECOND, 2.25, None),
        ("the gradient", found.total, whole, 3.5, None),
        ("the rest", found.rest, colours.LINE, 1.75, "dash"),
    ]
    traces = [
        norm_line(t, np.median(values, axis=1), name, colour, width, dash)
        for name, values, colour, width, dash in lines
    ]
    values = np.concatenate([trace["y"] for trace in traces])
    finite = values[np.isfinite(values)]
    low = float(next((v for v in _LOWS if v <= finite.min(initial=0.0) - 0.3), 2 * _LOWS[-1]))
    high = float(next((v for v in _HIGHS if v >= finite.max(initial=0.0) + 0.3), 2 * _HIGHS[-1]))
    return plot.over_steps(
        traces,
        T,
        y_title=Said("‖∂L<sub>T</sub>/∂s<sub>t</sub>‖", plain="size of the gradient"),
        columns={"y": "log10_norm"},
        yaxis=plot.log_axis(low, high),
        showlegend=True,
    )


# -- gates


def gates(flow: GradientFlow) -> dict:
    """The gates of a cell as heat maps, units × time, one under the other on one time axis.

    Of the typical sequence; units sorted by the mean of the gate that keeps the state, the same
    order in every map; a gate of another number of rows, as α of a matrix, by its own.
    """
    T, b = flow.config.seq_len, flow.typical_sequence
    maps, called = words.gate_maps(flow), words.gate_names(flow)
    first = next(iter(maps.values()))
    by = flow.config.cell_used.kept.by
    height = (1.0 - 0.04 * (len(maps) - 1)) / len(maps)
    traces, axes = [], {}
    for k, (name, gate) in enumerate(maps.items()):
        same = gate.shape == first.shape
        order = spread_out(np.argsort((first if same else gate)[:, b].mean(axis=0)))
        top = 1.0 - k * (height + 0.04)
        suffix = "" if k == 0 else str(k + 1)
        axes[f"yaxis{suffix}"] = {
            "domain": [max(top - height, 0.0), top],
            "range": [0.5, len(order) + 0.5],
            "title": {"text": Said(f"gate {name}", plain=called[name]), "standoff": 4},
            "tickmode": "array",
            "tickvals": sorted({1, len(order)}),
            "zeroline": False,
        }
        traces.append(
            {
                "type": "heatmap",
                "x": np.arange(1, T + 1),
                "y": np.arange(1, len(order) + 1),
                "z": gate[:, b].T[order],
                "yaxis": f"y{suffix}",
                "zmin": 0.0,
                "zmax": 1.0,
                "colorscale": [[0, "#08306b"], [0.5, "#6baed6"], [1, "#f3efe6"]],
                "showscale": k == 0,
                "colorbar": {
                    "thickness": 10,
                    "x": 1.0,
                    "tickvals": [0, 0.5, 1],
                    "ticktext": ["shut 0", "½", "open 1"],
                },
                "customdata": np.repeat((order + 1)[:, None], T, axis=1),
                "hovertemplate": (f"{by} %{{customdata}}, " if len(order) > 1 else "")
                + "step %{x}: "
                + Said(f"{name} = ", plain="open to ")
                + "%{z:.3g}<extra></extra>",
                "name": Said(f"gate {name}", plain=called[name]),
            }
        )
    return plot.over_steps(
        traces,
        T,
        y_title="",
        columns={"y": f"{by}_sorted", "z": "gate"},
        margin={"r": 72},
        xaxis={"anchor": f"y{len(maps)}"},  # the time axis hangs on the lowest map
        **axes,
    )
