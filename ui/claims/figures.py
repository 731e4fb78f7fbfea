"""Drawing a claim: what it says, and once there is a prediction what was seen."""

from __future__ import annotations

import numpy as np

from rnn_core.claims.claim import OTHER, SAID, SEEN, Claim, Curve, Found
from ui.look import colours, plot

# Whose curve it is: colour, width, dash.
_LOOKS = {
    SAID: (colours.SECOND, 2.0, "dash"),
    OTHER: (colours.GUIDE, 2.0, "dot"),
    SEEN: (colours.LINE, 3.0, None),
}
# The windows that an axis of powers of ten moves between, so that it stays still under a slider.
_FLOORS = (-2, -4, -8, -16, -32, -64, -128, -320)
_TOPS = (0.5, 2, 4, 8, 16, 32, 64, 128)


def claim(about: Claim, found: Found, *, whole: bool) -> dict:
    """Every curve; without `whole` only what the claim itself says."""
    shown = [one for one in found.curves if whole or one.whose == SAID]
    axis = _axis(about, found)
    low, high = axis["range"]
    x = np.concatenate([one.x for one in found.curves])
    edge = 0.02 * float(x.max() - x.min() or 1)
    steps = int(x.max()) if about.over_steps else None
    ends = {} if steps else {"range": [float(x.min()) - edge, float(x.max()) + edge]}
    return {
        "data": [_trace(one, low) for one in shown],
        "layout": plot.layout(
            x_title=about.x_title,
            y_title=about.y_title,
            columns={"x": "x", "y": "log10" if about.powers else "y"},
            showlegend=True,
            uirevision=f"{about.label} {low} {high}",
            seq_len=steps,
            xaxis=ends,
            yaxis=axis,
        ),
    }


def _trace(one: Curve, low: float) -> dict:
    colour, width, dash = _LOOKS[one.whose]
    # What is 0 goes down to the foot of the chart.
    y = np.where(np.isneginf(one.y), 2 * low, one.y)
    if len(one.x) == 1:
        mark = {"size": 12, "color": colour}
        return plot.line(one.x, y, one.name, colour, width, mode="markers", marker=mark)
    return plot.line(one.x, plot.gaps(y), one.name, colour, width, dash)


def _axis(about: Claim, found: Found) -> dict:
    """Of all curves, whether they are drawn yet or not: a prediction moves no axis."""
    y = np.concatenate([one.y for one in found.curves])
    y = y[np.isfinite(y)]
    low, high = (float(y.min()), float(y.max())) if len(y) else (-1.0, 0.0)
    if not about.powers:
        room = 0.05 * (high - low or 1.0)
        return {"range": [low - room, high + room]}
    if low >= 0:
        return plot.log_axis(np.floor(low), np.ceil(high + 0.1))
    floor = next((f for f in _FLOORS if low >= f), -640)
    top = next((t for t in _TOPS if high <= t), 320)
    return plot.log_axis(floor, top)
