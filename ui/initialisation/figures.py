"""Drawing: initialisations × activations as small curves, and z on top of φ and φ'."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnn_core.flow.measure import HORIZON_THRESHOLD
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.said import Said
from rnn_core.studies.grid import GradientGrid, Panel
from rnn_core.studies.preactivation import Preactivations, curves
from ui.look import colours, plot

# The shared axis. Beyond ±7 decades a colour says no more; a curve that goes on leaves its panel,
# and stays comparable with one that does not. Downwards is where most of them go.
WINDOW = (-8.0, 4.0)
# The whole range grows in fixed steps, so that it keeps still while a slider moves.
_LOWS = (-8, -16, -40, -80, -160, -320, -640, -1280, -2560, -5120, -10240)
_HIGHS = (4, 8, 16, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)
STEPS_DRAWN = 121  # a panel has fewer pixels than a long sequence has steps
_DENSITIES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def panels(grid: GradientGrid, *, whole: bool, selected: tuple[str, str]) -> dict:
    """What live.panels draws, its texts aside: every curve relative to its own loss end."""
    T = grid.config.seq_len
    shown = evenly(T, STEPS_DRAWN)
    median, lo, hi = (_relative(grid, name)[:, shown] for name in ("median", "low", "high"))
    low, high = window(grid) if whole else WINDOW
    return {
        "rows": [
            {"name": i, "label": INITIALISATIONS[i].label, "note": INITIALISATIONS[i].formula}
            for i in grid.inits
        ],
        "columns": [{"name": a, "label": ACTIVATIONS[a].label} for a in grid.activations],
        "parameters": ["init", "activation"],
        "seq_len": T,
        "steps": shown + 1,
        "median": median,
        "lo": lo,
        "hi": hi,
        "total": _relative(grid, "total")[:, shown] if grid.config.loss_at == "every" else [],
        "window": [low, high],
        "ticks": [
            [v, spoken.power_of_ten(int(v))] for v in ((high, 0, low) if whole else (0, low))
        ],
        "threshold": HORIZON_THRESHOLD,
        "ratio": np.array([p.log10_ratio for p in grid.panels]),
        "zero_until": [p.zero_until or 0 for p in grid.panels],
        "overflow": [p.overflow.step if p.overflow else 0 for p in grid.panels],
        "selected": list(selected),
    }


def texts(grid: GradientGrid, **of_panel: Callable[[Panel], str]) -> dict[str, list[str]]:
    """A text of every panel under each name."""
    return {name: [tell(p) for p in grid.panels] for name, tell in of_panel.items()}


def window(grid: GradientGrid) -> tuple[float, float]:
    """A range of log₁₀ that holds every median."""
    values = _relative(grid, "median")
    finite = values[np.isfinite(values)]
    lowest, highest = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    low = next((v for v in _LOWS if v <= lowest), _LOWS[-1] * 2)
    high = next((v for v in _HIGHS if v >= highest), _HIGHS[-1] * 2)
    return float(low), float(high)


def _relative(grid: GradientGrid, name: str) -> np.ndarray:
    """(P, T): log₁₀ relative to the median at the last step, which has one loss; -inf where 0."""
    curve = np.stack([getattr(p, name) for p in grid.panels])
    start = np.stack([p.median[-1] for p in grid.panels])
    return curve - np.where(np.isfinite(start), start, 0.0)[:, None]


def preactivation(found: Preactivations, activation: str) -> dict:
    """The histogram of z, what φ' blocks apart, with φ(z) and φ'(z) drawn over it."""
    z, phi, dphi = curves(activation, found.reach)
    top = max(found.passing.max(), found.blocked.max(), (found.passing + found.blocked).max())
    top = next((d for d in _DENSITIES if d >= top), 50.0)
    width = found.edges[1] - found.edges[0]
    off = ACTIVATIONS[activation].off
    hover = "z = %{x:.2f}: density %{y:.3g}<extra>%{fullData.name}</extra>"
    bars = [
        {
            "type": "bar",
            "x": found.centres,
            "y": y,
            "width": width,
            "name": name,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": hover,
        }
        for y, name, colour in (
            (
                found.blocked,
                Said(f"z of units {off}: φ′ < 0.1", plain=f"units that are {off}"),
                colours.FLAT,
            ),
            (
                found.passing,
                Said("z where φ′ ≥ 0.1", plain="units that are not"),
                "rgba(140,143,148,0.6)",
            ),
        )
        if not ACTIVATIONS[activation].linear or y is found.passing
    ]
    lines = [
        plot.line(
            z,
            y,
            name,
            colour,
            2.5,
            dash,
            yaxis="y2",
            hovertemplate="z = %{x:.2f}: %{y:.3g}<extra>%{fullData.name}</extra>",
        )
        for y, name, colour, dash in (
            (phi, Said("φ(z)", plain="the activation"), colours.SECOND, "dash"),
            (dphi, Said("φ′(z)", plain="its slope"), colours.LINE, "solid"),
        )
    ]
    # One zero for both axes: where the bars stand on a low φ′, little passes.
    low = -1.1 if phi[0] < -0.5 else -0.12
    return {
        "data": bars + lines,
        "layout": plot.layout(
            x_title=Said("pre-activation z", plain="what goes into a unit"),
            y_title=Said("density of z", plain="how often"),
            columns={"x": "z", "y": "value"},
            barmode="stack",
            bargap=0,
            showlegend=True,
            xaxis={"range": [-found.reach, found.reach]},
            yaxis={
                "range": [low * top, 1.1 * top],
                "tickvals": [0, top / 2, top],
                "ticktext": ["0", f"{top / 2:g}", f"{top:g}"],
            },
            yaxis2={
                "overlaying": "y",
                "side": "right",
                "range": [low, 1.1],
                "title": {"text": Said("φ(z), φ′(z)", plain="activation, slope"), "standoff": 4},
                "showgrid": False,
                "zeroline": False,
                "tickvals": [-1, -0.5, 0, 0.5, 1],
            },
            margin={"r": 60},
            annotations=_outside(found),
        ),
    }


def _outside(found: Preactivations) -> list[dict]:
    """How much of z lies further out than the axis, at its two ends."""
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": x,
            "y": 0.5,
            "text": text,
            "showarrow": False,
            "xanchor": anchor,
            "font": {"size": 12},
        }
        for share, x, anchor, text in (
            (found.below, 0.01, "left", f"← {spoken.percent(found.below)} of z"),
            (found.above, 0.99, "right", f"{spoken.percent(found.above)} of z →"),
        )
        if share > 0
    ]
