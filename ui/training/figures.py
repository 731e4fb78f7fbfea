"""Drawing a training: loss, gradient norms, the training × time matrix, spectra, predictions.

Charts of a running training are redrawn fifteen times a second. So each curve is thinned to what
pixels can show, with the smallest and the largest value of every piece kept: a spike never
disappears. Curves keep one length, filled up with gaps, and axes grow in steps: then only numbers
differ between two drawings, which `live.chart` draws without laying the chart out again.
"""

from __future__ import annotations

import math

import numpy as np

from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said
from rnn_core.training.history import Record
from rnn_core.training.trainer import Prediction
from ui.look import colours, plot, typeset
from ui.training.words import Shown, end_of, number, row_of

PIECES = 180  # of a curve: two points each, about a point for every pixel
RUG = 160  # marks of clipped updates
COLUMNS, ROWS = 240, 64  # of the heat map
# The one on screen, the one beside it, then what was kept.
COLOURS = (
    colours.LINE,
    colours.THIRD,
    colours.SECOND,
    colours.FOURTH,
    "#2f8fe0",
    "#7a9a1f",
    "#a8682a",
    "#8c8f94",
)
BEFORE = colours.SECOND
CLIPPED = "#d7301f"
_LOSS_LOWS = (-1, -2, -3, -4, -6, -8, -12, -16, -24, -32, -64, -320)
_LOSS_HIGHS = (0, 0.5, 1, 2, 4)  # what leaves it leaves it upwards: the caption has the number
_NORM_LOWS = (-2, -4, -6, -9, -12, -16, -24, -40, -80, -160, -320)
_NORM_HIGHS = (1, 2, 4, 8)
_MARGIN = {"l": 56, "r": 16, "t": 8, "b": 38}


# -- thinning


def thinned(x: np.ndarray, y: np.ndarray, pieces: int = PIECES) -> tuple[np.ndarray, np.ndarray]:
    """At most 2·pieces points (x, y) with the extremes of every piece, filled up with gaps.

    x (n,) rises. Of equally long pieces of the curve the smallest and the largest value stay, in
    their order, and the last point of all. What is not finite is a gap.
    """
    n, room = len(x), 2 * pieces + 1
    if n > room:
        size = -(-n // pieces)
        fill = -n % size
        padded = np.pad(plot.gaps(y), (0, fill), constant_values=np.nan)
        table = padded.reshape(-1, size)
        gone = np.isnan(table)
        low = np.where(gone, np.inf, table).argmin(axis=1)
        high = np.where(gone, -np.inf, table).argmax(axis=1)
        start = np.arange(len(table)) * size
        both = np.sort(np.stack([start + low, start + high], axis=1), axis=1).ravel()
        taken = np.minimum(np.append(both, n - 1), n - 1)
        x, y = x[taken], y[taken]
    out_x, out_y = np.full(room, np.nan), np.full(room, np.nan)
    out_x[: len(x)] = x
    out_y[: len(y)] = plot.gaps(y)
    return out_x, out_y


def log10(values: np.ndarray) -> np.ndarray:
    """log₁₀, NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return plot.gaps(np.log10(values))


def grown(values: np.ndarray, lows: tuple, highs: tuple) -> tuple[float, float]:
    """The axis that holds all finite values: its ends move in the fixed steps only."""
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (lows[0], highs[0])
    return (
        float(next((v for v in lows if v <= low), lows[-1])),
        float(next((v for v in highs if v >= high), highs[-1])),
    )


def last_update(budget: int, steps: int) -> int:
    """Where the axis of updates ends: an eighth of the budget, then it doubles with the run."""
    top = max(budget, 1)
    while top >= 2 * max(steps, 1) and top > max(budget / 8, 20):
        top = -(-top // 2)
    return max(top, steps)


def _updates_axis(end: int) -> dict:
    return {"range": [0, end * 1.005], "title": {"text": "update", "standoff": 4}}


def _log_axis(low: float, high: float) -> dict:
    """Powers of ten; over few decades also 2 and 5 of each, as plain numbers."""
    if high - low > 3:
        return plot.log_axis(low, high)
    ticks = [
        math.log10(m) + d for d in range(math.floor(low), math.ceil(high) + 1) for m in (1, 2, 5)
    ]
    if high - low > 2:
        ticks = [t for t in ticks if abs(t - round(t)) < 1e-9 or abs(t % 1 - 0.699) < 0.01]
    ticks = [t for t in ticks if low - 1e-9 <= t <= high + 1e-9]
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": np.array(ticks),
        "ticktext": [spoken.plain(10.0**t, 1) for t in ticks],
    }


# -- loss and gradient norms


_LOG_HOVER = "update %{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>"


def _curve(
    x, y, name: str, colour: str, width: float, dash: str | None = None, hover: str = _LOG_HOVER
) -> dict:
    return plot.line(*thinned(x, y), name, colour, width, dash, hovertemplate=hover)


def _level(end: float, value: float, name: str, colour: str, dash: str) -> dict:
    """A horizontal line."""
    x, y = np.array([0.0, end * 1.005]), np.array([value, value])
    return plot.line(x, y, name, colour, 1.5, dash, hoverinfo="skip")


def _upright(x: float, low: float, high: float, name: str, *stroke, **more) -> dict:
    """A vertical line, as a trace."""
    x, y = np.array([x, x], float), np.array([low, high])
    return plot.line(x, y, name, *stroke, hoverinfo="skip", **more)


def _broken(runs: list[Shown], low: float, high: float) -> list[dict]:
    """A red line where a run broke."""
    return [
        _upright(
            run.event.step, low, high, "broke here", CLIPPED, 2, "dot", showlegend=run.place == 0
        )
        for run in runs
        if run.event is not None
    ]


def _over_updates(
    traces: list[dict], runs: list[Shown], low: float, high: float, *, y_title: str, column: str
) -> dict:
    """A figure of what every run has over its updates, from 10^low to 10^high."""
    return {
        "data": traces + _broken(runs, low, high),
        "layout": plot.layout(
            x_title="update",
            y_title=y_title,
            columns={"x": "update", "y": column},
            margin=_MARGIN,
            xaxis=_updates_axis(_end(runs)),
            yaxis=_log_axis(low, high),
            showlegend=True,
            uirevision=runs[0].config.task,
        ),
    }


def _end(runs: list[Shown]) -> int:
    steps = max((int(r.record.step[-1]) for r in runs if len(r.record)), default=0)
    return last_update(runs[0].config.steps, steps)


def _name(run: Shown) -> str:
    return typeset.indices(run.name)


def _dash(run: Shown) -> str | None:
    """What was kept is dotted."""
    return "dot" if run.place > 1 else None


def _drawn_behind(runs: list[Shown]) -> list[Shown]:
    """The kept first, the run on screen last: on top."""
    return sorted(runs, key=lambda run: -run.place)


def loss(runs: list[Shown]) -> dict:
    """Training and validation loss of every run, and the line that no memory is needed for."""
    main, end = runs[0], _end(runs)
    single = len(runs) == 1
    traces, seen = [], [np.array([math.log10(max(main.config.problem.baseline, 1e-12))])]
    for run in _drawn_behind(runs):
        record, colour = run.record, COLOURS[run.place % len(COLOURS)]
        trained = log10(record.loss)
        measured = np.isfinite(record.val_loss)
        held = log10(record.val_loss[measured])
        seen += [trained, held]
        own = run.place == 0
        if run.place < 2:
            name = "training" if single else f"{_name(run)}: training"
            thin = _curve(record.step, trained, name, colour, 1)
            traces.append(thin | {"opacity": 0.55, "showlegend": single})
        name = "validation" if single else _name(run)
        width = 3 if own else 2
        traces.append(_curve(record.step[measured], held, name, colour, width, _dash(run)))
    low, high = grown(np.concatenate(seen), _LOSS_LOWS, _LOSS_HIGHS)
    task = main.config.problem
    traces.append(
        _level(
            end,
            math.log10(max(task.baseline, 1e-12)),
            f"no memory: {number(task.baseline)}",
            colours.GUIDE,
            "dash",
        )
    )
    if task.solved_by == "loss" and task.solved_at < task.baseline:
        level = math.log10(task.solved_at)
        traces.append(_level(end, level, f"solved: {number(task.solved_at)}", colours.GUIDE, "dot"))
    kind = "cross entropy (nats)" if task.loss == "cross_entropy" else "mean squared error"
    return _over_updates(traces, runs, low, high, y_title=kind, column="log10_loss")


NORM = Said("‖∂L/∂θ‖", plain="length of the gradient")


def norms(runs: list[Shown], y_title: str = NORM) -> dict:
    """‖g‖ before and after clipping, the threshold, and a mark above every clipped update."""
    main, end = runs[0], _end(runs)
    single = len(runs) == 1
    clip = main.config.clip
    traces, seen = [], []
    for run in _drawn_behind(runs)[: len(runs) - 1]:
        before = log10(run.record.norm_before)
        seen.append(before)
        colour = COLOURS[run.place % len(COLOURS)]
        traces.append(_curve(run.record.step, before, _name(run), colour, 1.5, _dash(run)))
    record = main.record
    before, after = log10(record.norm_before), log10(record.norm_after)
    seen += [before, after]
    if clip == "norm":
        seen.append(np.array([math.log10(main.config.max_norm)]))
    low, high = grown(np.concatenate(seen), _NORM_LOWS, _NORM_HIGHS)
    prefix = "" if single else f"{_name(main)}: "
    if clip != "none" or record.clipped.any():
        traces.append(_curve(record.step, before, f"{prefix}before clipping", BEFORE, 1.5))
        traces.append(_curve(record.step, after, f"{prefix}applied", colours.LINE, 2))
    else:
        traces.append(
            _curve(
                record.step, before, "applied as it is" if single else _name(main), colours.LINE, 2
            )
        )
    if clip == "norm":
        traces.append(
            _level(
                end,
                math.log10(main.config.max_norm),
                f"threshold {number(main.config.max_norm)}",
                "$text",
                "dash",
            )
        )
    if record.clipped.any():
        traces.append(_rug(record, end, low, high))
    return _over_updates(traces, runs, low, high, y_title=y_title, column="log10_norm")


def _rug(record: Record, end: int, low: float, high: float) -> dict:
    """A stroke from the top for every piece with clipped updates, as long as their share."""
    pieces = min(RUG, end)
    at = np.minimum((record.step - 1) * pieces // end, pieces - 1)
    made, clipped = np.bincount(at), np.bincount(at, weights=record.clipped)
    some = np.flatnonzero(clipped)
    x, y = np.full((RUG, 3), np.nan), np.full((RUG, 3), np.nan)
    x[: len(some), :2] = ((some + 0.5) * end / pieces + 0.5)[:, None]
    y[: len(some), 0] = high
    share = clipped[some] / made[some]
    y[: len(some), 1] = high - (0.015 + 0.06 * share) * (high - low)
    return plot.line(x.ravel(), y.ravel(), "share clipped", CLIPPED, 1.5, hoverinfo="skip")


# -- the training × time matrix


def relative(norms: np.ndarray) -> np.ndarray:
    """(m, T) log₁₀ relative to each row's loss end; NaN where there is nothing to compare with."""
    ends = np.array([row[end_of(row)] for row in norms], float) if len(norms) else np.empty(0)
    with np.errstate(invalid="ignore"):
        return norms.astype(float) - plot.gaps(ends)[:, None]


def coarse(table: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """At most rows × columns of a table: of each block the value furthest from 0."""
    for axis, most in ((0, rows), (1, columns)):
        n = table.shape[axis]
        if n <= most or not table.size:
            continue
        size = -(-n // most)
        width = [(0, 0), (0, 0)]
        width[axis] = (0, -n % size)
        padded = np.moveaxis(np.pad(table, width, constant_values=np.nan), axis, 0)
        blocks = padded.reshape(-1, size, padded.shape[1])
        far = np.where(np.isnan(blocks), -1.0, np.abs(blocks)).argmax(axis=1)
        picked = np.take_along_axis(blocks, far[:, None], axis=1)[:, 0]
        table = np.moveaxis(picked, 0, axis)
    return table


def states(run: Shown, others: list[Shown], update: int | None) -> dict:
    """The heat map: updates to the right, steps upwards, colour the gradient's relative size."""
    record, T = run.record, run.config.problem.seq_len
    end = _end([run, *others])
    table = relative(record.state_norms).T  # (T, m)
    small = coarse(table, ROWS, COLUMNS)
    high = -(-T // max(-(-T // ROWS), 1))
    wide = max(-(-table.shape[1] // max(small.shape[1], 1)), 1)
    tall = -(-T // high)
    row = row_of(record, update)
    at = float(record.state_steps[row]) if row is not None else math.nan
    return {
        "data": [
            plot.heat(
                np.clip(small, -400.0, 400.0).astype(np.float32),
                x0=1 + (wide - 1) * record.state_every / 2,
                dx=wide * record.state_every,
                y0=1 + (tall - 1) / 2,
                dy=tall,
                hovertemplate="update %{x}, step %{y}: 10^%{z:.2f} of the loss end<extra></extra>",
                name=Said("log₁₀ ‖∂L/∂h_t‖ / ‖∂L/∂h_T‖", plain="what is left"),
            ),
            _upright(at, 0.5, T + 0.5, "shown at the right", "$text", 1.5),
        ],
        "layout": plot.layout(
            x_title="update",
            y_title="step t, the loss end on top",
            columns={"x": "update", "y": "step", "z": "log10_ratio"},
            margin=_MARGIN | {"r": 52},
            xaxis=_updates_axis(end) | {"showgrid": False},
            yaxis={"range": [0.5, T + 0.5], "showgrid": False},
            uirevision=f"{run.config.task}/{T}",
        ),
    }


_CURVE_LOWS = (-4, -8, -12, -16, -24, -40, -80, -160, -320, -400)
_CURVE_HIGHS = (0, 1, 2, 4, 8, 16, 40, 80, 160, 320)


def curve(run: Shown, update: int | None) -> dict:
    """‖∂L/∂h_t‖ over t at one update, the first update's behind it."""
    record, T = run.record, run.config.problem.seq_len
    t = np.arange(1, T + 1)
    low, high = grown(record.state_norms, _CURVE_LOWS, _CURVE_HIGHS)
    row, first = row_of(record, update), row_of(record, 0)
    traces = []
    if row is not None:
        traces.append(_over_time(t, record.state_norms[first], "first update", colours.GUIDE, 1.5))
        traces.append(_over_time(t, record.state_norms[row], "this update", colours.LINE, 3))
    return plot.over_steps(
        traces,
        T,
        y_title=Said("‖∂L/∂h<sub>t</sub>‖", plain="gradient"),
        columns={"y": "log10_norm"},
        margin=_MARGIN,
        yaxis=plot.log_axis(low, high),
        showlegend=bool(traces),
    )


def _over_time(t, norms, name: str, colour: str, width: float) -> dict:
    hover = "step %{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>"
    return plot.line(t, plot.gaps(norms), name, colour, width, hovertemplate=hover)


# -- spectra

RHO = Said("ρ", plain="largest eigenvalue")
SIGMA = Said("σ<sub>max</sub>", plain="most stretch")


def spectrum(run: Shown, others: list[Shown]) -> dict:
    """ρ and σ_max of W_h, and the share of saturated unit-steps, over the updates."""
    record, end = run.record, _end([run, *others])
    measured = np.isfinite(record.rho)
    step = record.step[measured]
    rho, sigma = record.rho[measured], record.sigma[measured]
    both = np.concatenate([rho, sigma, [1.0]])
    high = next(
        (v for v in (1.5, 2, 3, 5, 8, 12, 20, 50, 100, 1e3, 1e4, 1e6) if v >= both.max()),
        float(both.max()),
    )
    plain = "update %{x}: %{y:.3f}<extra>%{fullData.name}</extra>"
    flat = _curve(record.step, 100 * record.saturated, "saturated, %", colours.FLAT, 1.5)
    flat |= {"yaxis": "y2", "hovertemplate": "update %{x}: %{y:.1f} %<extra>saturated</extra>"}
    traces = [
        flat,
        _curve(step, sigma, SIGMA, colours.SECOND, 2, hover=plain),
        _curve(step, rho, RHO, colours.LINE, 2.5, hover=plain),
        _level(end, 1.0, "1", colours.GUIDE, "dash") | {"showlegend": False},
    ]
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="update",
            y_title=Said("ρ, σ<sub>max</sub>", plain="factor in a step"),
            columns={"x": "update", "y": "value"},
            margin=_MARGIN | {"r": 52},
            xaxis=_updates_axis(end),
            yaxis={"range": [0, high]},
            yaxis2={
                "overlaying": "y",
                "side": "right",
                "range": [0, 100],
                "tickmode": "array",
                "tickvals": [0, 25, 50, 75, 100],
                "ticktext": ["0 %", "25 %", "50 %", "75 %", "100 %"],
                "showgrid": False,
                "zeroline": False,
            },
            showlegend=True,
            uirevision=run.config.task,
        ),
    }


# -- predictions


def scatter(p: Prediction) -> dict:
    """Predicted against true, with the diagonal that a perfect network would lie on."""
    true, said = p.batch.target[-1, :, 0], p.y[-1, :, 0]
    ends = np.array([0.0, 2.0])
    return {
        "data": [
            plot.line(ends, ends, "right", colours.GUIDE, 1.5, "dash", hoverinfo="skip"),
            {
                "type": "scatter",
                "mode": "markers",
                "x": true,
                "y": np.clip(plot.gaps(said), -0.5, 2.5),
                "name": "validation sequences",
                "marker": {"color": colours.LINE, "size": 9, "opacity": 0.8},
                "hovertemplate": "true %{x:.3f}, predicted %{y:.3f}<extra></extra>",
            },
        ],
        "layout": plot.layout(
            x_title="true sum",
            y_title="predicted",
            columns={"x": "true", "y": "predicted"},
            margin=_MARGIN,
            xaxis={"range": [-0.05, 2.05]},
            yaxis={"range": [-0.5, 2.5]},
        ),
    }
