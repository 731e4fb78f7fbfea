"""Drawing what the state still knows: a JacobianProduct in, Plotly figures as plain dicts out."""

from __future__ import annotations

import numpy as np

from rnn_core.jacobians.product import JacobianProduct
from rnn_core.numbers import spoken
from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.said import Said
from ui.gradient_flow import memory_words
from ui.look import colours, plot
from ui.look.norms import norm_axis
from ui.look.typeset import indices

SHOWN_VALUES = 8  # singular values drawn, evenly over their number
STARTS = ("#0d9488", "#b7791f", "#8b5cf6", "#be185d", "#2b7bba", "#65a30d", "#d7301f", "#6f757d")


def _line(x, y, name: str, colour: str, width: float = 2.0, dash: str | None = None) -> dict:
    hover = "%{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>"
    return plot.line(x, plot.gaps(y), name, colour, width, dash, hovertemplate=hover)


def _slope(product: JacobianProduct, x: np.ndarray, origin: int) -> dict:
    """λ_max as a straight line from `origin`; nothing where it is −∞."""
    rate = product.spectrum.decades_per_step
    y = (x - origin) * rate if np.isfinite(rate) else np.full(len(x), np.nan)
    name = Said("λ<sub>max</sub> per step", plain="the long-run rate")
    return _line(x, y, name, colours.GUIDE, 1.5, "dash")


def norms(product: JacobianProduct, letter: str, loss: str = "L") -> dict:
    """‖∂h_t/∂h_1‖ forward in time beside the backward curve, and λ_max as a slope."""
    memory, T = product.memory, len(product.backward)
    t = np.arange(1, T + 1)
    d = f"∂{letter}<sub>t</sub>/∂{letter}<sub>1</sub>"
    traces = [
        _slope(product, t, 1),
        _line(
            t,
            product.backward,
            Said(
                f"backward: ‖∂{indices(loss)}/∂{letter}<sub>t</sub>‖, relative",
                plain="backward: what is left of the gradient",
            ),
            colours.THIRD,
        ),
        _line(
            t,
            memory.log10_direction,
            Said(f"forward: ‖{d} u‖, u random", plain="forward: a change in a random direction"),
            colours.SECOND,
        ),
        _line(
            t,
            memory.log10_norm,
            Said(f"forward: ‖{d}‖", plain="forward: the change that lasts best"),
            colours.LINE,
            3,
        ),
    ]
    return plot.over_steps(
        traces,
        T,
        y_title="",
        columns={"y": "log10"},
        yaxis=norm_axis(*(trace["y"] for trace in traces[1:])),
        showlegend=True,
    )


def singular_values(product: JacobianProduct) -> dict:
    """Singular values of J_T … J_{T-k+1} by lag k, as far as they can be trusted."""
    values, lags = product.log10_singular, product.lags
    S = values.shape[1]
    shown = evenly(S, SHOWN_VALUES)
    traces = [_slope(product, lags, 0)]
    for rank, i in enumerate(shown):
        mixed = rank / max(len(shown) - 1, 1)
        traces.append(
            {
                **_line(
                    lags,
                    values[:, i],
                    Said(f"σ<sub>{i + 1}</sub>", plain=f"direction {i + 1}"),
                    _fade(mixed),
                    2.5 - mixed,
                ),
                "mode": "lines+markers",
                "marker": {"size": 4, "color": _fade(mixed)},
            }
        )
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said("lag k", plain="steps"),
            y_title=Said("σ<sub>i</sub>", plain="what is left of a change"),
            columns={"x": "lag", "y": "log10_singular_value"},
            xaxis={"range": [0, lags[-1] + 1]},
            yaxis=norm_axis(*(trace["y"] for trace in traces)),
            uirevision=f"lags{lags[-1]}",
            showlegend=True,
        ),
    }


_RESOLUTION = Said("float64’s resolution", plain="what a computer can still tell apart")


def _fade(share: float) -> str:
    """From the accent to a light blue: the first singular value to the last."""
    first, last = (13, 148, 136), (107, 174, 214)
    mix = (round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
    return f"rgb({', '.join(map(str, mix))})"


def plane(product: JacobianProduct) -> dict:
    """Trajectories from several starts in their first two principal components."""
    run = product.trajectories
    shares = [spoken.percent(float(s)) for s in run.explained]
    # The browser gets float32, which ends at 10^38: far from 1 the axes count in powers of ten.
    power = _power(run.plane)
    points = run.plane / 10.0**power
    unit = f", in {spoken.power_of_ten(power)}" if power else ""
    traces = []
    for k in range(run.plane.shape[1]):
        colour = STARTS[k % len(STARTS)]
        x, y = points[:, k, 0], points[:, k, 1]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": x,
                "y": y,
                "name": f"start {k + 1}",
                "opacity": 0.75,
                "line": {"color": colour, "width": 1},
                "marker": {"color": colour, "size": _ends(len(x)), "opacity": 1},
                "customdata": np.arange(len(x)),
                "hovertemplate": f"start {k + 1}, step %{{customdata}}<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said(
                f"first principal component ({shares[0]} of the variance){unit}",
                plain=f"the direction in which they differ most ({shares[0]}){unit}",
            ),
            y_title=Said(f"second ({shares[1]}){unit}", plain=f"the next ({shares[1]}){unit}"),
            columns={"x": "pc1", "y": "pc2"},
            xaxis={"range": _padded(points[..., 0])},
            yaxis={"range": _padded(points[..., 1])},
            uirevision=f"plane{memory_words.reading(product)}",
        ),
    }


def _power(values: np.ndarray) -> int:
    """The power of ten of the largest of `values`, 0 where that is within 10^±4."""
    largest = float(np.abs(values).max())
    power = int(np.floor(np.log10(largest))) if largest > 0 else 0
    return power if abs(power) > 4 else 0


def _ends(n: int) -> np.ndarray:
    """Marker sizes: a dot where it starts, a larger one where it ends."""
    sizes = np.zeros(n, dtype=np.int32)
    sizes[0], sizes[-1] = 7, 13
    return sizes


def _padded(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 1.0
    return [low - room, high + room]


def distances(product: JacobianProduct) -> dict:
    """How far apart the trajectories are, step by step."""
    run = product.trajectories
    t = np.arange(len(run.log10_median))
    traces = [
        _line(t, run.log10_rounding, _RESOLUTION, colours.GUIDE, 1.25, "dot"),
        _line(t, run.log10_lowest, "nearest pair", colours.SECOND, 1.5),
        _line(t, run.log10_highest, "furthest pair", colours.THIRD, 1.5),
        _line(t, run.log10_median, "median pair", colours.LINE, 3),
    ]
    T = len(product.backward)
    return plot.over_steps(
        traces,
        T,
        x_title="step t (0: the start)",
        y_title="distance",
        columns={"y": "log10_distance"},
        xaxis={"range": [-0.5, T + 0.5]},
        yaxis=norm_axis(*(trace["y"] for trace in traces[1:])),
        showlegend=True,
    )
