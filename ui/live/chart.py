"""A Plotly figure that is redrawn in place; `st.plotly_chart` tears its chart down on every change
of data."""

import itertools
from collections.abc import Callable
from typing import Any

from ui.live import assets, drawing, session, streams, wire

# Pixels around the plot; static/live/chart.js has the same.
_HEAD, _LEGEND, _CAPTION = 28, 20, 42

_versions = itertools.count(1)  # of two payloads of a chart, the one with the higher is newer


def chart(
    figure: dict,
    *,
    key: str,
    height: int,
    title: str,
    caption: str = "",
    alt: str = "",
    step_axis: str | None = None,
    selected: int | None = None,
    setting: str | None = None,
    chooses: dict | None = None,
    pumped: bool = False,
) -> None:
    """Draw `figure` (``{"data": [...], "layout": {...}}``, NumPy arrays as they are), `height`
    pixels of plot.

    Above it the `title` and quiet buttons (CSV, PNG, SVG, reset zoom), under it the `caption`, a
    sentence computed from the same data; `alt` is the text alternative. Titles and captions may
    contain ``<sub>``, ``<sup>``, ``<i>``, ``<b>``.

    step_axis: "x", "y" or "xy", the axes that are time steps: they show the selected step, and a
    click selects. setting: the page's setting that a selection moves, where no other picture of the
    page does; `selected` is the step to show, unless the user has moved on meanwhile. chooses: what
    else a click moves, {"axis": "y", "setting": its key, "places": along that axis, "values": of
    the setting there, "chosen": the place on screen}. pumped: between two runs of its fragment it
    may get further drawings (`live.stream`).

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
        step_axis=step_axis or "",
        setting=setting,
        selected=selected,
        chooses=chooses,
        pumped=pumped,
        stream=streams.path() if pumped else None,
    )
    legend = figure.get("layout", {}).get("showlegend", False)
    drawing.show(
        "chart/chart",
        payload,
        key=key,
        height=height + _HEAD + (_LEGEND if legend else 0) + (_CAPTION if caption else 0),
        envelope={"version": next(_versions)} if pumped else None,
    )


def drawer(**settings: Any) -> Callable[..., bytes]:
    """`draw(figure, caption, alt)` for `live.stream`: a new drawing of the pumped chart `settings`,
    which are those of `chart`.

    Made within a run of the script, called anywhere.
    """
    envelope = session.envelope()
    settings = settings | {"pumped": True, "stream": streams.path()}

    def draw(figure: dict, caption: str, alt: str) -> bytes:
        payload = _payload(figure, caption=caption, alt=alt, **settings)
        return wire.pack(payload, envelope | {"version": next(_versions)})

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
            "plotly": assets.plotly_js(),
        }
    )
