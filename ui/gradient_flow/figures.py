"""Drawing: a GradientFlow in, a Plotly figure out, as a plain dict.

Pure functions without Streamlit. Dicts rather than go.Figure because go.Figure validates every
property again: a main chart costs 0.2 ms this way and 4 ms the other. Norms are drawn as log₁₀ on
a linear axis, since Plotly's own log axis ends where float64 does, at 10⁻³⁰⁸.
"""

from __future__ import annotations

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.logdomain import LOG10_MAX_FLOAT32
from rnn_core.numbers.said import Said, alike
from rnn_core.studies.prediction import Prediction
from ui.gradient_flow import captions
from ui.gradient_flow.river import log10_or_gone, share_top
from ui.look import colours, plot, typeset
from ui.look.norms import hover, norm_band, norm_line, norm_name, state_letter, window
from ui.look.plot import spread_out

TOTAL = "total of all losses"  # in the legend, second to what the last one alone sends back
FLOAT32_LINES = (
    (
        LOG10_MAX_FLOAT32,
        Said("float32 overflows: inf, then NaN", plain="too large for most models: “inf”"),
    ),
    (
        float(np.log10(1.2e-7)),
        Said(
            "float32 eps 1.2·10⁻⁷: a weight of size 1 no longer changes",
            plain="so little no longer changes a weight of size 1",
        ),
    ),
    (
        float(np.log10(1.2e-38)),
        Said("float32's smallest normal number", plain="nearly nothing, for most models"),
    ),
)


def gradient_norms(
    flow: GradientFlow, laws: list[Prediction] | None = None, *, every_sequence: bool = False
) -> dict:
    """‖∂L/∂h_t‖ per step: median and band, or every sequence, with what the laws predict.

    Of what the last loss alone sends back; where every step has a loss, the total is a thin line.
    """
    T = flow.config.seq_len
    t = np.arange(1, T + 1)
    spread, norms = flow.last_alone.spread, flow.log10_last
    drawn = Said(
        typeset.indices(norm_name(flow.config, state_letter(flow))), plain="size of the gradient"
    )
    traces = []
    if every_sequence:
        shown = norms
        traces.append(_polylines(t, norms))
    else:
        shown = np.stack([spread.low, spread.high], axis=1)
        if flow.config.batch_size > 1:
            traces.append(norm_band(t, spread.low, spread.high))
    if flow.config.loss_at == "every":
        shown = np.concatenate([shown, flow.spread.median[:, None]], axis=1)
    low, high = window(shown)
    direct = np.median(flow.log10_direct, axis=1)
    if flow.config.loss_at == "last":
        traces.append(norm_line(t[-1:], direct[-1:], _DIRECT_AT_END, colours.SECOND, 1.5))
    else:
        traces.append(norm_line(t, direct, _DIRECT, colours.SECOND, 1.5))
        traces.append(norm_line(t, flow.spread.median, TOTAL, colours.THIRD, 1.5))
    name = drawn
    if flow.config.batch_size > 1:
        name = alike(f"median of {flow.config.batch_size} sequences")
    if flow.config.loss_at == "every":
        name += ", last loss alone"
    traces.append(norm_line(t, spread.median, name, colours.LINE, 3.5) | plot.OWN)
    # On top: a law that is right would be hidden under the curve.
    start = spread.median[-1]
    if np.isfinite(start):
        traces += [_law_line(flow, law, start) for law in laws or () if not law.missing]
    shapes, notes = _float32(low, high)
    line = _LINE_OF_TEXT * (high - low)
    foot = max((note["y"] + line for note in notes if note["y"] < low + line), default=low)
    if flow.zero_until:
        notes.append(_note(flow.zero_until, foot, "exactly 0 from here back", anchor="right"))
    if flow.overflow is not None:
        shapes.append(plot.upright(flow.overflow.step, colours.KIND_COLOURS["exploding"], "dot"))
        # On the side with more room, at the foot: the curves leave by the top.
        anchor = "left" if flow.overflow.step < T / 2 else "right"
        said = Said("float64 overflows here", plain="too large for a computer here")
        notes.append(_note(flow.overflow.step, foot, said, anchor=anchor))
    return plot.over_steps(
        traces,
        T,
        y_title=drawn,
        columns={"y": "log10_norm"},
        yaxis=plot.log_axis(low, high),
        showlegend=True,
        shapes=shapes,
        annotations=notes,
    )


_DIRECT_AT_END = Said("direct part: step T only", plain="straight from the loss: last step only")
_DIRECT = Said(
    "direct part ∂L<sub>t</sub>/∂h<sub>t</sub>", plain="straight from each step’s own loss"
)


def _polylines(t: np.ndarray, norms: np.ndarray) -> dict:
    """Every sequence in one trace, gaps between them: one SVG path instead of B."""
    T, B = norms.shape
    y = np.full((B, T + 1), np.nan)
    y[:, :T] = plot.gaps(norms).T
    return plot.line(
        np.tile(np.append(t, T), B),
        y.ravel(),
        f"each of {B} sequences",
        colours.LINE,
        1,
        opacity=0.45,
        customdata=np.repeat(np.arange(1, B + 1), T + 1),
        hovertemplate="sequence %{customdata}, step %{x}: 10^%{y:.2f}<extra></extra>",
    )


def _law_line(flow: GradientFlow, law: Prediction, start: float) -> dict:
    """A law's curve from the loss end; both speak of one loss on its way back."""
    about = LAWS[law.name]
    T = flow.config.seq_len
    whose = "" if flow.config.loss_at == "last" else ", last loss"
    return plot.line(
        np.arange(1, T + 1),
        plot.gaps(start + law.log10),
        f"{about.label}{whose}",
        colours.named(about.colour),
        1.5,
        about.dash,
        hovertemplate="step %{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>",
    )


_LINE_OF_TEXT = 0.1  # of the axis


def _float32(low: float, high: float) -> tuple[list[dict], list[dict]]:
    shapes, notes = [], []
    labelled = -np.inf
    for value, text in sorted(FLOAT32_LINES):
        if low < value < high:
            shapes.append(
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "y0": value,
                    "y1": value,
                    "line": {"color": colours.GUIDE, "width": 1, "dash": "longdash"},
                    "opacity": 0.6,
                }
            )
            if value - labelled < _LINE_OF_TEXT * (high - low):
                continue  # the two labels would lie on each other
            labelled = value
            notes.append(
                {
                    # Every curve starts at the right end near its own size: the room there is free.
                    "xref": "paper",
                    "x": 1,
                    "y": value,
                    "text": text,
                    "showarrow": False,
                    "xanchor": "right",
                    # Over the line, but where the chart ends just above it.
                    "yanchor": "bottom" if high - value > _LINE_OF_TEXT * (high - low) else "top",
                    # On a ground of their own: a curve that passes does not strike them out.
                    "bgcolor": "$background",
                    "font": {"size": 11, "color": "$muted"},
                }
            )
    return shapes, notes


def _note(x: float, y: float, text: str, *, anchor: str) -> dict:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "bottom",
        "bgcolor": "$background",
        "font": {"size": 12},
    }


def eigenvalues(flow: GradientFlow, step: int | None = None) -> dict:
    """Eigenvalues of the flow's matrix in the plane with the unit circle, ρ and σ_max.

    With `step` those of that step's Jacobian too, for the typical sequence.
    """
    letter = captions.matrix_name(flow)
    values = flow.eigenvalues
    radius, norm = flow.spectral_radius, flow.spectral_norm
    at_rho, at_norm = (spoken.fixed(value, 3) for value in (radius, norm))
    reach = 1.12 * max(1.0, norm)
    reach = next(
        (r for r in (1.3, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 40) if r >= reach), reach
    )
    traces = [
        _circle(1.0, _UNIT_CIRCLE, colours.GUIDE, "solid"),
        _circle(
            radius,
            Said(f"ρ = {at_rho}", plain=f"in the long run: {at_rho}"),
            colours.LINE,
            "dash",
        ),
        _circle(
            norm,
            Said(f"σ<sub>max</sub> = {at_norm}", plain=f"at most in one step: {at_norm}"),
            colours.SECOND,
            "dot",
        ),
        {
            "type": "scatter",
            "mode": "markers",
            "x": values.real,
            "y": values.imag,
            "name": Said(f"λ of {typeset.indices(letter)}", plain="eigenvalues"),
            "marker": {"color": colours.LINE, "size": 7, "opacity": 0.85},
            "hovertemplate": "%{x:.3f} %{y:+.3f}i<extra>%{fullData.name}</extra>",
        },
    ]
    if step is not None:
        local = np.linalg.eigvals(flow.jacobian(step, flow.typical_sequence))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": local.real,
                "y": local.imag,
                "name": Said(f"λ of J<sub>t</sub> at step {step}", plain=f"those of step {step}"),
                "marker": {"color": colours.THIRD, "size": 6, "symbol": "x-thin-open"},
                "hovertemplate": "%{x:.3f} %{y:+.3f}i<extra>%{fullData.name}</extra>",
            }
        )
    axis = {"range": [-reach, reach], "constrain": "domain"}
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="real part",
            y_title="imaginary part",
            columns={"x": "real", "y": "imaginary"},
            xaxis=axis,
            yaxis={**axis, "scaleanchor": "x", "scaleratio": 1},
            showlegend=True,
            margin={"l": 52},
        ),
    }


_UNIT_CIRCLE = Said("unit circle", plain="1: neither grows nor shrinks")


def _circle(radius: float, name: str, colour: str, dash: str) -> dict:
    angle = np.linspace(0, 2 * np.pi, 121)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    return plot.line(x, y, name, colour, 1.5, dash, hoverinfo="name")


def derivative_map(flow: GradientFlow) -> dict:
    """φ'(z) of units × time for the typical sequence, units sorted by their mean, and the share
    of saturated units above."""
    c = flow.config
    values = flow.dphi[:, flow.typical_sequence].T  # (H, T)
    order = spread_out(np.argsort(values.mean(axis=1)))
    t = np.arange(1, c.seq_len + 1)
    phi = ACTIVATIONS[c.activation_used]
    word = phi.off
    return {
        "data": [
            {
                "type": "heatmap",
                "x": t,
                "y": np.arange(1, len(order) + 1),
                "z": values[order],
                "zmin": 0.0,
                "zmax": phi.max_dphi,
                "colorscale": [[0, "#08306b"], [0.1, "#2b7bba"], [0.5, "#9ecae1"], [1, "#f3efe6"]],
                "colorbar": {
                    "thickness": 10,
                    "title": {"text": Said("φ′", plain="slope")},
                    "len": 0.72,
                    "y": 0.36,
                    "x": 1.0,
                },
                "customdata": np.repeat((order + 1)[:, None], c.seq_len, axis=1),
                "hovertemplate": Said(
                    "unit %{customdata}, step %{x}: φ′ = %{z:.3g}<extra></extra>",
                    plain="unit %{customdata}, step %{x}: slope %{z:.3g}<extra></extra>",
                ),
                "name": Said("φ′(z)", plain="slope of the unit"),
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": t,
                "y": 100 * flow.saturated,
                "yaxis": "y2",
                "fill": "tozeroy",
                "fillcolor": "rgba(43,123,186,0.25)",
                "line": {"color": colours.FLAT, "width": 2},
                "name": f"share {word}",
                "hovertemplate": f"step %{{x}}: %{{y:.1f}} % {word}<extra></extra>",
            },
        ],
        "layout": plot.layout(
            x_title="step t",
            y_title="unit, sorted",
            columns={"x": "step", "y": "unit_sorted", "z": "phi_prime"},
            seq_len=c.seq_len,
            yaxis={"domain": [0, 0.72], "range": [0.5, len(order) + 0.5]},
            yaxis2={
                "domain": [0.78, 1],
                "range": [0, 105],
                "tickvals": [0, 50, 100],
                "ticktext": ["0", "50", "100 %"],
                "zeroline": False,
            },
            margin={"r": 56},
        ),
    }


def gate_map(flow: GradientFlow) -> dict:
    """The gate that decides what is kept (f of the LSTM, z of the GRU) by unit and step, for the
    typical sequence, units sorted by their mean; its mean over all units and sequences above. Of a
    matrix: by column and step."""
    c, kept = flow.config, flow.config.cell_used.kept
    name, gate = Said(kept.letter, plain="kept"), kept.share(flow.gates)
    values = gate[:, flow.typical_sequence].T  # (H, T)
    order = spread_out(np.argsort(values.mean(axis=1)))
    t, mean = np.arange(1, c.seq_len + 1), gate.mean(axis=(1, 2))
    # Gates of exp may be more than 1.
    highest = max(1.0, float(mean.max()))
    few = {"tickvals": np.arange(1, len(order) + 1)} if len(order) < 5 else {}
    return {
        "data": [
            {
                "type": "heatmap",
                "x": t,
                "y": np.arange(1, len(order) + 1),
                "z": values[order],
                "zmin": 0.0,
                "zmax": 1.0,
                "colorscale": [[0, "#08306b"], [0.5, "#6baed6"], [1, "#f3efe6"]],
                "colorbar": {
                    "thickness": 10,
                    "title": {"text": name},
                    "len": 0.72,
                    "y": 0.36,
                    "x": 1.0,
                },
                "customdata": np.repeat((order + 1)[:, None], c.seq_len, axis=1),
                "hovertemplate": f"{kept.by} %{{customdata}}, step %{{x}}: " + name + " = %{z:.3g}"
                "<extra></extra>",
                "name": "gate " + Said(kept.letter, plain="that keeps"),
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": t,
                "y": mean,
                "yaxis": "y2",
                "line": {"color": colours.LINE, "width": 2},
                "name": "mean of " + Said(kept.letter, plain="what is kept"),
                "hovertemplate": "step %{x}: mean " + name + " = %{y:.3f}<extra></extra>",
            },
        ],
        "layout": plot.layout(
            x_title="step t",
            y_title=f"{kept.by}, sorted",
            columns={"x": "step", "y": f"{kept.by}_sorted", "z": f"gate_{name}"},
            seq_len=c.seq_len,
            yaxis={"domain": [0, 0.72], "range": [0.5, len(order) + 0.5], **few},
            yaxis2={
                "domain": [0.78, 1],
                "range": [0, 1.05 * highest],
                "zeroline": False,
                **({"tickvals": [0, 0.5, 1]} if highest == 1.0 else {"nticks": 3}),
            },
            margin={"r": 56},
        ),
    }


def teaching(flow: GradientFlow) -> dict:
    """Who teaches whom: how much of the loss at step j reaches the state at step i."""
    matrix = flow.teaching
    T = flow.config.seq_len
    found = plot.heat(
        np.where(np.isneginf(matrix.log10), -400.0, matrix.log10),
        x=np.arange(1, T + 1),
        y=matrix.steps,
        hovertemplate="loss at %{y} → state at %{x}: 10^%{z:.2f}<extra></extra>",
        name=Said(
            "log₁₀ ‖∂L_j/∂h_i‖ / ‖∂L_j/∂h_j‖",
            plain="how much of a loss reaches a state, powers of ten",
        ),
    )
    return plot.over_steps(
        [found],
        T,
        x_title=Said("state h at step i", plain="the state at this step"),
        y_title=Said("loss at step j", plain="the loss at this step"),
        columns={"x": "state_step", "y": "loss_step", "z": "log10_ratio"},
        yaxis={"range": [0.5, T + 0.5]},
        margin={"r": 56},
    )


def shares(flow: GradientFlow) -> dict:
    """Each step's share of ∂L/∂W_h, in percent."""
    T = flow.config.seq_len
    bars = {
        "type": "bar",
        "x": np.arange(1, T + 1),
        "y": 100 * flow.shares,
        "marker": {"color": colours.LINE, "line": {"width": 0}},
        "text": hover(log10_or_gone(flow.shares)),
        "textposition": "none",
        "hovertemplate": "step %{x}: %{text} of the whole<extra></extra>",
        "name": Said(f"share of {captions.shared_gradient(flow)} (%)", plain="share (%)"),
    }
    return plot.over_steps(
        [bars],
        T,
        y_title=Said(
            f"share of {typeset.indices(captions.shared_gradient(flow))} (%)", plain="share (%)"
        ),
        columns={"y": "share_percent"},
        yaxis={"rangemode": "tozero", "range": [0, share_top(flow.shares)]},
        bargap=0.15 if T <= 120 else 0,
    )
