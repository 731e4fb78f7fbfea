"""Colours that mean one thing everywhere.

Colour is log₁₀ of the gradient relative to the loss end, on an absolute scale: deep blue is gone,
neutral is flowing, orange-red is exploding. A heat map's ends at ±7 decades because float32's
relative eps is 1.2e-7: below that, a term no longer changes the sum it is added to. Our own
pictures go on from there (static/live/core/scale.js).
"""

from __future__ import annotations

COLOUR_DECADES = 7.0

# (log₁₀ ratio, colour); safe for the common kinds of colour blindness.
FLOW_SCALE = (
    (-7.0, "#08519c"),
    (-3.0, "#6baed6"),
    (0.0, "#8c8f94"),
    (3.0, "#fc8d59"),
    (7.0, "#d7301f"),
)

# Verdicts, where one colour must do for the light and the dark background ...
KIND_COLOURS = {
    "vanishing": "#2b7bba",
    "fading": "#6d9cc0",
    "flowing": "#6f757d",
    "growing": "#c2762f",
    "exploding": "#d7301f",
}
# ... and as ink on each of them, as static/styles/frame.css has it: 4.5:1 and more, and no two
# alike to the colour-blind.
KIND_INKS = {
    "vanishing": ("#0b4a8f", "#4292c6"),
    "fading": ("#1a79b6", "#a9d3ee"),
    "flowing": ("#62686f", "#9a9ea5"),
    "growing": ("#a86500", "#f5c08a"),
    "exploding": ("#9e1b10", "#ff5f45"),
}

# Where φ is flat: saturated units, on whatever page.
FLAT = KIND_COLOURS["vanishing"]

# Lines that are not gradients: readable on the light and on the dark background. No cell has one of
# them: where lines are cells, colour is the cell (rnn_core/cells).
LINE = "#0d9488"  # the accent: what the page is about; clipped by norm, ρ, the median

GUIDE = "#8c8f94"  # what it is measured by: bounds, limits, 1

SECOND = "#b7791f"  # what it is held against: the raw gradient, σ_max, W_h alone

THIRD = "#8b5cf6"  # one more of its kind: clipped by value, the total, the way back

FOURTH = "#be185d"

# The same by the names that entries of the engine give them.
NAMED = {"line": LINE, "guide": GUIDE, "second": SECOND, "third": THIRD, "fourth": FOURTH}


def named(colour: str) -> str:
    """One of NAMED, or a colour as it is."""
    return NAMED.get(colour, colour)


def colour_scale() -> list[list]:
    """FLOW_SCALE as a Plotly colour scale on [-7, 7]."""
    return [[(r + COLOUR_DECADES) / (2 * COLOUR_DECADES), colour] for r, colour in FLOW_SCALE]
