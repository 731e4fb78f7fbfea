"""Drawing which parameter feels a gradient: figures as plain dicts."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.cells.called import called, of_gate
from rnn_core.config import RNNConfig
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import count, exact
from rnn_core.studies.felt import Felt, Part
from rnn_core.studies.longer_memory import LongerMemory
from rnn_core.studies.sensitivity import SENSITIVE
from ui.look import colours, plot
from ui.look.norms import hover
from ui.look.typeset import indices

# From the last step to the oldest.
BANDS = ("#aab6ba", "#7fc8bf", "#0d9488", "#1d5c85")
CURVES = (colours.SECOND, colours.LINE, colours.THIRD, colours.FOURTH, "#2b7bba", "#65a30d")


def called_part(part: Part) -> Said:
    """W_h (f); recurrent weights (f)."""
    return of_gate(part.names, part.gate)


def band_name(first: int, last: int) -> str:
    """Lags, in words."""
    if last == 0:
        return "last step"
    return f"{first}–{last} steps back" if last > first else f"{count(first, 'step')} back"


def felt(found: Felt) -> dict:
    """‖∂L/∂θ‖ by parameter and gate as dots, and the shares of its terms by lag as bars."""
    rows = [_typeset(called_part(part)) for part in found.parts]
    norms = np.array([part.log10_norm for part in found.parts])
    shares = 100.0 * np.array([part.by_lag for part in found.parts])
    low, high = _decades(norms)
    traces: list[dict] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": shares[:, k],
            "y": rows,
            "name": band_name(*band),
            "marker": {"color": BANDS[k]},
            "hovertemplate": "%{y}: %{x:.1f} % from %{fullData.name}<extra></extra>",
        }
        for k, band in enumerate(found.bands)
    ]
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": plot.gaps(norms),
            "y": rows,
            "xaxis": "x2",
            "name": _NORM,
            "showlegend": False,
            "marker": {"color": colours.LINE, "size": 9},
            "text": hover(norms),
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    )
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said("share of the terms, %", plain="share of it, %"),
            y_title="",
            columns={"x": "percent_or_log10_norm", "y": "parameter"},
            barmode="stack",
            bargap=0.25,
            showlegend=True,
            margin={"r": 12},
            uirevision=f"felt{len(rows)}",
            xaxis={"domain": [0.44, 1], "range": [0, 100]},
            xaxis2={
                "domain": [0, 0.34],
                "anchor": "y",
                "title": {"text": _NORM, "standoff": 6},
                "zeroline": False,
                **plot.log_axis(low, high, most=3),
            },
            yaxis={
                "anchor": "x2",
                "autorange": "reversed",
                "automargin": True,
                "type": "category",
            },
        ),
    }


_NORM = Said("‖∂L/∂θ‖", plain="size of gradient")


def _typeset(name: Said) -> Said:
    return Said(indices(str(name)), plain=name.plain)


def _decades(log10: np.ndarray, least: int = 2) -> tuple[float, float]:
    """An axis that holds the finite ones, and so many decades at least."""
    finite = log10[np.isfinite(log10)]
    if not finite.size:
        return -1.0, 1.0
    low, high = math.floor(finite.min() - 0.2), math.ceil(finite.max() + 0.2)
    return float(low), float(max(high, low + least))


def longer_memory(found: LongerMemory, config: RNNConfig) -> dict:
    """‖∂L/∂θ‖ by parameter over the cell's knob, its law, and κ; where the knob stands."""
    knob = found.knob
    x = _along(found, found.values)
    traces = []
    for k, (names, curve) in enumerate(found.log10_norms.items()):
        colour, name = CURVES[k % len(CURVES)], _typeset(called(names))
        traces.append(
            _curve(x, curve, found, name, colour, 2.5)
            | {"mode": "lines+markers", "marker": {"size": 5, "color": colour}}
        )
        if names in found.log10_law:
            law = name + alike(", law")
            dashed = _curve(x, found.log10_law[names], found, law, colour, 1.5, "dash")
            traces.append(dashed | {"showlegend": False})
    kappa = Said("κ, sensitive from 100 on", plain="sensitivity; at 100, 1 % moves it all")
    traces.append(_curve(x, found.log10_kappa, found, kappa, colours.GUIDE, 1.5, "dot"))
    sensitive = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": SENSITIVE,
        "y1": SENSITIVE,
        "line": {"color": colours.GUIDE, "width": 1, "dash": "longdash"},
        "opacity": 0.6,
    }
    here = [
        plot.upright(float(_along(found, np.array([v]))[0]), colours.GUIDE, "dot")
        for v in sorted(set(knob.at(config)))
    ]
    edge = 0.04 * float(x[-1] - x[0])
    ticks = {} if _straight(found) else _ticks(x, found.values)
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=knob.label,
            y_title=_NORM,
            columns={"x": _COLUMN[_straight(found), knob.near_one], "y": "log10"},
            xaxis={"range": [float(x[0]) - edge, float(x[-1]) + edge], **ticks},
            yaxis=plot.log_axis(*_decades(np.concatenate([t["y"] for t in traces]), 4)),
            shapes=[sensitive, *here],
            showlegend=True,
            uirevision=f"knob{knob.label}",
        ),
    }


_COLUMN = {
    (True, False): "knob",
    (False, True): "minus_log10_of_1_minus_knob",
    (False, False): "log10_of_knob",
}


def _straight(found: LongerMemory) -> bool:
    return not (found.knob.near_one or found.knob.settings[0].log)


def _along(found: LongerMemory, values: np.ndarray) -> np.ndarray:
    """Where values stand on the axis: by how near 1 they are, by logarithm, or as they are."""
    if found.knob.near_one:
        return -np.log10(1.0 - values)
    return np.log10(values) if found.knob.settings[0].log else values


def _ticks(x: np.ndarray, values: np.ndarray) -> dict:
    return {
        "tickmode": "array",
        "tickvals": x[::2],
        "ticktext": [exact(float(v)) for v in values[::2]],
    }


def _curve(
    x: np.ndarray,
    log10: np.ndarray,
    found: LongerMemory,
    name: str,
    colour: str,
    width: float,
    dash: str | None = None,
) -> dict:
    at = [exact(float(v)) for v in found.values]
    said = [f"at {v}: {n}" for v, n in zip(at, hover(log10), strict=True)]
    return plot.line(
        x,
        plot.gaps(log10),
        name,
        colour,
        width,
        dash,
        text=said,
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
    )
