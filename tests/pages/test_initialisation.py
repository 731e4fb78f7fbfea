"""The page "Initialisation and activation" through AppTest: right at every extreme."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.config import CHOICES
from rnn_core.studies.grid import gradient_grid
from tests.tools.on_page import config_of, html, link, named, open_app, payloads
from ui.initialisation import words

PAGE = "pages/initialisation.py"


def open_page(**query):
    return open_app(PAGE, **query)


def grid_of(app):
    """The grid that the page's own settings name, computed afresh."""
    views = app.session_state["settings"]
    config = replace(config_of(app), cell="vanilla", batch_size=views["panel_sequences"])
    return gradient_grid(config, views["inits"], views["activations"])


def assert_page_is_right(app):
    """Every panel is the experiment it says it is, and all parts show the same state."""
    found = grid_of(app)
    parts = payloads(app)
    panels = parts["panels"]
    names = [(r["name"], c["name"]) for r in panels["rows"] for c in panels["columns"]]
    assert names == [p.name for p in found.panels]
    for i, panel in enumerate(found.panels):
        start = panel.median[-1] if np.isfinite(panel.median[-1]) else 0.0
        expected = (panel.median - start)[panels["steps"] - 1]
        assert np.allclose(panels["median"][i], expected, rtol=1e-5, atol=1e-5)
        assert panels["factor"][i] == words.panel_factor(panel)
        assert panels["horizon"][i] == words.panel_horizon(panel)
        assert panel.verdict in panels["label"][i]
    assert panels["stamp"] == parts["preactivation"]["stamp"]
    for kind, number, _ in words.counts(found):
        assert re.search(rf'data-kind="{kind}"><b [^>]*>{number}</b>', html(app))
    text = html(app) + parts["preactivation"]["caption"] + " ".join(panels["label"])
    assert not re.search(r"\bnan\b|None|Traceback|\binf\b", text)


EXTREMES = [
    {},
    {"gain": 0},
    {"gain": 0.3, "seq_len": 1000, "hidden_size": 8, "panel_sequences": 2},
    {"gain": 3},
    {
        "gain": 3,
        "seq_len": 1000,
        "hidden_size": 8,
        "shown_init": "gaussian",
        "shown_activation": "relu",
    },
    {"hidden_size": 1, "seq_len": 2, "panel_sequences": 1},
    {"hidden_size": 256, "seq_len": 2, "panel_sequences": 64},
    {"loss_at": "every", "loss_kind": "squared_error"},
    {"scale_sets": "radius", "gain": 0.9},
    {"input": "zeros", "shown_activation": "sigmoid"},
    {"input": "impulse", "input_scale": 0},
    {"inits": "identity", "activations": "relu"},
    {"inits": "orthogonal,small", "whole_range": 1},
]


@pytest.mark.parametrize("query", EXTREMES, ids=named)
def test_the_page_at_an_extreme(query):
    app = open_page(**query)
    assert not app.warning
    assert_page_is_right(app)


def test_losses_at_every_step_leave_the_page_as_the_last_one_makes_it():
    """It said "Nearest to flowing: small Gaussian × sigmoid" of a pair that carries nothing."""
    every, last = open_page(loss_at="every"), open_page()
    for name in ("median", "ratio", "factor", "horizon", "label"):
        one, other = (payloads(app)["panels"][name] for app in (every, last))
        assert np.array_equal(one, other), name
    assert "Nearest to flowing: orthogonal × linear" in html(every)
    assert "the last loss alone" in html(every)
    assert len(payloads(every)["panels"]["total"]) == 40


def test_the_default_shows_all_initialisations_and_activations():
    panels = payloads(open_page())["panels"]
    assert [r["name"] for r in panels["rows"]] == list(CHOICES["init"])
    assert [c["name"] for c in panels["columns"]] == list(CHOICES["activation"])


def test_a_new_scale_moves_every_panel():
    app = open_page()
    before = payloads(app)["panels"]["median"].copy()
    app.session_state["settings"]["gain"] = 0.4
    app.run()
    after = payloads(app)["panels"]["median"]
    # All but the first step of the way back depend on W_h.
    assert (after[:, 0] < before[:, 0]).all()
    assert_page_is_right(app)


def test_the_address_holds_the_whole_state():
    app = open_page(
        gain=0.7,
        seed=5,
        inits="identity,sparse",
        activations="tanh,sigmoid",
        panel_sequences=3,
        whole_range=1,
        shown_init="sparse",
        shown_activation="sigmoid",
    )
    again = open_page(**link(app))
    assert again.session_state["settings"] == app.session_state["settings"]
    assert np.array_equal(payloads(again)["panels"]["median"], payloads(app)["panels"]["median"])


def test_a_mistyped_link_opens_and_says_what_it_changed():
    app = open_page(inits="orthogonl,foo", activations="", panel_sequences=999, gain=-1)
    said = app.warning[0].value
    for part in (
        "orthogonl",
        "became orthogonal",
        "foo",
        "sequences per panel",
        "999",
        "W_h scale",
    ):
        assert part in said, said
    views = app.session_state["settings"]
    assert views["inits"] == ("orthogonal",) and views["panel_sequences"] == 64
    assert_page_is_right(app)


def test_the_pills_choose_rows_and_columns_and_the_last_one_stays():
    app = open_page()
    app.pills(key="view_inits").set_value(["sparse", "identity"]).run()
    assert [r["name"] for r in payloads(app)["panels"]["rows"]] == ["identity", "sparse"]
    app.pills(key="view_inits").set_value([]).run()
    assert [r["name"] for r in payloads(app)["panels"]["rows"]] == ["identity", "sparse"]
    assert_page_is_right(app)


def test_the_select_boxes_choose_whose_histogram_is_shown():
    app = open_page()
    app.selectbox(key="view_shown_init").select("sparse").run()
    app.selectbox(key="view_shown_activation").select("relu").run()
    assert not app.exception
    assert payloads(app)["preactivation"]["title"].endswith("sparse × ReLU")
    assert payloads(app)["panels"]["selected"] == ["sparse", "relu"]
    assert_page_is_right(app)


def test_open_on_the_main_page_takes_over_the_curve_that_was_shown():
    app = open_page(gain=0.8, shown_init="gaussian", shown_activation="sigmoid", panel_sequences=5)
    shown = {p.name: p for p in grid_of(app).panels}["gaussian", "sigmoid"]
    app.button(key="open_pair").click().run()
    assert not app.exception
    assert config_of(app) == shown.config
    assert np.allclose(payloads(app)["river"]["log10_abs"], shown.median, rtol=1e-5)


def test_the_panels_start_as_ours_and_the_page_says_so():
    app = open_app(PAGE, seq_len=9, start="pytorch")
    ours = open_app(PAGE, seq_len=9)
    curves = [payloads(one)["panels"]["median"] for one in (app, ours)]
    assert np.array_equal(*curves)
    assert any(one.value.startswith("Started as ours: PyTorch’s") for one in app.caption)
    assert not any(one.value.startswith("Started as ours") for one in ours.caption)
