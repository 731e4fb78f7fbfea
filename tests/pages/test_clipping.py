"""The page "Clipping" through AppTest: it shows the engine's numbers, and says why."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.cells import CELLS
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers.clipping import by_norm, by_value
from rnn_core.numbers.said import PLAIN, at
from rnn_core.studies.cliff import jump
from rnn_core.studies.truncation import truncation
from rnn_core.studies.whole_gradient import by_threshold, clipped, whole_gradient
from tests.tools.on_page import config_of, html, link, looks, named, open_app, payloads, set_plain
from tests.tools.output import read_csv, run_alone, valid
from ui.clipping import experiment, export, figures, network_words, words
from ui.clipping.scenes import CLIFF_SCENES
from ui.controls import store
from ui.live import session
from ui.settings.every import SETTINGS

CHARTS = ("vectors", "thresholds", "clip_shares", "truncated")


def open_page(**query):
    return open_app("pages/clipping.py", **query)


def paths_of(app):
    with store.given(app.session_state["settings"]):
        return experiment.descents()


def paths_from(**cliff):
    """The three descents of the page, where it has these settings and else the first ones."""
    values = {key: setting.default for key, setting in SETTINGS.items()}
    changes = {f"cliff_{name}": value for name, value in cliff.items()} | {"cliff_value": True}
    with store.given(values | changes):
        return experiment.descents()


def everything_said(app):
    parts = payloads(app)
    texts = [
        re.sub(r"<style>.*?</style>", "", html(app), flags=re.DOTALL),
        *(str(c.value) for c in app.caption),
    ]
    texts += [str(i.value) for i in app.info]
    texts += [v.get("caption", "") + v.get("alt", "") for v in parts.values()]
    texts += [parts["cliff"]["summary"], *(p["end"] for p in parts["cliff"]["paths"])]
    return " ".join(texts)


def assert_page_is_right(app):
    """The picture shows the engine's descents, and nothing on the page is not a number."""
    assert not app.exception
    paths, parts = paths_of(app), payloads(app)
    shown = parts["cliff"]
    assert [p["kind"] for p in shown["paths"]] == list(paths)
    assert shown["terrain"] == parts["cliff_terrain"]["id"]
    for got, expected in zip(shown["paths"], paths.values(), strict=True):
        for name, values in (
            ("w", expected.w),
            ("b", expected.b),
            ("loss", expected.loss),
            ("norm", expected.norm),
            ("step", expected.step_length),
        ):
            assert (got[name] == values).all(), name
        assert got["left"] == (expected.ended == "left")
    assert shown["updates"] == max(d.updates for d in paths.values())
    assert words.title(paths) in html(app)
    low, high = parts["cliff_terrain"]["z_range"]
    for name in ("z", "sheet_z"):
        z = np.asarray(parts["cliff_terrain"][name])
        assert low - 1e-6 <= z.min() and z.max() <= high + 1e-6
    wrong = re.search(
        r".{40}(\bnan\b|\binf\b|None|Traceback|−−|(?<!1)−0\b(?![.·])).{0,20}", everything_said(app)
    )
    assert wrong is None, wrong[0]
    for key in CHARTS:
        if key in parts:
            assert parts[key]["stamp"] == shown["stamp"]
            for axis in ("xaxis", "yaxis"):
                assert np.isfinite(parts[key]["figure"]["layout"][axis]["range"]).all()


EXTREMES = [
    {},
    {"cliff_steps": 2, "cliff_threshold": 0.001, "cliff_value": 1},
    {"cliff_steps": 200, "cliff_threshold": 1000, "cliff_rate": 10, "cliff_w": 8, "cliff_b": -4},
    {"cliff_w": 0, "cliff_b": 0, "cliff_updates": 1, "cliff_target": 0.5, "cliff_log": 1},
    {"cliff_w": 8, "cliff_b": 1, "cliff_value": 1, "cliff_updates": 500, "cliff_at": 3},
    {"cliff_w": 0, "cliff_b": -5, "cliff_rate": 0.01, "cliff_target": 0.05, "cliff_steps": 2},
    {"cliff_w": 6, "cliff_b": -3, "cliff_steps": 200, "cliff_target": 0.95, "vector_of": "cliff"},
    {"vector_length": 100, "vector_limit": 0.01, "vector_angle": -180},
    {"vector_length": 0.01, "vector_limit": 100, "vector_angle": 90},
    {"vector_angle": 45, "vector_of": "cliff", "cliff_at": 60},
    {"gain": 0, "seq_len": 30, "clip_window": 1000},
    {"gain": 0, "cell": "gru", "seq_len": 2, "clip_window": 1},
    {"gain": 3, "activation": "linear", "seq_len": 1000, "hidden_size": 8, "batch_size": 2},
    {
        "gain": 3,
        "activation": "linear",
        "seq_len": 600,
        "hidden_size": 8,
        "input": "zeros",
        "batch_size": 2,
    },
    {"gain": 0.01, "seq_len": 400, "hidden_size": 8, "batch_size": 2, "loss_at": "every"},
    {"activation": "relu", "init": "gaussian", "gain": 0.05, "seq_len": 300, "hidden_size": 3},
    {"cell": "lstm", "seq_len": 1000, "hidden_size": 256, "batch_size": 64, "loss_at": "every"},
    {"hidden_size": 1, "seq_len": 2, "batch_size": 1, "clip_threshold": 10000},
    {"clip_threshold": 0.0001, "loss_kind": "squared_error", "loss_at": "every", "seq_len": 20},
]


@pytest.mark.parametrize("query", EXTREMES, ids=named)
def test_the_page_at_an_extreme(query, monkeypatch):
    if query.get("hidden_size") == 256:
        # What is said of a network that is too large must not cost the time of running it.
        from ui import run

        small = RNNConfig(seq_len=12, hidden_size=4, batch_size=2)
        flow = run.gradient_flow
        monkeypatch.setattr(run, "gradient_flow", lambda config: flow(small))
    app = open_page(**query)
    assert not app.warning
    assert_page_is_right(app)
    for name, value in query.items():
        if SETTINGS[name].owner == "clipping":
            assert SETTINGS[name].write(app.session_state["settings"][name]) == str(value)


@pytest.mark.parametrize("cell", CELLS)
def test_the_network_charts_show_what_the_engine_finds(cell):
    app = open_page(
        cell=cell, seq_len=14, hidden_size=6, batch_size=3, clip_threshold=0.1, clip_window=4
    )
    assert_page_is_right(app)
    parts, flow = payloads(app), gradient_flow(config_of(app))
    found = truncation(flow)
    data = parts["truncated"]["figure"]["data"]
    assert data[0]["y"] == pytest.approx(found.cosine_all, abs=1e-6)
    assert data[1]["y"] == pytest.approx(found.log10_ratio_all, abs=1e-5)
    assert data[2]["y"] == pytest.approx(found.cosine_recurrent, abs=1e-6)
    same = words.cosine_text(found.cosine_all[3])
    assert (
        f"k = 4 of 14 points along the full gradient with cosine {same}"
        in (parts["truncated"]["caption"])
    )
    both = clipped(flow, whole_gradient(flow), 0.1)
    data = parts["clip_shares"]["figure"]["data"]
    assert data[1]["y"] == pytest.approx(100 * both.shares_before, abs=1e-4)
    assert data[3]["y"] == pytest.approx(100 * both.shares_after, abs=1e-4)
    assert "Clipping brings nothing back" in parts["clip_shares"]["caption"]


def test_the_verdict_of_the_default():
    app = open_page()
    free, kept = paths_of(app).values()
    said = html(app)
    assert "Thrown off; clipped, it stays" in said
    assert "update 61 hits the wall" in said
    assert words.number(float(free.step_length.max())) in said
    assert f"{int(kept.clipped[:-1].sum())} of 150 updates are clipped" in said
    assert words.number(float(kept.loss[-1])) in said


@pytest.mark.parametrize("name", CLIFF_SCENES)
def test_a_scene_sets_everything_and_says_what_to_look_at(name):
    app = open_page(cliff_w=1, cliff_steps=9, cliff_log=1, cliff_target=0.2)
    app.button(key=f"cliff_{name}").click().run()
    for key, value in CLIFF_SCENES[name].changes.items():
        assert app.session_state["settings"][key] == value
    assert set_plain(CLIFF_SCENES[name].look) in looks(app)
    assert_page_is_right(app)


def test_a_scene_that_one_setting_has_left_says_what_became_of_it():
    app = open_page()
    app.button(key="cliff_wall").click().run()
    stays, leave = "“Thrown off; clipped, it stays”", "“Both are thrown off”"
    for threshold, crossed in ((0.2, f"{stays}, as there"), (1000.0, f"{stays} there, {leave}")):
        app.session_state["settings"]["cliff_threshold"] = threshold
        said = looks(app.run())
        assert "One setting from “Into the wall”. clipping threshold" in said
        assert crossed in said
    app.session_state["settings"]["cliff_w"] = 2.0
    assert "One setting from" not in looks(app.run())


def test_scenes_show_what_they_are_called():
    def run(name):
        changes = CLIFF_SCENES[name].changes
        return paths_from(**{key.removeprefix("cliff_"): value for key, value in changes.items()})

    wall, high, low = run("wall"), run("high"), run("low")
    assert wall["none"].ended == "left" and wall["norm"].loss[-1] < words.VALLEY
    assert high["none"].ended == high["norm"].ended == "left"
    assert low["norm"].clipped.all() and low["norm"].loss[-1] > 0.9 * low["norm"].loss[0]
    # By value every clipped step is at 45°, and the path does not come to the valley.
    value = run("value")["value"]
    steps = np.abs(value.step[value.clipped])
    assert steps[:, 0].max() == steps[:, 1].max() == 0.3
    assert value.loss[-1] > words.VALLEY
    luck = run("luck")
    assert luck["none"].ended != "left" and luck["norm"].loss[-1] < 2e-3
    no_wall = run("no_wall")
    assert max(d.norm.max() for d in no_wall.values()) < 1
    assert not any(jump(w, 50).wall for w in no_wall["none"].w)
    assert all(d.loss[-1] < words.VALLEY for d in no_wall.values())


def test_a_link_holds_the_whole_state():
    state = {
        "cliff_w": 5.25,
        "cliff_b": -2.01,
        "cliff_rate": 0.3,
        "cliff_threshold": 0.05,
        "cliff_steps": 33,
        "cliff_target": 0.6,
        "cliff_updates": 77,
        "cliff_value": 1,
        "cliff_log": 1,
        "cliff_at": 12,
        "vector_of": "cliff",
        "vector_length": 2.5,
        "vector_angle": -40,
        "vector_limit": 0.7,
        "clip_threshold": 0.02,
        "clip_window": 7,
        "gain": 1.3,
        "seq_len": 25,
        "cell": "gru",
    }
    app = open_page(**state)
    assert {name: str(value) for name, value in state.items()}.items() <= link(app).items()
    again = open_page(**link(app))
    mine, theirs = payloads(app), payloads(again)
    for key in ("cliff", *CHARTS):
        assert mine[key]["stamp"] == theirs[key]["stamp"]
    assert theirs["cliff"]["at"] == 12
    assert not again.warning


def test_a_mistyped_link_opens_and_says_what_it_changed():
    app = open_page(cliff_w=99, cliff_steps="many", vector_of="clif", clip_window=0, clif_b=1)
    said = app.warning[0].value
    for part in ("start w", "from 0 to 8", "99", "steps T", "many", "clif", "window k", "clif b"):
        assert part in said, part
    assert_page_is_right(app)
    app.button(key="cliff_wall").click().run()
    assert not app.warning  # it has been read


def test_the_vectors_are_the_cliffs_at_the_update_shown():
    app = open_page(vector_of="cliff", cliff_at=60)
    path = paths_of(app)["norm"]
    g = np.array([path.dw[60], path.db[60]])
    traces = {t["name"]: t for t in payloads(app)["vectors"]["figure"]["data"]}
    for name, v in (("clipped by norm", by_norm(g, 0.3)), ("clipped by value", by_value(g, 0.3))):
        assert [traces[name]["x"][1], traces[name]["y"][1]] == pytest.approx(v.tolist(), rel=1e-6)
    assert "ends outside the picture" in payloads(app)["vectors"]["caption"]


def test_a_network_too_large_to_compare_is_named():
    config = RNNConfig(seq_len=1000, hidden_size=256, batch_size=64, loss_at="every")
    assert "1,000 steps of 64 sequences with 256 units" in network_words.too_large(config)
    assert "a loss at the last step" in network_words.too_large(config)
    # What is so already is no advice.
    assert "the last step" not in network_words.too_large(replace(config, loss_at="last"))


@pytest.mark.parametrize("part, is_clipped", [(0.5, True), (0.99, True), (1.01, False)])
def test_a_gradient_is_clipped_above_its_threshold_and_only_there(part, is_clipped):
    flow = gradient_flow(RNNConfig(hidden_size=8, seq_len=10, batch_size=2))
    whole = whole_gradient(flow)
    found = clipped(flow, whole, part * whole.norm)
    assert found.clipped is is_clipped
    assert ("nothing is clipped" in network_words.shares(found, flow)) is not is_clipped


@pytest.mark.parametrize(
    ("log10", "format_"), [(19.2, ""), (19.3, "float32"), (154.1, "float32"), (154.2, "float64")]
)
def test_a_norm_overflows_where_its_squares_do(log10, format_):
    """From 1.8e19 in float32 and 1.3e154 in float64 PyTorch's clipping makes 0 of a gradient."""
    flow = gradient_flow(RNNConfig(hidden_size=8, seq_len=10, batch_size=2))
    found = replace(clipped(flow, whole_gradient(flow), 1e-3), log10_before=log10)
    said = network_words.beyond(found)
    assert (f"In plain {format_} the squares" in said) if format_ else said == ""
    if log10 > 38:
        return
    g = torch.full((4,), 10.0**log10 / 2, dtype=torch.float32, requires_grad=True)
    g.grad = g.detach().clone()
    norm = torch.nn.utils.clip_grad_norm_([g], 1.0)
    assert bool(torch.isinf(norm)) is bool(format_)
    assert bool((g.grad == 0).all()) is bool(format_)


# -- figures, words, files


@given(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0), st.floats(0.01, 100.0))
def test_vector_figures_are_valid_and_stay_inside(x, y, limit):
    ways = experiment.both_ways(np.array([x, y]), limit)
    figure = figures.vectors(ways, limit)
    low, high = figure["layout"]["xaxis"]["range"]
    for trace in figure["data"]:
        for axis in ("x", "y"):
            assert 1.001 * low <= min(trace[axis]) and max(trace[axis]) <= 1.001 * high
    said = words.vectors(ways, limit) + str(words.vector_rows(ways))
    assert not re.search(r"nan|inf\b|None|−−", said), said


def test_figures_are_valid():
    flow = gradient_flow(RNNConfig(seq_len=130, hidden_size=4, batch_size=2))
    whole = whole_gradient(flow)
    found = by_threshold(whole, -4, 2, 9)
    valid(figures.vectors(experiment.both_ways(np.array([3.0, 1.0]), 1.0), 1.0))
    valid(figures.thresholds(found, whole.log10_norm, 1.0))
    valid(figures.shares(clipped(flow, whole, 0.1)))
    valid(figures.truncated(truncation(flow), 10, 130, "W_h"))


@settings(max_examples=60)
@given(
    st.floats(0, 8),
    st.floats(-5, 1),
    st.integers(2, 200),
    st.floats(0.01, 10),
    st.floats(1e-3, 1e3),
    st.integers(1, 40),
    st.floats(0.05, 0.95),
)
def test_what_is_said_of_any_descent_has_numbers(w, b, steps, rate, limit, updates, target):
    paths = paths_from(
        w=w, b=b, steps=steps, rate=rate, threshold=limit, updates=updates, target=target
    )
    said = [words.title(paths), words.headline(paths, steps), words.why(paths, steps)]
    said += [words.by_value(paths["value"]), words.summary(paths, steps, target)]
    said += [value for _, value, _ in words.facts(paths)]
    said += [at(each, PLAIN) for each in said]
    assert not re.search(r"nan|inf\b|None|−−|–", " ".join(said)), said
    free = paths["none"]
    if free.ended == "left":
        assert "leaves the window" in said[1]
    # One screen, one opinion: what is hit is there.
    assert not ("wall" in said[1] and "no wall" in said[2])


def test_a_steep_slope_without_a_jump_is_no_wall_and_nothing_hits_it():
    """w = 3.9: ‖g‖ is 5.2, and h_T moves by 0.02 across b = -w/2."""
    paths = paths_from(w=3.9, b=-1.95, steps=60, target=0.2, rate=1, threshold=0.05, updates=30)
    assert paths["none"].norm[0] > 5
    assert "hits the wall" not in words.headline(paths, 60)
    assert "h_T goes from 0.49 to 0.51" in words.why(paths, 60)
    assert words.why(paths, 60).endswith("a slope, no wall.")


def test_a_wall_beside_the_path_is_named_with_its_distance():
    """w = 6, b = -1: h_T jumps from 0.07 to 0.93 at b = -3, and the path never comes near."""
    paths = paths_from(w=6, b=-1, steps=50, target=0.7, rate=0.01, threshold=1, updates=5)
    assert paths["none"].norm.max() < 1
    assert "wall" not in words.headline(paths, 50)
    said = words.why(paths, 50)
    assert "that is the wall, 2.0 in b beside the path." in said and "no wall" not in said


def settings_of(paths):
    return {
        "start_w": 6.0,
        "start_b": -1.5,
        "steps": 50,
        "target": 0.7,
        "learning_rate": 1.0,
        "threshold": 0.3,
        "updates": 70,
    }


@pytest.fixture(scope="module")
def three():
    return paths_from(w=6.0, b=-1.5, steps=50, rate=1.0, threshold=0.3, updates=70)


def test_the_script_runs_as_it_is_and_prints_the_same_numbers(three, tmp_path):
    text = run_alone(export.script(three, settings_of(three)), tmp_path)
    rows = [line.split() for line in text.splitlines()[1:]]
    for kind, d in three.items():
        table = np.array([row[1:] for row in rows if row[0] == kind], dtype=float)
        assert table == pytest.approx(
            np.array([np.arange(len(d.w)), d.w, d.b, d.loss, d.norm]).T, rel=1e-9
        )


def test_the_files_have_every_update(three):
    settings = settings_of(three)
    text = export.descents_csv(three, settings)
    assert "# threshold = 0.3" in text.splitlines()
    rows = read_csv(text)
    assert len(rows) == sum(len(d.w) for d in three.values())
    mine = [r for r in rows if r["clip"] == "norm"]
    assert [float(r["w"]) for r in mine] == pytest.approx(three["norm"].w.tolist(), rel=1e-11)
    assert [int(r["clipped"]) for r in mine] == three["norm"].clipped.astype(int).tolist()
    read = json.loads(export.descents_json(three, settings))
    assert read["settings"] == settings
    assert read["descents"]["none"]["ended"] == "left"
    assert read["descents"]["value"]["loss"] == three["value"].loss.tolist()


def test_the_windows_are_a_row_each():
    config = RNNConfig(seq_len=9, hidden_size=4, batch_size=2)
    found = truncation(gradient_flow(config))
    rows = read_csv(export.windows_csv(found, config))
    assert [int(r["k"]) for r in rows] == list(range(1, 10))
    assert [float(r["cosine_all"]) for r in rows] == pytest.approx(found.cosine_all.tolist())


def test_a_component_whose_page_has_been_left_tells_nothing(monkeypatch):
    """Streamlit calls back all the same, with the state of the component gone, or empty."""
    for state, told in (
        ({}, None),
        ({"live_gain": {}}, None),
        ({"live_gain": {"move": {"value": 1.5}}}, {"value": 1.5}),
    ):
        monkeypatch.setattr(session.st, "session_state", state)
        assert session.told("live_gain", "move") == told
