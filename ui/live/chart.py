"""A Plotly figure that is redrawn in place; `st.plotly_chart` tears its chart down on every change
of data."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.live import assets, session, wire
from ui.live.follow import seen

# Pixels around the plot; static/live/chart.js has the same.
_HEAD, _LEGEND, _CAPTION = 28, 20, 42

_versions = itertools.count(1)  # of two payloads of a chart, the one with the higher is newer


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
    pumped: bool = False,
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
    page needs that of one chart at most. pumped: between two runs of its fragment it may get
    further drawings (`live.pump`).

    Colours of text, grid and background come from Streamlit's theme; a figure may name them
    ("$text", "$muted", "$grid", "$line", "$background", "$accent", "$vanished", "$flowing",
    "$exploded").
    """
    payload = _payload(
        figure,
        key=key,
        height=height,
        title=title,
        caption=caption,
        alt=alt,
        lead=lead,
        step_axis=step_axis or "",
        follow=follow,
        selects=on_select is not None,
        selected=selected,
        pumped=pumped,
    )
    legend = figure.get("layout", {}).get("showlegend", False)

    def select() -> None:
        if told := session.told(f"live_{key}", "select"):
            on_select(None if told["step"] is None else int(told["step"]))

    _component(assets.version())(
        key=f"live_{key}",
        data=wire.pack(payload, session.envelope() | {"version": next(_versions)}),
        on_seen_change=seen if follow else None,
        on_select_change=select if on_select else None,
        height=height + _HEAD + (_LEGEND if legend else 0) + (_CAPTION if caption else 0),
    )


def drawer(**settings: Any) -> Callable[..., bytes]:
    """`draw(figure, caption, alt)` for `live.pump`: a new drawing of the pumped chart `settings`,
    which are those of `chart`.

    Made within a run of the script, called anywhere.
    """
    envelope = session.envelope()

    def draw(figure: dict, caption: str, alt: str) -> bytes:
        payload = _payload(figure, caption=caption, alt=alt, **settings)
        return wire.pack(payload, envelope | {"version": next(_versions), "pushed": True})

    return draw


def _payload(figure: dict, *, title: str, alt: str = "", **settings: Any) -> dict:
    """What static/live/chart.js draws; what it is not told counts as none."""
    return (
        {"step_axis": ""}
        | settings
        | {
            "figure": {"data": figure["data"], "layout": figure.get("layout", {})},
            "title": title,
            "alt": alt or title,
            "plotly": assets.url(assets.PLOTLY),
        }
    )
