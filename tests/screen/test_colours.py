"""The words of a verdict are legible on both backgrounds, and no two look alike to anybody."""

import re
import tomllib
from itertools import combinations

import numpy as np
import pytest

from rnn_core.cells import CELLS
from rnn_core.flow.verdict import VERDICTS
from rnn_core.recording import drawing
from tests.tools import ROOT
from tests.tools.on_page import open_app, payloads
from ui.look import colours, plot
from ui.look.colours import FLOW_SCALE, KIND_COLOURS, KIND_INKS
from ui.pages import PAGES

# Machado, Oliveira, Fernandes 2009: how linear RGB looks without one kind of cones.
SEEN = {
    "all": np.eye(3),
    "protan": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deutan": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritan": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour: str) -> np.ndarray:
    """Linear RGB (3,) of #rrggbb."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of luminances."""
    low, high = sorted(float(linear(c) @ TO_XYZ[1]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (3,) of linear RGB."""
    x, y, z = np.cbrt(TO_XYZ @ np.clip(rgb, 0.0, 1.0) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(("nth", "theme"), [(0, "light"), (1, "dark")])
def test_verdicts_are_legible_and_differ_to_everybody(nth, theme):
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    ground = config["theme"][theme]["backgroundColor"]
    inks = [KIND_INKS[kind][nth] for kind in VERDICTS]
    for ink in inks:
        assert contrast(ink, ground) >= 4.5, ink
    for who, seen in SEEN.items():
        found = [lab(np.array(seen) @ linear(ink)) for ink in inks]
        apart = min(float(np.linalg.norm(a - b)) for a, b in combinations(found, 2))
        assert apart > 15, who  # 2.3 is what an eye just tells apart


def test_every_verdict_has_its_colours_and_the_style_sheet_has_the_same():
    assert KIND_COLOURS.keys() == KIND_INKS.keys() == VERDICTS.keys()
    sheet = (ROOT / "static/styles/frame.css").read_text()
    rule = r"\.unroll-(\w+) \{ color: (#\w+); color: light-dark\((#\w+), (#\w+)\); \}"
    found = {kind: (plain, (light, dark)) for kind, plain, light, dark in re.findall(rule, sheet)}
    assert found == {kind: (KIND_COLOURS[kind], KIND_INKS[kind]) for kind in VERDICTS}


def test_a_heat_map_and_the_river_have_one_scale_and_the_map_says_that_its_own_ends():
    source = (ROOT / "static/live/core/scale.js").read_text()
    light = source.split("light: [", 1)[1].split("dark: [", 1)[0]
    anchors = re.findall(r"\[(-?\d+), \"(#\w+)\"\]", light)
    assert tuple((float(r), colour) for r, colour in anchors) == FLOW_SCALE
    ends = plot.heat(np.zeros((1, 1)))["colorbar"]["ticktext"]
    assert ends[0].startswith("≤") and ends[-1].startswith("≥")


def test_the_report_of_a_recording_has_the_colours_of_the_pages():
    """It is made without `ui`, and so holds them itself."""
    assert tuple((ratio, drawing.colour(ratio)) for ratio, *_ in drawing.STOPS) == FLOW_SCALE


def test_no_cell_has_a_colour_that_means_something_else_to_anybody():
    """Where lines are cells, colour is the cell; teal is the median, ρ, clipping by norm."""
    roles = (colours.LINE, colours.THIRD, colours.FLAT)
    for cell in CELLS.values():
        for who, seen in SEEN.items():
            drawn, *others = (lab(np.array(seen) @ linear(c)) for c in (cell.colour, *roles))
            apart = min(float(np.linalg.norm(drawn - other)) for other in others)
            assert apart > 5, (cell.label, who)


def test_one_name_has_one_colour_on_every_page():
    found: dict[str, list[set[str]]] = {}  # by name, the colours that it has on each chart
    for page in PAGES:
        for payload in payloads(open_app(page.script)).values():
            chart: dict[str, set[str]] = {}
            for trace in payload.get("figure", {}).get("data", ()):
                colour = (trace.get("line") or {}).get("color")
                name = re.sub(r"^(ρ|σ.*) = .*|, %$|^share ", r"\1", trace.get("name") or "")
                if colour and trace.get("mode") != "text" and "10–90" not in name:
                    chart.setdefault(name, set()).add(colour)
            for name, several in chart.items():
                found.setdefault(name, []).append(several)
    assert {"ρ", "σ<sub>max</sub>", "saturated"} <= found.keys()
    assert {name: c for name, c in found.items() if not set.intersection(*c)} == {}
