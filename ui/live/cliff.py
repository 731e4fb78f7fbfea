"""A loss surface with the paths of several descents on it, from the side and from above."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from ui.live import assets, session, wire

# Pixels under the pictures for the scrubber and two lines of numbers; static/live/cliff.css too.
_BELOW = 92


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    assets.ensure()
    return st.components.v2.component(
        "unroll.cliff", js=assets.loader("cliff"), isolate_styles=False
    )


@functools.lru_cache(maxsize=4)
def _terrain(_version: str):
    return st.components.v2.component(
        "unroll.terrain", js=assets.loader("cliff_terrain"), isolate_styles=False
    )


def cliff(
    payload: dict[str, Any],
    terrain: dict[str, Any],
    *,
    key: str,
    height: int,
    at: int,
    on_step: Callable[[int], None],
    on_start: Callable[[float, float], None],
) -> None:
    """Draw the surface and the descents in `height` pixels, and under it a scrubber over updates.

    Playing and scrubbing need no server. `on_step(update)` is called, as a callback before the
    rerun, once the update shown has come to rest; `at` is the one to show, unless the user has
    moved on meanwhile; from the end of the longest path on it is the end. A click on the map calls
    `on_start(w, b)`. Sliders wait for this picture.

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
    component_key = f"live_{key}"

    def step() -> None:
        if told := session.told(component_key, "step"):
            on_step(int(told["update"]))

    def start() -> None:
        if told := session.told(component_key, "start"):
            on_start(float(told["w"]), float(told["b"]))

    _terrain(assets.version())(
        key=f"{component_key}_terrain",
        data=wire.pack(terrain | {"key": f"{key}_terrain"}, {}),
        height=1,
    )
    _component(assets.version())(
        key=component_key,
        data=wire.pack(
            payload
            | {
                "paths": [_full(path) for path in payload["paths"]],
                "key": key,
                "height": height,
                "terrain": terrain["id"],
                "plotly": assets.url(assets.PLOTLY),
            },
            session.envelope() | {"at": at},
        ),
        on_step_change=step,
        on_start_change=start,
        height=height + _BELOW,
    )


def _full(path: dict[str, Any]) -> dict[str, Any]:
    """Behind the wall there are numbers that float32 has no room for."""
    return {
        name: wire.Full(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in path.items()
    }
