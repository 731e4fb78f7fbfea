"""A loss surface with the paths of several descents on it, from the side and from above."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ui.live import assets, drawing, wire

# Pixels under the pictures for the scrubber and two lines of numbers; static/live/cliff/cliff.css.
_BELOW = 92


def cliff(
    payload: dict[str, Any],
    terrain: dict[str, Any],
    *,
    key: str,
    height: int,
    at: int,
    step_setting: str,
    start_settings: Sequence[str],
) -> None:
    """Draw the surface and the descents in `height` pixels, and under it a scrubber over updates.

    Playing and scrubbing need no server. Once the update shown has come to rest it moves the page's
    setting `step_setting`; `at` is the one to show, unless the user has moved on meanwhile; from
    the end of the longest path on it is the end. A click on the map moves `start_settings`, w and
    b, and shows the end.

    The terrain has a component of its own: it is large and changes seldom, and Streamlit sends
    large messages that the browser has already seen by name alone.

    Fields of `terrain`

    id            a name for it: the same id is the same terrain
    w, b, z       (M,), (N,), (N, M): the map
    sheet_w, sheet_b, sheet_z
                  (P,), (Q, P), (Q, P): the surface in 3-D
    window        [[lowest w, highest w], [lowest b, highest b]]
    z_range       [lowest, highest] z drawn
    z_ticks       [[z, label], …]
    levels        [lowest, highest, distance] of the contours
    log           whether z is log₁₀ of the loss

    Fields of `payload`

    most          the value of `at` that means "the end", whatever the length
    updates       updates of the longest path
    paths         a list of descents, drawn in this order:
        kind, name, colour, dash
                  kind is its identity; dash "" or an SVG dash
        w, b, loss, norm, step, factor
                  (n + 1,) of every update; step is how far the next update moves (w, b)
        clipped   (n + 1,) whether the next update is clipped
        left      whether the last record is outside the window
        end       what became of it, in a few words
    dwell         the update at which playing pauses for a moment, or null
    summary       what the picture shows, in one sentence, for screen readers
    """
    drawing.show("cliff/terrain", terrain, key=f"{key}_terrain", height=1)
    drawing.show(
        "cliff/cliff",
        payload
        | {
            "paths": [_full(path) for path in payload["paths"]],
            "height": height,
            "terrain": terrain["id"],
            "plotly": assets.plotly_js(),
            "step_setting": step_setting,
            "start_settings": list(start_settings),
        },
        key=key,
        height=height + _BELOW,
        envelope={"at": at},
    )


def _full(path: dict[str, Any]) -> dict[str, Any]:
    """Behind the wall there are numbers that float32 has no room for."""
    return {
        name: wire.Full(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in path.items()
    }
