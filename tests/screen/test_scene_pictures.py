"""The pictures on the buttons of scenes are what the engine gives, and what scenes say is so."""

import re
from dataclasses import asdict
from importlib import import_module

import numpy as np
import pytest

from deploy.draw_scenes import pages
from rnn_core.config import RNNConfig
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.studies.architectures import compare_cells
from rnn_core.studies.grid import gradient_grid
from tests.tools import ROOT
from ui.architectures.scenes import SCENES as ARCHITECTURES
from ui.initialisation.scenes import SCENES as INITIALISATION
from ui.look import miniature
from ui.settings import scene_pictures
from ui.settings.every import SETTINGS

# Of training the shortest stands for all: the others take seconds each.
DRAWN = {page: import_module(f"ui.{page}.miniatures").NAMES for page in pages()}
TRIED = [
    (page, name)
    for page, names in DRAWN.items()
    for name in (names if page != "training" else ("three_bits",))
]


@pytest.mark.parametrize("page", DRAWN)
def test_each_scene_has_a_picture_and_a_small_one(page):
    """One that is missing or stale is drawn by `make pictures`."""
    found = scene_pictures.of(page)
    assert list(found) == list(DRAWN[page])
    assert all(len(svg) < 4000 for svg in found.values())


@pytest.mark.parametrize(("page", "name"), TRIED)
def test_a_picture_is_what_the_engine_gives(page, name):
    """Within a pixel and a shade: processors round differently."""
    now = import_module(f"ui.{page}.miniatures").drawn(name)
    kept = scene_pictures.of(page)[name]
    colours, number = re.compile(r"#[0-9a-f]{6}"), re.compile(r"-?\d+(?:\.\d+)?")
    assert number.sub("0", colours.sub("#", now)) == number.sub("0", colours.sub("#", kept))
    for one, other in zip(colours.findall(now), colours.findall(kept), strict=True):
        shades = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (one, other)]
        assert np.abs(np.subtract(*shades)).max() <= 8
    places = [[float(x) for x in number.findall(colours.sub("#", svg))] for svg in (now, kept)]
    assert np.abs(np.subtract(*places)).max() <= 1.0


def test_the_readmes_pictures_are_there_and_small():
    named = re.findall(r"\]\((examples/pictures/[^)]+)\)", (ROOT / "README.md").read_text())
    assert len(named) >= 3
    for name in named:
        assert 10_000 < (ROOT / name).stat().st_size < 150_000, name


def test_a_river_is_as_wide_as_what_arrives_and_dry_where_nothing_does():
    wide, narrow = (miniature.river(np.linspace(end, 0, 30)) for end in (7.0, -7.0))
    heights = [
        np.ptp([float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", svg)])
        for svg in (wide, narrow)
    ]
    assert heights[0] > 20 > 10 > heights[1]
    assert "stroke-dasharray" in miniature.river(np.array([-np.inf, 0.0]))
    assert "stroke-dasharray" not in wide
    assert miniature.colour(-9.0) == "#08519c" and miniature.colour(0.0) == "#8c8f94"


# -- what the scenes of these two pages say


def config(changes, sequences):
    own = {s.name: changes[s.key] for s in NETWORK_SETTINGS if s.key in changes}
    return RNNConfig(**own, batch_size=changes[sequences])


@pytest.fixture(scope="module")
def grids():
    return {
        name: gradient_grid(
            config(scene.changes, "panel_sequences"),
            scene.changes["inits"],
            scene.changes["activations"],
        )
        for name, scene in INITIALISATION.items()
    }


def ratios(grid, activation):
    return np.array([panel.log10_ratio for panel in grid.column(activation)])


def test_the_scenes_of_initialisation_show_what_they_say(grids):
    sigmoid = grids["start"].column("sigmoid")
    assert {panel.verdict for panel in sigmoid} == {"vanishing"}
    assert any(panel.verdict == "flowing" for panel in grids["start"].panels)
    assert {panel.verdict for panel in grids["half"].panels} == {"vanishing"}
    large = grids["large"].verdicts
    assert large["exploding"] > 15 and large["vanishing"] > 5
    # tanh is nearer to linear by the small input, further by the large one, which linear ignores.
    apart = {
        name: np.abs(ratios(grid, "tanh") - ratios(grid, "linear")).max()
        for name, grid in grids.items()
    }
    assert apart["quiet"] < 0.6 * apart["start"] < 0.6 * apart["loud"]
    assert np.abs(ratios(grids["loud"], "linear") - ratios(grids["start"], "linear")).max() < 0.01
    assert (ratios(grids["loud"], "tanh") < ratios(grids["start"], "tanh") - 1).all()
    linear = {panel.config.init: panel for panel in grids["radius"].column("linear")}
    assert linear.pop("non_normal").verdict == "exploding"
    assert {panel.verdict for panel in linear.values()} == {"flowing"}


def test_the_scenes_of_architectures_show_what_they_say():
    ends = {}
    for name, scene in ARCHITECTURES.items():
        changes = scene.changes
        found = compare_cells(
            config(changes, "cell_sequences"), changes["cells"], changes["seeds"], seconds=60
        )
        ends[name] = {cell.cell: (cell.ratio[0], cell.verdict) for cell in found.cells}
    long, opened, shut, quiet = (ends[name] for name in ("long", "open", "shut", "quiet"))
    assert {long[cell][1] for cell in ("vanilla", "gru", "lstm")} == {"vanishing"}
    assert {opened[cell][1] for cell in ("gru", "lstm")}.isdisjoint({"vanishing", "exploding"})
    assert opened["vanilla"][1] == "vanishing"
    assert shut["lstm"][0] < shut["vanilla"][0] - 3
    assert quiet["vanilla"][0] > quiet["lstm"][0] + 0.5 > quiet["gru"][0]


@pytest.mark.parametrize("scenes", [INITIALISATION, ARCHITECTURES], ids=["initialisation", "cells"])
def test_a_scene_sets_all_that_its_page_shows_of_a_network(scenes):
    """And nothing that it does not: the cell of the main page stays what it was."""
    decided = {"cell", "batch_size", "activation", "init"}
    for scene in scenes.values():
        assert set(scene.changes) <= set(SETTINGS)
        assert set(asdict(RNNConfig())) - set(scene.changes) <= decided
        assert not {"cell", "batch_size"} & set(scene.changes)
