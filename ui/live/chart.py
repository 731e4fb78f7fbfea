"""A Plotly figure that is redrawn in place; `st.plotly_chart` tears its chart down on every change
of data."""

import functools
from collections.abc import Callable

import streamlit as st

from ui.live import assets, session, wire

# Pixels around the plot; static/live/chart.js has the same.
_HEAD, _LEGEND, _CAPTION = 28, 20, 42


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    assets.ensure()
    return st.components.v2.component(
        "unroll.chart", js=assets.loader("chart"), isolate_styles=False
    )


def chart(
    figure: dict,
    *,
    key: str,
    height: int,
    title: str,
    caption: str = "",
    alt: str = "",
    lead: bool = False,
    step_axis: str | None = None,
    follow: bool = False,
    selected: int | None = None,
    on_select: Callable[[int | None], None] | None = None,
) -> None:
    """Draw `figure` (``{"data": [...], "layout": {...}}``, NumPy arrays as they are), `height`
    pixels of plot.

    Above it the `title` and quiet buttons (CSV, PNG, SVG, reset zoom), under it the `caption`, a
    sentence computed from the same data; `alt` is the text alternative. Titles and captions may
    contain ``<sub>``, ``<sup>``, ``<i>``, ``<b>``.

    lead: sliders wait for this chart before they send their next value. follow: the chart lives in
    a fragment of its own, which runs again once the leading charts have come to rest. step_axis:
    "x", "y" or "xy", the axes that are time steps: they show the selected step, and a click
    selects. `on_select(step)` is called, as a callback before the rerun, once the selected step (or
    None) has come to rest; `selected` is the one to show, unless the user has moved on meanwhile. A
    page needs that of one chart at most.

    Colours of text, grid and background come from Streamlit's theme; a figure may name them
    ("$text", "$muted", "$grid", "$line", "$background", "$accent", "$vanished", "$flowing",
    "$exploded").
    """
    legend = figure.get("layout", {}).get("showlegend", False)
    payload = {
        "key": key,
        "figure": {"data": figure["data"], "layout": figure.get("layout", {})},
        "height": height,
        "title": title,
        "caption": caption,
        "alt": alt or title,
        "lead": lead,
        "follow": follow,
        "step_axis": step_axis or "",
        "selects": on_select is not None,
        "selected": selected,
        "plotly": assets.url(assets.PLOTLY),
    }

    def select() -> None:
        step = st.session_state[f"live_{key}"]["select"]["step"]
        on_select(None if step is None else int(step))

    _component(assets.version())(
        key=f"live_{key}",
        data=wire.pack(payload, session.envelope()),
        on_seen_change=_seen if follow else None,
        on_select_change=select if on_select else None,
        height=height + _HEAD + (_LEGEND if legend else 0) + (_CAPTION if caption else 0),
    )


def _seen() -> None:
    """Nothing to note: the run that follows is the point."""
