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
from rnn_core.numbers.logdomain import LOG10_MAX_FLOAT32
from rnn_core.studies.prediction import Prediction
from ui import style, words

FLOAT32_LINES = (
    (LOG10_MAX_FLOAT32, "float32 overflows: inf, then NaN"),
    (float(np.log10(1.2e-7)), "float32 eps 1.2·10⁻⁷: a weight of size 1 no longer changes"),
    (float(np.log10(1.2e-38)), "float32's smallest normal number"),
)
# The window the norm chart always shows, and the steps in which it grows. Fixed steps keep the
# axis still while a slider moves: an axis that follows the data makes every curve look the same.
_LOWS = (-8, -12, -16, -24, -40, -80, -160, -320, -640, -1280, -2560, -5120, -10240)
_HIGHS = (2, 4, 8, 16, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)
UNITS_SHOWN = 64
LAW_LINES = {
    "norm_bound": (style.GUIDE, "dot"),
    "realised_bound": (style.GUIDE, "dashdot"),
    "spectral_radius": (style.GUIDE, "dash"),
    "mean_field": (style.FOURTH, "dash"),
    "lyapunov": (style.FOURTH, "dashdot"),
    "lstm_shortcut": (style.FOURTH, "dot"),
}


def gradient_norms(
    flow: GradientFlow, laws: list[Prediction] | None = None, *, every_sequence: bool = False
) -> dict:
    """‖∂L/∂h_t‖ per step: median and band, or every sequence, with what the laws predict."""
    T = flow.config.seq_len
    t = np.arange(1, T + 1)
    spread = flow.spread
    norms = flow.log10_norms
    traces = []
    if every_sequence:
        shown = norms
        traces.append(_polylines(t, norms))
    else:
        shown = np.stack([spread.low, spread.high], axis=1)
        if flow.config.batch_size > 1:
            traces.append(_band(t, spread.low, spread.high))
    low, high = _window(shown)
    direct = np.median(flow.log10_direct, axis=1)
    if flow.config.loss_at == "last":
        traces.append(norm_line(t[-1:], direct[-1:], "direct part: step T only", style.SECOND, 1.5))
    else:
        name = "direct part ∂L<sub>t</sub>/∂h<sub>t</sub>"
        traces.append(norm_line(t, direct, name, style.SECOND, 1.5))
        last = np.median(flow.log10_last, axis=1)
        traces.append(norm_line(t, last, "from the last loss alone", style.THIRD, 1.5))
    name = f"median of {flow.config.batch_size} sequences"
    if flow.config.batch_size == 1:
        name = f"‖∂L/∂{state_letter(flow)}<sub>t</sub>‖"
    traces.append(norm_line(t, spread.median, name, style.LINE, 3.5))
    # On top: a law that is right would be hidden under the curve.
    start = spread.median[-1]
    if np.isfinite(start):
        traces += [_law_line(flow, law, start) for law in laws or () if not law.missing]
    shapes, notes = _float32(low, high)
    if flow.zero_until:
        notes.append(_note(flow.zero_until, low, "exactly 0 from here back", anchor="right"))
    if flow.overflow is not None:
        shapes.append(style.upright(flow.overflow.step, style.KIND_COLOURS["exploding"], "dot"))
        notes.append(
            _note(flow.overflow.step, high, "float64 overflows here", anchor="right", top=True)
        )
    return style.over_steps(
        traces,
        T,
        y_title=f"‖∂L/∂{state_letter(flow)}<sub>t</sub>‖",
        columns={"y": "log10_norm"},
        yaxis=style.log_axis(low, high),
        showlegend=True,
        shapes=shapes,
        annotations=notes,
    )


def state_letter(flow: GradientFlow) -> str:
    """The letter of the state: h, or s where that is more than h."""
    return "h" if flow.config.cell_used.states == 1 else "s"


def _window(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    lowest, highest = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    low = next((v for v in _LOWS if v <= lowest - 0.5), _LOWS[-1] * 2)
    high = next((v for v in _HIGHS if v >= highest + 0.5), _HIGHS[-1] * 2)
    return float(low), float(high)


def norm_axis(*curves: np.ndarray) -> dict:
    """A y axis of log₁₀ that holds all the curves, with powers of ten, in the fixed steps."""
    low, high = _window(np.concatenate([np.ravel(curve) for curve in curves]))
    return style.log_axis(low, high)


def _hover(log10: np.ndarray) -> list[str]:
    return [style.from_log10(v) for v in np.asarray(log10, dtype=float).tolist()]


def norm_line(
    t: np.ndarray, log10: np.ndarray, name: str, colour: str, width: float, dash: str | None = None
) -> dict:
    """A curve of norms over the steps; a lonely value is a dot."""
    lonely = np.isfinite(log10).sum() == 1
    return style.line(
        t,
        style.gaps(log10),
        name,
        colour,
        width,
        dash,
        mode="lines+markers" if lonely else "lines",
        marker={"color": colour, "size": 8},
        text=_hover(log10),
        hovertemplate="step %{x}: %{text}<extra>%{fullData.name}</extra>",
    )


def _band(t: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict:
    both = np.isfinite(low) & np.isfinite(high)
    name = "10–90 % of sequences"
    return style.band(t[both], low[both], high[both], name, "rgba(13,148,136,0.18)")


def _polylines(t: np.ndarray, norms: np.ndarray) -> dict:
    """Every sequence in one trace, gaps between them: one SVG path instead of B."""
    T, B = norms.shape
    y = np.full((B, T + 1), np.nan)
    y[:, :T] = style.gaps(norms).T
    return style.line(
        np.tile(np.append(t, T), B),
        y.ravel(),
        f"each of {B} sequences",
        style.LINE,
        1,
        opacity=0.45,
        customdata=np.repeat(np.arange(1, B + 1), T + 1),
        hovertemplate="sequence %{customdata}, step %{x}: 10^%{y:.2f}<extra></extra>",
    )


def _law_line(flow: GradientFlow, law: Prediction, start: float) -> dict:
    """A law's curve from the loss end; both speak of one loss on its way back."""
    colour, dash = LAW_LINES[law.name]
    T = flow.config.seq_len
    whose = "" if flow.config.loss_at == "last" else ", last loss"
    return style.line(
        np.arange(1, T + 1),
        style.gaps(start + law.log10),
        f"{LAWS[law.name].label}{whose}",
        colour,
        1.5,
        dash,
        hovertemplate="step %{x}: 10^%{y:.2f}<extra>%{fullData.name}</extra>",
    )


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
                    "line": {"color": style.GUIDE, "width": 1, "dash": "longdash"},
                    "opacity": 0.6,
                }
            )
            if value - labelled < 0.1 * (high - low):
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
                    "yanchor": "bottom",
                    "font": {"size": 11, "color": style.GUIDE},
                }
            )
    return shapes, notes


def _note(x: float, y: float, text: str, *, anchor: str, top: bool = False) -> dict:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "top" if top else "bottom",
        "font": {"size": 12},
    }


def eigenvalues(flow: GradientFlow, step: int | None = None) -> dict:
    """Eigenvalues of the flow's matrix in the plane with the unit circle, ρ and σ_max.

    With `step` those of that step's Jacobian too, for the typical sequence.
    """
    letter = words.matrix_name(flow)
    values = flow.eigenvalues
    radius, norm = flow.spectral_radius, flow.spectral_norm
    reach = 1.12 * max(1.0, norm)
    reach = next(
        (r for r in (1.3, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 40) if r >= reach), reach
    )
    traces = [
        _circle(1.0, "unit circle", style.GUIDE, "solid"),
        _circle(radius, f"ρ = {radius:.3f}", style.LINE, "dash"),
        _circle(norm, f"σ<sub>max</sub> = {norm:.3f}", style.SECOND, "dot"),
        {
            "type": "scatter",
            "mode": "markers",
            "x": values.real,
            "y": values.imag,
            "name": f"λ of {style.indices(letter)}",
            "marker": {"color": style.LINE, "size": 7, "opacity": 0.85},
            "hovertemplate": "λ = %{x:.3f} %{y:+.3f}i<extra>%{fullData.name}</extra>",
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
                "name": f"λ of J<sub>t</sub> at step {step}",
                "marker": {"color": style.THIRD, "size": 6, "symbol": "x-thin-open"},
                "hovertemplate": "λ = %{x:.3f} %{y:+.3f}i<extra>J<sub>t</sub></extra>",
            }
        )
    axis = {"range": [-reach, reach], "constrain": "domain"}
    return {
        "data": traces,
        "layout": style.layout(
            x_title="real part",
            y_title="imaginary part",
            columns={"x": "real", "y": "imaginary"},
            xaxis=axis,
            yaxis={**axis, "scaleanchor": "x", "scaleratio": 1},
            showlegend=True,
            margin={"l": 52},
        ),
    }


def _circle(radius: float, name: str, colour: str, dash: str) -> dict:
    angle = np.linspace(0, 2 * np.pi, 121)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    return style.line(x, y, name, colour, 1.5, dash, hoverinfo="name")


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
                    "title": {"text": "φ′"},
                    "len": 0.72,
                    "y": 0.36,
                    "x": 1.0,
                },
                "customdata": np.repeat((order + 1)[:, None], c.seq_len, axis=1),
                "hovertemplate": "unit %{customdata}, step %{x}: φ′ = %{z:.3g}<extra></extra>",
                "name": "φ′(z)",
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": t,
                "y": 100 * flow.saturated,
                "yaxis": "y2",
                "fill": "tozeroy",
                "fillcolor": "rgba(43,123,186,0.25)",
                "line": {"color": style.KIND_COLOURS["vanishing"], "width": 2},
                "name": f"share {word}",
                "hovertemplate": f"step %{{x}}: %{{y:.1f}} % {word}<extra></extra>",
            },
        ],
        "layout": style.layout(
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
    typical sequence, units sorted by their mean; its mean over all units and sequences above."""
    c, name = flow.config, words.KEEPING_GATES[flow.config.cell]
    gate = flow.gates[name]
    values = gate[:, flow.typical_sequence].T  # (H, T)
    order = spread_out(np.argsort(values.mean(axis=1)))
    t = np.arange(1, c.seq_len + 1)
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
                "colorbar": {"thickness": 10, "title": {"text": name}, "len": 0.72, "y": 0.36,
                             "x": 1.0},
                "customdata": np.repeat((order + 1)[:, None], c.seq_len, axis=1),
                "hovertemplate": f"unit %{{customdata}}, step %{{x}}: {name} = %{{z:.3g}}"
                "<extra></extra>",
                "name": f"gate {name}",
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": t,
                "y": gate.mean(axis=(1, 2)),
                "yaxis": "y2",
                "line": {"color": style.LINE, "width": 2},
                "name": f"mean of {name}",
                "hovertemplate": f"step %{{x}}: mean {name} = %{{y:.3f}}<extra></extra>",
            },
        ],
        "layout": style.layout(
            x_title="step t",
            y_title="unit, sorted",
            columns={"x": "step", "y": "unit_sorted", "z": f"gate_{name}"},
            seq_len=c.seq_len,
            yaxis={"domain": [0, 0.72], "range": [0.5, len(order) + 0.5]},
            yaxis2={
                "domain": [0.78, 1],
                "range": [0, 1.05],
                "tickvals": [0, 0.5, 1],
                "zeroline": False,
            },
            margin={"r": 56},
        ),
    }  # fmt: skip


def spread_out(order: np.ndarray) -> np.ndarray:
    """UNITS_SHOWN of more units, evenly from the sorted ones."""
    if len(order) <= UNITS_SHOWN:
        return order
    return order[np.linspace(0, len(order) - 1, UNITS_SHOWN).round().astype(int)]


def teaching(flow: GradientFlow) -> dict:
    """Who teaches whom: how much of the loss at step j reaches the state at step i."""
    matrix = flow.teaching
    T = flow.config.seq_len
    found = style.heat(
        np.where(np.isneginf(matrix.log10), -400.0, matrix.log10),
        x=np.arange(1, T + 1),
        y=matrix.steps,
        hovertemplate="loss at %{y} → state at %{x}: 10^%{z:.2f}<extra></extra>",
        name="log₁₀ ‖∂L_j/∂h_i‖ / ‖∂L_j/∂h_j‖",
    )
    return style.over_steps(
        [found],
        T,
        x_title="state h at step i",
        y_title="loss at step j",
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
        "marker": {"color": style.LINE, "line": {"width": 0}},
        "text": _hover(_log10(flow.shares)),
        "textposition": "none",
        "hovertemplate": "step %{x}: %{text} of the whole<extra></extra>",
        "name": f"share of {words.shared_gradient(flow)} (%)",
    }
    return style.over_steps(
        [bars],
        T,
        y_title=f"share of {style.indices(words.shared_gradient(flow))} (%)",
        columns={"y": "share_percent"},
        yaxis={"rangemode": "tozero", "range": [0, _share_top(flow.shares)]},
        bargap=0.15 if T <= 120 else 0,
    )


def _log10(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log10(values)


def _share_top(share: np.ndarray) -> float:
    largest = 105 * float(share.max(initial=0.0))
    return next(top for top in (5, 10, 20, 30, 50, 75, 110) if largest <= top)


def river(flow: GradientFlow, selected: int | None) -> dict:
    """The picture of the unrolled network: what `live.river` draws."""
    c, spread = flow.config, flow.spread
    end = spread.median[-1]
    origin = end if np.isfinite(end) else 0.0
    s = flow.typical_sequence
    walk = {
        "sequence": s + 1,
        "count": c.batch_size,
        "log10": flow.log10_norms[:, s],
        "state": state_letter(flow),
    }
    if flow.two_factors:
        walk["phi"] = 10.0 ** flow.log10_activation[:, s]
        walk["w"] = 10.0 ** flow.log10_recurrence[:, s]
    else:
        walk["step"] = 10.0 ** flow.log10_step[:, s]
    if c.loss_at == "every":
        walk["direct"] = flow.log10_direct[:, s]
    overflow = None
    if flow.overflow is not None:
        overflow = {"step": flow.overflow.step, "text": "float64 overflows"}
    picture = {
        "log10": spread.median - origin,
        "lo": spread.low - origin,
        "hi": spread.high - origin,
        "log10_abs": spread.median,
        "share": flow.shares,
        "loss": c.loss_at,
        "input": c.input,
        "input_rms": np.sqrt((flow.trace.x**2).mean(axis=(1, 2))),
        "overflow": overflow,
        "zero_step": flow.zero_until,
        "selected": selected,
        "activation": c.activation_used,
        "state": state_letter(flow),
        "shared": None if c.cell_used.has_matrix else "<i>λ</i>",
        "walk": walk,
        "summary": words.summary(flow),
    }
    if flow.dphi is not None:
        picture["mean_dphi"] = flow.mean_dphi
        picture["saturated"] = flow.saturated
        picture["saturated_word"] = ACTIVATIONS[c.activation_used].off
    else:
        picture["gates"] = {name: gate.mean(axis=(1, 2)) for name, gate in flow.gates.items()}
    return picture
