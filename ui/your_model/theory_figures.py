"""Drawing a layer that was run again: the laws beside it, and the product of its Jacobians."""

from __future__ import annotations

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians.product import JacobianProduct
from rnn_core.laws import LAWS
from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.said import Said
from rnn_core.studies.prediction import Prediction
from ui.look import colours, plot
from ui.look.norms import hover, norm_axis

VALUES = 6  # singular values drawn, evenly over their number


def laws(flow: GradientFlow, found: list[Prediction]) -> dict:
    """log₁₀ of the norm relative to the loss end by lag: the layer's own, and what laws predict."""
    T = flow.config.seq_len
    lag = np.arange(T)
    with np.errstate(invalid="ignore"):
        own = flow.spread.median - flow.spread.median[-1]
    traces = [
        _line(
            lag,
            law.log10[::-1],
            LAWS[law.name].label,
            colours.named(LAWS[law.name].colour),
            1.75,
            LAWS[law.name].dash,
        )
        for law in found
    ]
    traces.append(_line(lag, own[::-1], "this layer", colours.LINE, 3.5))
    return _by_lag(traces, T - 1, "relative to the loss end", "log10_ratio")


def singular_values(product: JacobianProduct) -> dict:
    """Singular values of the product by lag, as far as they can be trusted; λ_max as a slope."""
    values, lags = product.log10_singular, product.lags
    rate = product.spectrum.decades_per_step
    slope = lags * rate if np.isfinite(rate) else np.full(len(lags), np.nan)
    traces = [
        _line(
            lags,
            slope,
            Said("λ<sub>max</sub> per step", plain="the long-run rate"),
            colours.GUIDE,
            1.5,
            "dash",
        )
    ]
    S = values.shape[1]
    for i in evenly(S, VALUES):
        share = i / max(S - 1, 1)
        shade = f"rgba(13,148,136,{1 - 0.7 * share:.2f})"
        name = Said(f"σ<sub>{i + 1}</sub>", plain=f"direction {i + 1}")
        traces.append(_line(lags, values[:, i], name, shade, 2.5 - share))
    left = Said("σ<sub>i</sub>", plain="what is left")
    return _by_lag(traces, int(lags[-1]), left, "log10_singular_value")


def _line(x, y, name: str, colour: str, width: float, dash: str | None = None) -> dict:
    return plot.line(
        x,
        plot.gaps(y),
        name,
        colour,
        width,
        dash,
        text=hover(y),
        hovertemplate="%{x} steps back: %{text}<extra>%{fullData.name}</extra>",
    )


def _by_lag(traces: list[dict], longest: int, y_title: str, column: str) -> dict:
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="steps back from the loss end",
            y_title=y_title,
            columns={"x": "lag", "y": column},
            xaxis={"range": [-0.5, longest + 0.5]},
            yaxis=norm_axis(*(trace["y"] for trace in traces)),
            uirevision=f"lags{longest}",
            showlegend=True,
        ),
    }
