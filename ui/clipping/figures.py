"""Drawing clipping and truncation: the terrain and its paths, vectors, thresholds, windows."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.numbers import spoken
from rnn_core.numbers.said import PLAIN, Said, at
from rnn_core.studies.cliff import B_RANGE, W_RANGE, Descent, Surface
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import ByThreshold, Clipped
from ui.clipping import words
from ui.look import colours, plot

COLOURS = {"none": colours.SECOND, "norm": colours.LINE, "value": colours.THIRD}
DASHES = {"none": "", "norm": "", "value": "7 4"}
FLOOR = -4.0  # log₁₀ of the lowest loss drawn
_TOP = 1.05
COSINE = Said("cosine", plain="direction kept")
DWELL_FROM = 1.0  # ‖g‖ from which the play waits before the largest step


# -- the cliff


def terrain(surface: Surface, *, log: bool) -> dict:
    """The loss over the window as `live.cliff` draws it."""
    highest = max(surface.target, 1.0 - surface.target) ** 2
    z, sheet = surface.loss, surface.sheet_loss
    if log:
        z, sheet = (np.log10(np.maximum(v, 10.0**FLOOR)) for v in (z, sheet))
        low, high, size = FLOOR, 0.0, 0.5
        ticks = [[float(e), spoken.power_of_ten(e)] for e in range(int(FLOOR), 1)]
    else:
        low, high = 0.0, highest * _TOP
        size = 0.04
        step = 0.1 if high < 0.6 else 0.2
        ticks = [[k * step, f"{k * step:.1f}"] for k in range(1, int(high / step) + 1)]
    return {
        "id": f"T{surface.steps} target{surface.target:g} log{log}",
        "w": surface.w,
        "b": surface.b,
        "z": z,
        "sheet_w": surface.sheet_w,
        "sheet_b": surface.sheet_b,
        "sheet_z": sheet,
        "window": [list(W_RANGE), list(B_RANGE)],
        "z_range": [low, high],
        "z_ticks": ticks,
        "levels": [low + size, high, size],
        "log": log,
    }


def paths(found: dict[str, Descent], summary: str, most: int) -> dict:
    """The descents as `live.cliff` draws them."""
    free = found["none"]
    dwell = free.largest_step - 1 if free.updates and free.norm.max() > DWELL_FROM else None
    return {
        "most": most,
        "updates": max(d.updates for d in found.values()),
        "dwell": dwell,
        "summary": summary,
        "paths": [
            {
                "kind": kind,
                "name": words.NAMES[kind],
                "colour": COLOURS[kind],
                "dash": DASHES[kind],
                "w": d.w,
                "b": d.b,
                "loss": d.loss,
                "norm": d.norm,
                "step": d.step_length,
                "factor": d.factor,
                "clipped": d.clipped,
                "left": d.ended == "left",
                "end": words.end(d),
                "letters": [Said("L", plain="loss"), Said("‖g‖", plain="gradient")],
            }
            for kind, d in found.items()
        ],
    }


# -- vectors

# The guides.
BY_NORM = Said("by norm: ‖g‖ ≤ threshold", plain="by norm: as long as the threshold")
BY_VALUE = Said(
    "by value: every |g<sub>i</sub>| ≤ threshold", plain="by value: each entry at the threshold"
)


def vectors(ways: dict[str, np.ndarray], limit: float) -> dict:
    """The raw gradient and both clipped ones, with the circle and the square of the threshold."""
    reach = words.reach(ways, limit)
    turn = np.linspace(0.0, 2.0 * np.pi, 121)
    side = limit * np.array([-1.0, 1.0, 1.0, -1.0, -1.0])
    guides = [
        (BY_NORM, limit * np.cos(turn), limit * np.sin(turn), "norm"),
        (BY_VALUE, side, np.roll(side, -1), "value"),
    ]
    traces = [
        plot.line(x, y, name, COLOURS[kind], 1.5, "dot", hoverinfo="skip")
        for name, x, y, kind in guides
    ]
    for kind, name, width in (
        ("none", "raw gradient", 3.0),
        ("value", "clipped by value", 4.0),
        ("norm", "clipped by norm", 4.0),
    ):
        v = ways[kind]
        size = float(np.linalg.norm(v))
        cut = reach / float(np.abs(v).max()) if size and np.abs(v).max() > reach else 1.0
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": np.array([0.0, v[0] * cut]),
                "y": np.array([0.0, v[1] * cut]),
                "name": name,
                "line": {"color": COLOURS[kind], "width": width},
                "marker": {
                    "color": COLOURS[kind],
                    "size": [0, 13 if size else 0],
                    "symbol": "arrow",
                    "angleref": "previous",
                },
                "cliponaxis": True,
                "meta": {"name": name},
                "hovertemplate": f"{name}: ({words.number(v[0])}, {words.number(v[1])}), length "
                f"{words.number(size)}<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said("∂L/∂w", plain="gradient for w"),
            y_title=Said("∂L/∂b", plain="gradient for b"),
            columns={"x": "dL_dw", "y": "dL_db"},
            xaxis={"range": [-reach, reach], "zeroline": True},
            yaxis={"range": [-reach, reach], "zeroline": True, "scaleanchor": "x"},
            showlegend=True,
            uirevision=f"{reach:.3g}",
        ),
    }


# -- thresholds


def thresholds(found: ByThreshold, log10_norm: float, limit: float) -> dict:
    """Length and cosine after clipping, by norm and by value, for every threshold."""
    low, high = float(found.log10_limits[0]), float(found.log10_limits[-1])
    texts = [spoken.from_log10(v) for v in found.log10_limits]
    traces = []
    for kind, cosines, lengths in (
        ("norm", found.norm_cosine, found.log10_norm_length),
        ("value", found.value_cosine, found.log10_value_length),
    ):
        name = words.NAMES[kind]
        traces += [
            plot.line(
                found.log10_limits,
                lengths,
                name,
                COLOURS[kind],
                2.5,
                yaxis="y2",
                text=[spoken.from_log10(v) for v in lengths],
                customdata=texts,
                hovertemplate="threshold %{customdata}: length %{text}<extra></extra>",
            ),
            plot.line(
                found.log10_limits,
                cosines,
                f"cosine, {name}",
                COLOURS[kind],
                2.5,
                showlegend=False,
                customdata=texts,
                hovertemplate="threshold %{customdata}: cosine %{y:.3f}<extra></extra>",
            ),
        ]
    lengths = np.concatenate([found.log10_norm_length, found.log10_value_length])
    finite = lengths[np.isfinite(lengths)]
    bottom = math.floor(finite.min()) if finite.size else low
    top = max(math.ceil(log10_norm + 0.2), bottom + 1)
    at = math.log10(limit)
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="threshold",
            y_title=COSINE,
            columns={"x": "log10_threshold", "y": "cosine_or_log10_length"},
            xaxis=plot.log_axis(low, high),
            yaxis={"domain": [0, 0.46], "range": [-0.03, 1.06], "tickvals": [0, 0.5, 1]},
            yaxis2=plot.axis("length", domain=[0.56, 1], **plot.log_axis(bottom, top, most=4)),
            shapes=[
                plot.upright(log10_norm, "$text", "dash", 1.3),
                # A threshold far from the gradient has no place here; the caption has its numbers.
                *([plot.upright(at, colours.GUIDE, "dot", 1.3)] if low <= at <= high else []),
            ],
            annotations=[_label(log10_norm, Said("‖∂L/∂θ‖", plain="its length"))],
            showlegend=True,
            uirevision=f"{low:g}",
        ),
    }


def _label(x: float, text: str) -> dict:
    return {
        "x": x,
        "y": 0.51,
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "middle",
        "font": {"size": 11, "color": "$muted"},
    }


# -- what clipping leaves as it is


def shares(found: Clipped) -> dict:
    """‖∂L/∂h_t‖ before and after, and each step's share in ∂L/∂W_h before and after."""
    T = len(found.shares_before)
    t = np.arange(1, T + 1)
    both = np.concatenate([found.log10_delta_before, found.log10_delta_after])
    finite = both[np.isfinite(both)]
    low = math.floor(finite.min(initial=0.0))
    high = max(math.ceil(finite.max(initial=0.0)), low + 1)
    top = max(float(found.shares_before.max()), float(found.shares_after.max()), 1e-3) * 1.12
    traces = []
    for name, colour, width, dash, deltas, share in (
        (
            "before clipping",
            COLOURS["none"],
            4.5,
            None,
            found.log10_delta_before,
            found.shares_before,
        ),
        ("after", COLOURS["norm"], 2.2, "dash", found.log10_delta_after, found.shares_after),
    ):
        stroke = (colour, width, dash)
        traces += [
            plot.line(
                t,
                plot.gaps(deltas),
                name,
                *stroke,
                yaxis="y2",
                text=[spoken.from_log10(v) for v in deltas],
                hovertemplate="step %{x}: ‖∂L/∂h‖ %{text}<extra>" + name + "</extra>",
            ),
            plot.line(
                t,
                100.0 * share,
                f"share, {name}",
                *stroke,
                showlegend=False,
                hovertemplate="step %{x}: %{y:.2f} %<extra>" + name + "</extra>",
            ),
        ]
    return plot.over_steps(
        traces,
        T,
        y_title="share in %",
        columns={"y": "log10_norm_or_share_percent"},
        yaxis={"domain": [0, 0.46], "range": [0, 100.0 * top]},
        yaxis2=plot.axis(
            Said("‖∂L/∂h<sub>t</sub>‖", plain="gradient"),
            domain=[0.56, 1],
            **plot.log_axis(low - 0.2, high + 0.2, most=4),
        ),
        showlegend=True,
    )


# -- truncation


def truncated(found: Truncation, k: int, T: int, of: str) -> dict:
    """Cosine and ratio of lengths for every window, with the full length and the chosen k."""
    log = T > 100
    place = (lambda v: np.log10(v)) if log else (lambda v: v)
    x = place(found.windows.astype(float))
    ratios = np.concatenate([found.log10_ratio_all, found.log10_ratio_recurrent])
    finite = ratios[np.isfinite(ratios)]
    low = min(math.floor(finite.min(initial=0.0)), -1)
    high = max(math.ceil(finite.max(initial=0.0)), 0) + 0.3
    cosines = np.concatenate([found.cosine_all, found.cosine_recurrent])
    lowest = float(np.nanmin(cosines)) if np.isfinite(cosines).any() else 0.0
    mode = "lines+markers" if len(x) <= 12 else "lines"
    windows = found.windows.tolist()
    traces = []
    for name, colour, width, cosine, ratio in (
        ("all parameters", colours.LINE, 4.0, found.cosine_all, found.log10_ratio_all),
        (of, colours.SECOND, 2.0, found.cosine_recurrent, found.log10_ratio_recurrent),
    ):
        marks = {"mode": mode, "marker": {"color": colour, "size": 6}, "customdata": windows}
        traces += [
            plot.line(
                x,
                cosine,
                name,
                colour,
                width,
                yaxis="y2",
                hovertemplate="k = %{customdata}: cosine %{y:.4f}<extra>" + name + "</extra>",
                **marks,
            ),
            plot.line(
                x,
                plot.gaps(ratio),
                Said(f"length, {name}", plain=f"length, {at(name, PLAIN)}"),
                colour,
                width,
                showlegend=False,
                text=[spoken.from_log10(v) for v in ratio],
                hovertemplate="k = %{customdata}: length ×%{text}<extra>" + name + "</extra>",
                **marks,
            ),
        ]
    ticks = [v for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if v <= T]
    if not log:
        step = next(s for s in (1, 2, 5, 10, 20) if T / s <= 10)
        ticks = [1, *range(step, T + 1, step)] if step > 1 else list(range(1, T + 1))
    if ticks[-1] != T:
        near = T / ticks[-1] < 1.3 if log else T - ticks[-1] < (ticks[-1] - ticks[-2]) / 2
        ticks = [*(ticks[:-1] if near and len(ticks) > 1 else ticks), T]
    margin = 0.02 * (place(float(T)) - place(1.0)) + 1e-9
    chosen = float(place(float(found.windows[found.at(min(k, T))])))
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said("window k", plain="window, in steps"),
            y_title=Said("length ratio", plain="length"),
            columns={"x": "log10_k" if log else "k", "y": "cosine_or_log10_ratio"},
            xaxis={
                "range": [float(place(1.0) - margin), float(place(float(T)) + margin)],
                "tickmode": "array",
                "tickvals": [float(place(float(v))) for v in ticks],
                "ticktext": [f"{v}" if v != T else f"T = {T}" for v in ticks],
            },
            yaxis={"domain": [0, 0.42], **plot.log_axis(low - 0.1, high, most=4)},
            yaxis2=plot.axis(COSINE, domain=[0.52, 1], range=[min(-0.04, lowest - 0.06), 1.07]),
            shapes=[
                plot.upright(chosen, colours.GUIDE, "dot", 1.3),
                plot.upright(float(place(float(T))), "$text", "dash", 1.3),
            ],
            showlegend=True,
            uirevision=f"T{T}",
        ),
    }
