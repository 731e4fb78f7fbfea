"""One name space: a setting is called the same in a link to any page that knows the thing."""

import pytest

from rnn_core.settings import NEVER
from tests.tools.on_page import held, open_app
from ui.controls import store
from ui.pages import PAGES
from ui.settings.every import LINKED, SETTINGS


def values(page, **query):
    """The settings that such a link to a page changes, and what is said of it."""
    found, remarks = store.read(query, page)
    changed = {key: v for key, v in found.items() if v != SETTINGS[key].default}
    return changed, remarks


@pytest.mark.parametrize(
    ("page", "query", "means"),
    [
        ("training", {"cell": "lstm"}, {"train_cell": "lstm"}),
        ("training", {"task": "copy"}, {"train_task": "copy"}),
        ("training", {"clip": "none"}, {"train_clip": "none"}),
        ("training", {"cell": "lstm", "train_cell": "gru"}, {"train_cell": "gru"}),
        ("training", {"train_cell": "gru"}, {"train_cell": "gru"}),
        ("gradient_flow", {"train_cell": "gru"}, {"cell": "gru"}),
        ("gradient_flow", {"train_cell": "gru", "cell": "lstm"}, {"cell": "lstm"}),
        ("one_neuron", {"activation": "relu"}, {"neuron_activation": "relu"}),
        ("one_neuron", {"learning_rate": "1"}, {"neuron_rate": 1.0}),
        ("initialisation", {"init": "sparse"}, {"shown_init": "sparse"}),
        ("clipping", {"max_norm": "2"}, {"clip_threshold": 2.0}),
    ],
)
def test_a_name_means_the_thing_that_the_page_shows(page, query, means):
    changed, remarks = values(page, **query)
    assert means.items() <= changed.items()
    assert remarks == []


def test_what_another_page_calls_its_own_is_left_alone_there():
    """A link to one page says nothing of the others: a reader who goes on finds them as ever."""
    assert values("gradient_flow", cell="lstm")[0] == {"cell": "lstm"}
    assert values("training", train_cell="lstm")[0] == {"train_cell": "lstm"}


def test_a_value_out_of_range_is_told_by_the_page_s_own_range():
    changed, remarks = values("training", gain="20")
    assert changed["train_gain"] == 5
    assert remarks == ["W_h scale must be a number from 0 to 5; 20 became 5."]


@pytest.mark.parametrize(
    ("wrong", "meant"), [("tusk", "task"), ("clp", "clip"), ("gian", "gain"), ("cel", "cell")]
)
def test_an_unknown_name_gets_the_nearest_one(wrong, meant):
    for page in PAGES:
        assert f"(did you mean {meant}?)" in values(page.name, **{wrong: "1"})[1][0]


def test_a_page_reads_its_link_by_its_own_names():
    app = open_app("pages/training.py", cell="lstm", task="copy", length="12")
    assert held(app)["train_cell"] == "lstm"
    assert held(app)["train_length"] == "12"
    assert not app.warning
    assert app.session_state["training_plan"][1].config.cell == "lstm"


def test_every_setting_is_known_by_its_plain_name():
    assert {s.name for s in SETTINGS.values() if s.linked != NEVER} <= set(LINKED)
