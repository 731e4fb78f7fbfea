"""Drawing one neuron: the diagram's payload, and the charts of terms, powers and training."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.said import Said
from rnn_core.studies.one_neuron import WEIGHTS, History, Pass, log10_power
from ui.look import colours, plot
from ui.one_neuron import nodes as one_neuron_nodes
from ui.one_neuron import words

REFERENCES = (0.5, 0.9, 0.95, 1.1)
TABLE = ((0.9, 10), (0.9, 50), (0.9, 100), (0.95, 99), (0.5, 20), (1.1, 50))
# The windows that axes move between: fixed, so that an axis stays still while a slider moves.
_FLOORS = (-4, -8, -16, -32, -64, -128, -320)
_TOPS = (1, 2, 4, 8, 16, 32, 64)
_LOWS = (-8, -16, -32, -64, -128, -320, -640, -1280, -10000)
_HIGHS = (5, 10, 20, 50, 100, 200)
_COLOURS = {"w_in": colours.LINE, "w_h": colours.SECOND, "w_out": colours.THIRD}


# -- the diagram


def diagram(p: Pass, selected: str) -> dict:
    """What `live.neuron` draws: every number as a node, with its equation filled in."""
    nodes, T = [], p.steps
    end = abs(float(p.delta[-1]))

    def node(name: str, value: float, text: tuple[str, str], uses: list[str], **more) -> None:
        equation, note = text
        nodes.append(
            {
                "id": name,
                "text": f"{value:.0f}" if name[0] == "x" else spoken.number(value),
                "equation": one_neuron_nodes.maths(equation),
                "note": one_neuron_nodes.maths(note),
                "say": f"{equation}. {note}",
                "uses": uses,
                "zero": bool(value == 0),
                **more,
            }
        )

    def relative(value: float) -> float | None:
        """log₁₀ of a gradient relative to the loss end's; None for 0."""
        return math.log10(abs(value) / end) if value and end else None

    for t in range(1, T + 1):
        i = t - 1
        past = [f"h{t - 1}"] if t > 1 else []
        after = [f"g{t + 1}"] if t < T else ["dy"]
        node(f"x{t}", p.x[i], one_neuron_nodes.input_node(p, t), [])
        node(f"z{t}", p.z[i], one_neuron_nodes.z_node(p, t), [f"x{t}", *past])
        node(f"h{t}", p.h[i], one_neuron_nodes.h_node(p, t), [f"z{t}"])
        flat = bool(p.dphi[i] < 0.1)
        used = [f"h{t}"] if ACTIVATIONS[p.neuron.activation].slope else [f"z{t}"]
        node(f"phi{t}", p.dphi[i], one_neuron_nodes.phi_node(p, t), used, flat=flat)
        node(
            f"d{t}",
            p.delta[i],
            one_neuron_nodes.delta_node(p, t),
            after,
            log10=relative(p.delta[i]),
        )
        node(
            f"g{t}",
            p.dz[i],
            one_neuron_nodes.dz_node(p, t),
            [f"d{t}", f"phi{t}"],
            log10=relative(p.dz[i]),
        )
        for name, weight, uses in (("rec", "w_h", past), ("in", "w_in", [f"x{t}"])):
            node(
                f"{name}{t}",
                p.terms[weight][i],
                one_neuron_nodes.term_node(p, weight, t),
                [f"g{t}", *uses],
                share=float(p.shares[weight][i]),
            )
    node("y", p.y, one_neuron_nodes.y_node(p), [f"h{T}"], right=p.right)
    node("L", p.loss, one_neuron_nodes.loss_node(p), ["y", "x1"])
    node("dy", p.dy, one_neuron_nodes.dy_node(p), ["y", "x1"])
    node("out", p.gradients["w_out"], one_neuron_nodes.out_node(p), ["dy", f"h{T}"])
    for name, weight in (("rec", "w_h"), ("in", "w_in")):
        uses = [f"{name}{t}" for t in range(1, T + 1)]
        node(f"sum_{name}", p.gradients[weight], one_neuron_nodes.sum_node(p, weight), uses)
    return {
        "steps": T,
        "nodes": nodes,
        "order": order(T),
        "weights": {name: spoken.exact(getattr(p.neuron, name)) for name in WEIGHTS},
        "start": 0.0 if p.dy else None,
        "selected": selected,
        "summary": words.summary(p),
    }


def order(T: int) -> list[str]:
    """The backward pass from the loss, one multiplication at a time."""
    back = ["L", "dy", "out"]
    for t in range(T, 0, -1):
        back += [f"d{t}", f"g{t}", f"rec{t}", f"in{t}"]
    return [*back, "sum_rec", "sum_in"]


def names(T: int) -> set[str]:
    """Every node of a diagram of T steps."""
    forward = {f"{row}{t}" for row in ("x", "z", "h", "phi") for t in range(1, T + 1)}
    return forward | {"y"} | set(order(T))


# -- the terms


def terms(p: Pass) -> dict:
    """Each step's term of ∂L/∂w_in and ∂L/∂w_h: sign upwards or downwards, size in decades."""
    t = np.arange(1, p.steps + 1)
    sizes = np.abs(np.concatenate([p.terms["w_in"], p.terms["w_h"]]))
    alive = np.log10(sizes[sizes > 0])
    smallest, largest = (alive.min(), alive.max()) if alive.size else (0.0, 0.0)
    floor = next((f for f in _FLOORS if f <= smallest - 0.5), _FLOORS[-1])
    top = next((v for v in _TOPS if v >= largest + 0.3), _TOPS[-1])
    traces = []
    for name in ("w_in", "w_h"):
        values = p.terms[name]
        texts = [spoken.number(v) for v in values]
        traces.append(
            {
                "type": "bar",
                "x": t,
                "y": _decades(values, floor),
                "name": Said(f"term of ∂L/∂w<sub>{name[2:]}</sub>", plain=_for(name)),
                "marker": {"color": _COLOURS[name], "line": {"width": 0}},
                "text": texts,
                "textposition": "outside" if p.steps <= 6 else "none",
                "cliponaxis": False,
                "hovertemplate": "step %{x}: %{text}<extra>%{fullData.name}</extra>",
            }
        )
    reach = top - floor
    signs = np.sign(np.concatenate([p.terms["w_in"], p.terms["w_h"]]))
    # The side that no term is on need not take half of the chart.
    below = -1.12 * reach if (signs < 0).any() else -0.14 * reach
    above = 1.12 * reach if (signs > 0).any() or below > -reach else 0.14 * reach
    ticks, labels = _signed_ticks(floor, top)
    return plot.over_steps(
        traces,
        p.steps,
        y_title=Said("term (log, both signs)", plain="what a step brings"),
        columns={"y": f"sign_times_decades_above_1e{floor}"},
        yaxis={
            "range": [below, above],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": labels,
            "zeroline": True,
        },
        barmode="group",
        bargap=0.3,
        showlegend=True,
    )


def _for(name: str) -> str:
    """Whose term it is, in plain words."""
    return f"for w<sub>{name[2:]}</sub>"


def _decades(values: np.ndarray, floor: int) -> np.ndarray:
    """sign · decades above 10^floor; 0 for 0."""
    with np.errstate(divide="ignore"):
        above = np.log10(np.abs(values)) - floor
    return np.sign(values) * np.maximum(np.where(values == 0, 0.0, above), 0.0)


def _signed_ticks(floor: int, top: int) -> tuple[list[float], list[str]]:
    """Powers of ten going up from the floor, and the same with a minus going down."""
    ticks, labels = plot.decade_ticks(floor, top, most=4)
    near = floor + 0.1 * (top - floor)  # a label nearer than this would lie on the middle one
    up = [(float(v) - floor, label) for v, label in zip(ticks, labels, strict=True) if v > near]
    down = [(-place, f"−{label}") for place, label in reversed(up)]
    middle = (0.0, f"±{spoken.power_of_ten(floor)}")
    places, texts = zip(*down, middle, *up, strict=True)
    return list(places), list(texts)


def shares(p: Pass) -> dict:
    """Each term's share of the terms' sizes, in percent."""
    t = np.arange(1, p.steps + 1)
    return {
        "data": [
            {
                "type": "bar",
                "x": t,
                "y": 100 * p.shares[name],
                "name": Said(f"share in ∂L/∂w<sub>{name[2:]}</sub>", plain=_for(name)),
                "marker": {"color": _COLOURS[name], "line": {"width": 0}},
                "text": [_percent(float(v)) for v in p.shares[name]],
                "textposition": "outside" if p.steps <= 6 else "none",
                "cliponaxis": False,
                "hovertemplate": "step %{x}: %{text}<extra>%{fullData.name}</extra>",
            }
            for name in ("w_in", "w_h")
        ],
        "layout": plot.layout(
            x_title="step t",
            y_title=Said("share of the terms (%)", plain="share (%)"),
            columns={"x": "step", "y": "share_percent"},
            seq_len=p.steps,
            yaxis={"range": [0, 112], "tickvals": [0, 25, 50, 75, 100]},
            barmode="group",
            bargap=0.3,
            showlegend=True,
        ),
    }


def _percent(share: float) -> str:
    """A share as short as a bar is wide."""
    return spoken.percent(share).replace("under ", "<").replace("over ", ">")


# -- the closed form


def power(w: float, lag: int) -> dict:
    """|w^n| against n for the reader's w, and for some others."""
    most = next(n for n in (100, 300, 1000) if n >= lag)
    here = log10_power(w, lag)
    low = next((v for v in _LOWS if v <= max(here, _LOWS[-1]) - 1), _LOWS[-1])
    high = next((v for v in _HIGHS if v >= min(here, _HIGHS[-1]) + 0.5), _HIGHS[-1])
    if here == -math.inf:
        low, high = _LOWS[0], _HIGHS[0]
    traces = [
        _power_line(most, reference, colours.GUIDE, 1.5, dash)
        for reference, dash in zip(REFERENCES, ("dot", "dash", "dashdot", "longdash"), strict=True)
    ]
    traces.append(_power_line(most, w, colours.LINE, 3.5, "solid"))
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [lag],
            "y": [here if math.isfinite(here) else None],
            "name": Said(f"lag {lag}", plain=spoken.count(lag, "step") + " back"),
            "marker": {
                "color": colours.LINE,
                "size": 11,
                "line": {"color": "$background", "width": 2},
            },
            "text": [_signed(w, lag)],
            "hovertemplate": "n = %{x}: %{text}<extra></extra>",
        }
    )
    return {
        "data": traces,
        "layout": plot.layout(
            x_title=Said("lag n", plain="steps back"),
            y_title=Said("|w<sup>n</sup>|", plain="what is left"),
            columns={"x": "lag", "y": "log10_abs_power"},
            xaxis={"range": [0, most * 1.02]},
            yaxis=plot.log_axis(low, high),
            uirevision=f"n{most}",
            showlegend=True,
        ),
    }


@lru_cache(64)
def _powers(w: float, most: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """n up to `most`, log₁₀|wⁿ| and wⁿ as text: the same while other weights move."""
    n = evenly(most + 1, 101)
    log10 = plot.gaps(np.array([log10_power(w, int(k)) for k in n]))
    n.flags.writeable = log10.flags.writeable = False
    return n, log10, tuple(_signed(w, int(k)) for k in n)


def _power_line(most: int, w: float, colour: str, width: float, dash: str) -> dict:
    n, log10, texts = _powers(w, most)
    return plot.line(
        n,
        log10,
        Said(f"w = {spoken.exact(w)}", plain=f"{spoken.exact(w)} each step"),
        colour,
        width,
        dash,
        text=list(texts),
        hovertemplate="n = %{x}: %{text}<extra>%{fullData.name}</extra>",
    )


def _signed(w: float, lag: int) -> str:
    log10 = log10_power(w, lag)
    # As many digits for a power of ten, which needs one more to show three.
    digits = 3 if -2.9999 <= log10 < 4 else 4
    return _sign(w, lag) + spoken.from_log10(log10, digits)


def _sign(w: float, lag: int) -> str:
    return "−" if w < 0 and lag % 2 else ""


# What stands over each of `power_rows`; what plain words have no column for says nothing in them.
POWER_COLUMNS = (
    Said("w", plain="each step back"),
    Said("n", plain="steps"),
    Said("w<sup>n</sup>", plain="what is left"),
    Said("log₁₀|w<sup>n</sup>|", plain=""),
)


def power_rows(w: float, lag: int) -> list[tuple[str, str, Said, Said]]:
    """(w, n, wⁿ, log₁₀|wⁿ|) for the powers everyone should have seen, the reader's own first."""
    return [
        (spoken.exact(base), f"{n:,}", _power(base, n), _log10_text(log10_power(base, n)))
        for base, n in ((w, lag), *(known for known in TABLE if known != (w, lag)))
    ]


def _power(w: float, lag: int) -> Said:
    """wⁿ in both depths."""
    left = spoken.everyday(log10_power(w, lag))
    return Said(_signed(w, lag), plain=_sign(w, lag) + left)


def _log10_text(value: float) -> Said:
    full = "−∞" if value == -math.inf else f"{value + 0.0:.6g}".replace("-", "−")
    return Said(full, plain="")


# -- training


def training(history: History, at: int) -> dict:
    """Loss (log axis) and weights over the updates; the update on screen is marked."""
    n = np.arange(history.updates + 1)
    with np.errstate(divide="ignore"):
        loss = np.log10(history.loss)
    loss = plot.gaps(loss)
    alive = loss[np.isfinite(loss)]
    low = math.floor(min(alive.min(initial=0.0), -2.0))
    high = math.ceil(max(alive.max(initial=0.0), 0.0))
    largest = float(np.abs(history.weights).max())
    reach = next((r for r in (1.5, 2, 3, 4.5) if r >= largest), 0.0)
    if not reach:
        reach = 1.5 * 10.0 ** math.ceil(math.log10(largest))
    floor = -reach if (history.weights < 0).any() else -0.1 * reach
    mode = "lines+markers" if history.updates < 30 else "lines"
    curves = [
        (f"w<sub>{name[2:]}</sub>", _COLOURS[name], history.weights[:, i], history.weights[:, i])
        for i, name in enumerate(WEIGHTS)
    ]
    traces = [
        plot.line(
            n,
            y,
            name,
            colour,
            2.5,
            mode=mode,
            marker={"color": colour, "size": 5},
            text=[spoken.number(v, 4) for v in values],
            hovertemplate="update %{x}: %{text}<extra>%{fullData.name}</extra>",
        )
        for name, colour, y, values in (*curves, ("loss", "$text", loss, history.loss))
    ]
    traces[-1]["yaxis"] = "y2"
    right = next((v for v in (10, 20, 50, 100, 200, 500, 1000) if v >= history.updates), None)
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="updates",
            y_title="weights",
            columns={"x": "update", "y": "weight_or_log10_loss"},
            xaxis={"range": [-0.02 * (right or history.updates), right or history.updates]},
            yaxis={"domain": [0, 0.52], "range": [floor, reach], "zeroline": True},
            yaxis2=plot.axis("loss", domain=[0.6, 1], **plot.log_axis(low, high, most=4)),
            shapes=[plot.upright(at, colours.GUIDE, "dot")],
            uirevision=f"u{right}",
            showlegend=True,
        ),
    }
