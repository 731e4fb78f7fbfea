"""The page "One neuron, by hand" through AppTest: it shows the engine's numbers, and says why."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import FULL, PLAIN, at
from rnn_core.studies.one_neuron import (
    EXAMPLES,
    WEIGHTS,
    Neuron,
    finite_differences,
    one_neuron,
    train,
)
from tests.tools.on_page import html, link, looks, named, open_app, payloads, set_plain
from tests.tools.output import comments, read_csv, run_alone, valid
from ui.one_neuron import export, figures, words
from ui.one_neuron.scenes import STARTS
from ui.settings.every import SETTINGS

NAMES = (
    "w_in",
    "w_h",
    "w_out",
    "bits",
    "neuron_activation",
    "node",
    "neuron_rate",
    "train_on",
    "power_w",
    "power_lag",
)


def open_page(**query):
    return open_app("pages/one_neuron.py", **query)


def on_screen(app):
    view = app.session_state["settings"]
    neuron = Neuron(**{name: view[name] for name in WEIGHTS}, activation=view["neuron_activation"])
    return one_neuron(neuron, view["bits"])


def assert_page_is_right(app):
    """Diagram, sliders and charts show the same pass, and nothing on the page is not a number."""
    p, parts = on_screen(app), payloads(app)
    nodes = {n["id"]: n for n in parts["neuron"]["nodes"]}
    assert set(nodes) == figures.names(p.steps)
    assert parts["neuron"]["selected"] in nodes
    for t in range(1, p.steps + 1):
        for row, values in (
            ("z", p.z),
            ("h", p.h),
            ("phi", p.dphi),
            ("d", p.delta),
            ("g", p.dz),
            ("rec", p.terms["w_h"]),
            ("in", p.terms["w_in"]),
        ):
            value = values[t - 1]
            assert nodes[f"{row}{t}"]["text"] == spoken.number(value)
            assert nodes[f"{row}{t}"]["zero"] == (value == 0)
            # The equation ends in the number, to one digit more than the picture has room for.
            assert nodes[f"{row}{t}"]["equation"].endswith(spoken.number(value, 4)), row
    for name in WEIGHTS:
        assert parts[name]["value"] == getattr(p.neuron, name)
    stamps = {parts[k]["stamp"] for k in ("neuron", "terms", "term_shares", "training", "power")}
    assert len(stamps) == 1
    said = html(app) + " ".join(
        [*(str(c.value) for c in app.caption), *(v.get("caption", "") for v in parts.values())]
        + [n["equation"] + n["note"] + n["say"] for n in nodes.values()]
    )
    wrong = re.search(
        r".{40}(\bnan\b|\binf\b|None|Traceback|–|−−|(?<!exp\()−0\b(?![.·])).{20}", said
    )
    assert wrong is None, wrong[0]


EXTREMES = [
    {},
    {"w_h": 0},
    {"w_h": 1, "neuron_activation": "linear"},
    {"w_in": 4, "w_h": 4, "w_out": 4, "bits": "111111111111", "neuron_activation": "relu"},
    {"w_in": -4, "w_h": -4, "w_out": -4, "bits": "111111111111", "neuron_activation": "linear"},
    {"w_in": 4, "w_h": 4, "w_out": -4, "bits": "101010101010"},
    {"w_in": 4, "w_h": -4, "bits": "111111111111", "neuron_activation": "sigmoid"},
    {"w_in": 0, "w_h": 0, "w_out": 0},
    {"bits": "0"},
    {"bits": "1"},
    {"bits": "000000000000", "neuron_activation": "sigmoid"},
    {"bits": "100000000000", "w_h": 0.01, "node": "d1"},
    {"w_in": -1, "neuron_activation": "relu"},
    {"power_w": 0, "power_lag": 1000},
    {"power_w": -1.5, "power_lag": 999},
    {"power_w": 0.01, "power_lag": 1000},
    {"power_w": 1, "power_lag": 1, "train_on": "string"},
    {"neuron_rate": 10},
]


@pytest.mark.parametrize("query", EXTREMES, ids=named)
def test_the_page_at_an_extreme(query):
    app = open_page(**query)
    assert not app.warning
    assert_page_is_right(app)
    for name, value in query.items():
        assert app.session_state["settings"][name] == value
    for button in ("update_once", "train", "update_once"):
        app.button(key=button).click().run()
        assert not app.exception
        assert_page_is_right(app)


@pytest.mark.parametrize("bits", [*EXAMPLES, "01", "110"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_page_for_every_example_and_activation(bits, activation):
    assert_page_is_right(open_page(bits=bits, neuron_activation=activation))


def test_a_link_holds_the_whole_state():
    state = {
        "w_in": 1.25,
        "w_h": -0.513417,
        "w_out": 2,
        "bits": "110101",
        "node": "g2",
        "neuron_activation": "sigmoid",
        "neuron_rate": 0.5,
        "train_on": "string",
        "power_w": -0.7,
        "power_lag": 33,
    }
    app = open_page(**state, words="plain")
    query = payloads(app)["address"]["query"]
    assert query == views_query(state)
    again = open_page(**link(app), words="plain")
    mine, theirs = payloads(app), payloads(again)
    for key in ("neuron", "terms", "term_shares", "power"):
        assert (
            mine[key]["digest" if "digest" in mine[key] else "stamp"]
            == (theirs[key]["digest" if "digest" in theirs[key] else "stamp"])
        )
    assert mine["neuron"] == theirs["neuron"]


def views_query(state):
    from urllib.parse import urlencode

    return urlencode([(n, SETTINGS[n].write(state[n])) for n in NAMES])


def test_a_mistyped_link_opens_and_says_what_it_changed():
    app = open_page(w_h=99, bits="10a", neuron_activation="tahn", node="q7", power_lag="far")
    p = on_screen(app)
    assert p.neuron == Neuron(w_h=4.0) and p.bits == "101"
    said = app.warning[0].value
    for part in ("w_h", "from -4 to 4", "99", "10a", "digits 0 and 1", "tahn", "q7", "far"):
        assert part in said, part
    assert_page_is_right(app)
    app.button(key="start_lesson").click().run()
    assert not app.warning  # it has been read


def test_a_node_beyond_the_string_falls_back_to_the_long_term_term():
    app = open_page(bits="101", node="h9")
    assert payloads(app)["neuron"]["selected"] == "in1"


def test_wrong_bits_are_explained_and_the_old_ones_stay():
    app = open_page()
    app.text_input(key="view_bits").set_value("12").run()
    assert not app.exception
    assert on_screen(app).bits == "101"
    assert any("digits 0 and 1" in c.value and "12" in c.value for c in app.caption)
    app.text_input(key="view_bits").set_value("1100").run()
    assert on_screen(app).bits == "1100"
    assert_page_is_right(app)


def test_the_title_is_the_ratio_of_the_last_term_to_the_first():
    app = open_page()
    first, *_, last = on_screen(app).terms["w_in"]
    assert f"Short-term {spoken.number(last / first, 2)}× stronger" in html(app)
    assert "No long-term term" in html(open_page(bits="001"))
    assert "No error, no gradient" in html(open_page(bits="000"))
    assert "Every term is 0" in html(open_page(w_in=-1, neuron_activation="relu"))


@pytest.mark.parametrize("name", STARTS)
def test_a_start_sets_everything_and_says_what_to_look_at(name):
    app = open_page(w_in=-2, bits="1111", neuron_activation="sigmoid", train_on="string")
    app.button(key=f"start_{name}").click().run()
    for key, value in STARTS[name].changes.items():
        assert app.session_state["settings"][key] == value
    assert set_plain(STARTS[name].look) in looks(app)
    assert_page_is_right(app)


def test_starts_show_what_they_are_called():
    passes = {}
    for name, start in STARTS.items():
        c = start.changes
        neuron = Neuron(**{w: c[w] for w in WEIGHTS}, activation=c["neuron_activation"])
        passes[name] = one_neuron(neuron, c["bits"])
        assert c["node"] in figures.names(len(c["bits"]))
    assert abs(passes["lesson"].terms["w_in"][0]) == min(
        abs(v) for v in passes["lesson"].terms["w_in"] if v
    )
    # "Raise w_h: does it catch up?" It does, in ∂L/∂w_h's favour at least: the share grows.
    stronger = one_neuron(Neuron(w_in=0.8, w_h=1.0, w_out=1.0), "101")
    assert stronger.shares["w_in"][0] > passes["lesson"].shares["w_in"][0]
    assert not passes["zero"].terms["w_h"].any()
    assert (passes["saturated"].dphi < 0.1).all()
    assert len(set(passes["kept"].delta)) == 1
    ones = passes["kept"].terms["w_in"][passes["kept"].x == 1]
    assert len(set(ones)) == 1
    assert passes["exploding"].delta[0] / passes["exploding"].delta[-1] == pytest.approx(2.0**11)
    assert 2.0**11 > 1e3  # what “exploding” means on every page
    assert not passes["dead"].dz.any()


# -- learning


def test_one_update_moves_the_weights_by_rate_times_gradient():
    app = open_page(neuron_rate=0.5)
    before = on_screen(app).neuron
    expected = train(before, EXAMPLES, 0.5, most=1, until_right=False)
    app.button(key="update_once").click().run()
    assert on_screen(app).neuron == expected.neuron(1)
    assert payloads(app)["training"]["caption"].startswith("After 1 update")
    assert_page_is_right(app)


def test_training_to_the_end_gets_all_four_right_and_can_be_gone_through():
    app = open_page()
    app.button(key="train").click().run()
    assert all(p.right for p in (one_neuron(on_screen(app).neuron, b) for b in EXAMPLES))
    parts = payloads(app)
    assert "All 4 outputs are within ½" in parts["training"]["caption"]
    assert parts["update"]["value"] == parts["update"]["maximum"] == 96
    assert "wrong" not in html(app)
    history = app.session_state["neuron_training"].history
    loss = parts["training"]["figure"]["data"][-1]["y"]
    assert np.asarray(loss) == pytest.approx(np.log10(history.loss), rel=1e-6)
    again = open_page(**link(app))
    assert on_screen(again).neuron == on_screen(app).neuron  # a link carries the weights
    app.button(key="train").click().run()
    assert "nothing to do" not in payloads(app)["training"]["caption"]  # the curve stays
    assert_page_is_right(app)


def test_a_divergence_is_explained_and_the_diagram_stays_where_the_sliders_reach():
    app = open_page()
    app.button(key="start_exploding").click().run()
    app.button(key="train").click().run()
    said = payloads(app)["training"]["caption"]
    assert "no longer a finite number" in said and "stays at update 0" in said
    assert "update" not in payloads(app)  # nothing to go through
    assert_page_is_right(app)


def test_a_dead_unit_is_explained():
    app = open_page()
    app.button(key="start_dead").click().run()
    app.button(key="train").click().run()
    assert "no update will ever change anything" in payloads(app)["training"]["caption"]


def test_a_moved_weight_begins_a_new_training():
    app = open_page()
    app.button(key="update_once").click().run()
    app.session_state["settings"]["w_h"] = 0.7
    app.run()
    assert payloads(app)["training"]["caption"].startswith("Next:")


def test_what_was_watched_ends_where_the_training_ended(monkeypatch):
    app = open_page()
    app.button(key="train").click().run()
    end = on_screen(app).neuron
    app.button(key="watch").click().run()
    assert not app.exception
    assert app.session_state["neuron_training"].at < 96
    for _ in range(60):
        app.session_state["ticked"] = 0.0
        app.run()
        if not app.session_state["neuron_training"].playing:
            break
    assert on_screen(app).neuron == end


# -- figures, exports


units = st.builds(
    Neuron,
    w_in=st.floats(-4, 4).map(lambda v: round(v, 2)),
    w_h=st.floats(-4, 4).map(lambda v: round(v, 2)),
    w_out=st.floats(-4, 4).map(lambda v: round(v, 2)),
    activation=st.sampled_from(list(ACTIVATIONS)),
)
strings = st.text("01", min_size=1, max_size=12)


@given(units, strings)
def test_figures_are_valid_and_sentences_have_numbers(neuron, bits):
    p = one_neuron(neuron, bits)
    for figure in (figures.terms(p), figures.shares(p)):
        valid(figure)
        low, high = figure["layout"]["yaxis"]["range"]
        for trace in figure["data"]:
            assert low <= min(trace["y"]) and max(trace["y"]) <= high
    rows = finite_differences(p)
    said = [words.title(p), words.headline(p), words.why(p), words.summary(p)]
    said += [words.terms_caption(p), words.shares_caption(p), words.differences_caption(rows)]
    told = [at(each, depth) for each in said for depth in (FULL, PLAIN)]
    assert not re.search(r"nan|inf\b|None|−−", " ".join(told)), told
    assert "differ by more" not in said[-1]
    diagram = figures.diagram(p, "y")
    ids = {n["id"] for n in diagram["nodes"]}
    assert ids == figures.names(len(bits)) and set(diagram["order"]) < ids
    assert all(set(n["uses"]) <= ids for n in diagram["nodes"])
    # In the step-through nothing is used before it has been reached, but what forward has made.
    seen = {i for i in ids if re.match(r"(x|z|h|phi)\d|y", i)}
    for i in diagram["order"]:
        assert set(next(n for n in diagram["nodes"] if n["id"] == i)["uses"]) <= seen, i
        seen.add(i)


@given(st.floats(-1.5, 1.5).map(lambda v: round(v, 2)), st.integers(1, 1000))
def test_the_powers_chart_shows_the_readers_point(w, lag):
    figure = figures.power(w, lag)
    valid(figure)
    low, high = figure["layout"]["yaxis"]["range"]
    (point,) = figure["data"][-1]["y"]
    if w != 0:
        assert low < point < high
    assert figure["layout"]["xaxis"]["range"][1] >= lag
    assert not re.search(r"nan|inf\b", words.power_caption(w, lag, None))


def test_training_figures_are_valid_even_after_a_divergence():
    neuron = Neuron(w_in=0.5, w_h=1.5, w_out=-0.5, activation="linear")
    for history in (
        train(neuron, ["100000000001"], 0.1),
        train(Neuron(), EXAMPLES, 0.1),
        train(Neuron(), EXAMPLES, 0.1, most=0),
        train(Neuron(), ["000"], 0.1),
    ):
        valid(figures.training(history, history.updates))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_script_runs_as_it_is_and_prints_the_same_numbers(activation, tmp_path):
    p = one_neuron(Neuron(w_in=1.3, w_h=-0.7, w_out=1.9, activation=activation), "110100")
    lines = [line.split() for line in run_alone(export.script(p), tmp_path).splitlines()]
    table = np.array(lines[1:7], dtype=float)
    columns = (p.x, p.z, p.h, p.dphi, p.delta, p.dz, p.terms["w_in"], p.terms["w_h"])
    assert table[:, 1:] == pytest.approx(np.array(columns).T, rel=1e-11)
    assert float(lines[7][1]) == pytest.approx(p.y) and float(lines[8][1]) == pytest.approx(p.loss)
    for name, gradient, measured in lines[11:]:
        assert float(gradient) == pytest.approx(p.gradients[name], rel=1e-11)
        assert float(measured) == pytest.approx(p.gradients[name], rel=1e-6, abs=1e-9)


def test_the_csv_has_every_number():
    p = one_neuron(Neuron(), "1101")
    text = export.csv(p)
    said = dict(line[2:].split(" = ") for line in comments(text))
    assert float(said["y"]) == p.y and float(said["dL_dw_h"]) == p.gradients["w_h"]
    rows = read_csv(text)
    assert [float(r["z"]) for r in rows] == pytest.approx(p.z.tolist(), rel=1e-11)
    assert sum(float(r["term_w_in"]) for r in rows) == pytest.approx(p.gradients["w_in"])
    assert sum(float(r["share_w_h"]) for r in rows) == pytest.approx(1.0)


def test_what_was_typed_is_repeated_without_its_markup():
    app = open_page()
    app.text_input(key="view_bits").set_value("![x](http://a.b/c.png) `<b>`").run()
    assert not app.exception
    said = next(c.value for c in app.caption if "must be" in c.value)
    assert not set("![](`<") - set("!(") & set(said.split("“")[1].split("”")[0])
    assert "101 is still shown" in said


def test_a_power_stands_in_the_table_once():
    for w, lag in ((0.9, 10), (0.7, 10)):
        rows = figures.power_rows(w, lag)
        assert len({row[:2] for row in rows}) == len(rows)


def test_a_scene_that_one_setting_has_left_says_what_became_of_it():
    app = open_app("pages/one_neuron.py")
    app.button(key="start_lesson").click().run()
    app.session_state["settings"]["w_h"] = 2.0
    said = looks(app.run())
    there, here = (
        words.title(one_neuron(Neuron(w_in=0.8, w_h=w_h, w_out=1.0, activation="tanh"), "101"))
        for w_h in (0.5, 2.0)
    )
    assert f"w_h 2, not 0.5: “{there}” there, “{here}” here." in said and there != here
