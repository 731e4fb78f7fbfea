"""Drawing a recording: norms by step, training × time, shares, gates, loss."""

from __future__ import annotations

import numpy as np

from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.said import Said
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.recording.recording import Moments
from ui.look import colours, plot, typeset
from ui.look.norms import hover, norm_axis, norm_band, norm_line

MOST_STEPS = 1000  # drawn of a longer sequence, evenly spaced
COLUMNS, ROWS = 240, 64  # of the map
POINTS = 600  # of a curve over the updates
NORM = Said("‖∂L/∂h<sub>t</sub>‖", plain="gradient")
LINES = (colours.LINE, colours.SECOND, colours.THIRD, colours.FOURTH)


def drawn(T: int, most: int = MOST_STEPS) -> np.ndarray:
    """Places of the steps that are drawn, the first and the last among them."""
    return evenly(T, most)


def norms(one: LayerReading, together: bool) -> dict:
    """‖∂L/∂h_t‖ per step: median and band, what arrives from above, and all of it together."""
    T = one.length
    at = drawn(T)
    t = at + 1
    shown = one.by_step(one.norms if together else one.log10_norms)
    low, median, high = shown.low[at], shown.median[at], shown.high[at]
    n = one.norms.shape[1]
    traces = []
    if n > 1:
        traces.append(norm_band(t, low, high))
    seen = [low, high]
    if one.direct is not None:
        direct = one.by_step(one.direct).median[at]
        seen.append(direct)
        traces.append(norm_line(t, direct, "arrives from above", colours.SECOND, 1.5))
    if one.last_alone and not together:
        total = one.by_step(one.norms).median[at]
        seen.append(total)
        traces.append(norm_line(t, total, "all that arrives, together", colours.THIRD, 1.5))
    name = f"median of {n} sequences" if n > 1 else NORM
    if one.last_alone and not together:
        name += ", last step alone"
    traces.append(norm_line(t, median, name, colours.LINE, 3.5))
    return plot.over_steps(
        traces,
        T,
        y_title=NORM,
        columns={"y": "log10_norm"},
        yaxis=norm_axis(*seen),
        showlegend=True,
    )


def ratios(one: LayerReading, together: bool, at: np.ndarray) -> np.ndarray:
    """log₁₀ of the steps `at` relative to the loss end; NaN where there is nothing to compare."""
    shown = one.by_step(one.norms if together else one.log10_norms).median
    curve = one.total if together else one.curve
    end = curve[-1] if len(curve) and np.isfinite(curve[-1]) else np.nan
    return plot.gaps(shown[at] - end)


def training_map(rows: list[LayerReading], chosen: LayerReading, together: bool) -> dict:
    """Records × steps: each relative to its own loss end."""
    T = max(one.length for one in rows)
    at = drawn(T, COLUMNS)
    z = np.full((len(rows), len(at)), np.nan)
    for row, one in zip(z, rows, strict=True):
        # By their loss ends, where the length has changed.
        shift = 0 if one.direction else T - one.length
        own = at - shift
        inside = (own >= 0) & (own < one.length)
        row[inside] = ratios(one, together, own[inside])
    updates = np.array([one.step for one in rows], float)
    edge = _edge(updates)
    heat = plot.heat(
        z,
        x=at + 1,
        y=updates,
        name="log₁₀ relative to the loss end",
        hovertemplate="update %{y:.0f}, step %{x}: 10^%{z:.2f}<extra></extra>",
    )
    return plot.over_steps(
        [heat],
        T,
        y_title="update",
        columns={"y": "update", "z": "log10_ratio"},
        yaxis={"range": [updates[0] - edge, updates[-1] + edge]},
        margin={"r": 70},
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": chosen.step,
                "y1": chosen.step,
                "line": {"color": "$text", "width": 1.5, "dash": "dot"},
            }
        ],
    )


def _edge(updates: np.ndarray) -> float:
    """Half of a row."""
    return float(np.diff(updates).mean()) / 2 if len(updates) > 1 else 0.5


def shares(one: LayerReading) -> dict:
    """Each step's share of ∂L/∂W_h as bars, of ∂L/∂W_x as a line, in percent."""
    T = one.length
    at = drawn(T)
    traces: list[dict] = []
    top = 0.0
    if one.terms is not None:
        share = one.shares(one.terms)[at]
        top = float(share.max(initial=0.0))
        traces.append(
            {
                "type": "bar",
                "x": at + 1,
                "y": 100 * share,
                "marker": {"color": colours.LINE, "line": {"width": 0}},
                "text": hover(_log10(share)),
                "textposition": "none",
                "hovertemplate": "step %{x}: %{text} of the whole<extra>%{fullData.name}</extra>",
                "name": Said(typeset.indices("of ∂L/∂W_h"), plain="recurrent weights"),
            }
        )
    if one.input_terms is not None:
        share = one.shares(one.input_terms)[at]
        top = max(top, float(share.max(initial=0.0)))
        name = Said(typeset.indices("of ∂L/∂W_x"), plain="input weights")
        traces.append(plot.line(at + 1, 100 * share, name, colours.SECOND, 2))
    return plot.over_steps(
        traces,
        T,
        y_title="share (%)",
        columns={"y": "share_percent"},
        yaxis={"rangemode": "tozero", "range": [0, max(105 * top, 1.0)]},
        showlegend=True,
        bargap=0.15 if T <= 120 else 0,
    )


def _log10(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log10(values)


def gates(one: LayerReading) -> dict:
    """The mean of each gate by step, and the share of its units that are shut or open, dotted; of a
    cell without gates the share of saturated units."""
    T = one.length
    at = drawn(T)
    found = {name: mean for name, mean in one.gates.mean.items() if len(mean) == T}
    traces = [
        plot.line(at + 1, plot.gaps(mean[at]), name[:20], LINES[k % len(LINES)], 2.25)
        for k, (name, mean) in enumerate(found.items())
    ]
    for k, name in enumerate(found):
        ends = [by_step.get(name) for by_step in (one.gates.shut, one.gates.open)]
        if all(share is not None and len(share) == T for share in ends):
            stuck = plot.gaps(ends[0][at] + ends[1][at])
            colour = LINES[k % len(LINES)]
            said = f"{name[:20]}, at an end"
            traces.append(plot.line(at + 1, stuck, said, colour, 1.25, "dot"))
    share = one.gates.saturated
    if not traces and share is not None and len(share) == T:
        traces = [plot.line(at + 1, plot.gaps(share[at]), "saturated", colours.LINE, 2.25)]
    least = min((float(np.nanmin(trace["y"])) for trace in traces if _any(trace["y"])), default=0)
    return plot.over_steps(
        traces,
        T,
        y_title="mean, share" if found else "share of units",
        columns={"y": "mean"},
        yaxis={"range": [-1.02 if least < 0 else -0.02, 1.02]},
        showlegend=True,
    )


def _any(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).any())


def training(moments: Moments) -> dict:
    """Loss and gradient norm of every update, on one log axis."""
    x, traces, seen = moments.step, [], []
    for values, name, colour in (
        (moments.loss, "loss", "$text"),
        (moments.grad_norm, "gradient norm", colours.SECOND),
    ):
        there = np.flatnonzero(np.isfinite(values) & (values > 0))
        if there.size:
            taken = there[drawn(len(there), POINTS)]
            log10 = np.log10(values[taken])
            seen.append(log10)
            mode = "lines" if len(taken) > 1 else "markers"
            traces.append(
                plot.line(
                    x[taken],
                    log10,
                    name,
                    colour,
                    1.75,
                    mode=mode,
                    hovertemplate="update %{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>",
                )
            )
    low, high = _room(seen)
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="update",
            y_title="",
            columns={"x": "update", "y": "log10"},
            yaxis=plot.log_axis(low, high),
            showlegend=True,
        ),
    }


def _room(seen: list[np.ndarray]) -> tuple[float, float]:
    """Whole decades that hold all of it, at least two."""
    values = np.concatenate(seen) if seen else np.zeros(1)
    low, high = float(np.floor(values.min())), float(np.ceil(values.max()))
    return (low - 0.5, high + 0.5) if high - low < 2 else (low, high)
